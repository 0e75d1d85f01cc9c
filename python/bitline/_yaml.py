# SPDX-License-Identifier: Apache-2.0
"""Values of Python as the YAML text of a setting."""
from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping

from ._errors import ConfigError, Diagnostic
from ._quantity import Quantity

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+/%-]*[A-Za-z0-9._+/%-])?")


def yaml_text(value, path: str = "") -> str:
    """One line of YAML; ConfigError for what configurations cannot hold."""
    if value is None:
        return "unset"
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() != "null"
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, os.PathLike):
        return yaml_text(os.fspath(value), path)
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ConfigError([Diagnostic("", 0, 0, path, f"is {value}, which is no finite number", "")])
        return float.__repr__(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {yaml_text(v, path)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(yaml_text(v, path) for v in value) + "]"
    raise ConfigError([Diagnostic("", 0, 0, path, f"is a {type(value).__name__}, which no configuration holds",
                                  "give a number, a text with a unit, a list or a dictionary")])


def settings_of(overrides) -> list[tuple[str, str]]:
    """{"adc.bits": 6} as the settings of a config."""
    if overrides is None:
        return []
    if not isinstance(overrides, Mapping):
        raise ConfigError("overrides are a dictionary of paths and values, such as {\"adc.bits\": 6}")
    return [(str(path), yaml_text(value, str(path))) for path, value in overrides.items()]
