# SPDX-License-Identifier: Apache-2.0
"""What bitline raises."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnostic:
    """One thing that is wrong with a configuration: where, what, and what to write instead.

    ``file`` is "" and ``line`` and ``column`` are 0 for what was set from Python.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = self.file + "".join(f":{n}" for n in (self.line, self.column) if n)
        return ": ".join(part for part in (place, self.path, self.message) if part) + (f" ({self.remedy})" if self.remedy else "")


class Error(Exception):
    """The base of all that bitline raises itself."""


class ConfigError(Error, ValueError):
    """A wrong configuration; ``diagnostics`` holds every problem found, with the nearest key where one is misspelt."""

    def __init__(self, diagnostics=()):
        if isinstance(diagnostics, str):
            diagnostics = [Diagnostic("", 0, 0, "", diagnostics, "")]
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


class UnknownKey(ConfigError, AttributeError):
    """An attribute that is no key of the configuration."""


class InputError(Error, ValueError):
    """An array or a file that cannot be used: its type, shape or values."""


class RunError(Error, RuntimeError):
    """A run that failed: files that cannot be written, circuits that do not converge."""


def config_error(rows) -> ConfigError:
    return ConfigError([Diagnostic(*row) for row in rows])
