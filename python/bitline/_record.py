# SPDX-License-Identifier: Apache-2.0
"""Documents whose keys are attributes."""
from __future__ import annotations

from typing import Any

from . import _bitline


class Record:
    """A part of a document: ``r.quality.value``, ``r["quality"]``; ``to_dict()`` is a dictionary of it."""

    def __init__(self, values: dict):
        self.__dict__["_values"] = values

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        try:
            return wrapped(self._values[key])
        except KeyError:
            near = _bitline.nearest(key, list(self._values))
            raise AttributeError(f"no key '{key}'; " + (near or "known here: " + ", ".join(self._values))) from None

    def __setattr__(self, key: str, value) -> None:
        raise AttributeError("results are not changed; to_dict() gives a copy")

    def __getitem__(self, key: str):
        return wrapped(self._values[key])

    def __iter__(self):
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key) -> bool:
        return key in self._values

    def keys(self):
        return self._values.keys()

    def items(self):
        return [(key, wrapped(value)) for key, value in self._values.items()]

    def __dir__(self):
        return [*super().__dir__(), *self._values]

    def __eq__(self, other) -> bool:
        return self._values == (other._values if isinstance(other, Record) else other)

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict:
        """A copy as dictionaries and lists."""
        return copied(self._values)

    def __repr__(self) -> str:
        return "\n".join(lines_of(self._values, ""))


class RecordList(list):
    """A list of records, found by place or by their name: ``r.layers["fc1"]``."""

    def __getitem__(self, key):
        if not isinstance(key, str):
            return super().__getitem__(key)
        for record in self:
            if isinstance(record, Record) and key in (record._values.get("name"), record._values.get("id"), record._values.get("part")):
                return record
        names = [str(r._values.get("name") or r._values.get("id") or r._values.get("part")) for r in self if isinstance(r, Record)]
        raise KeyError(f"no '{key}'; " + (_bitline.nearest(key, names) or "known: " + ", ".join(names)))


def wrapped(value):
    if isinstance(value, dict):
        return Record(value)
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return RecordList(map(Record, value))
    return value


def copied(value):
    if isinstance(value, dict):
        return {k: copied(v) for k, v in value.items()}
    return [copied(v) for v in value] if isinstance(value, list) else value


def lines_of(values: dict, indent: str):
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{key}:"
            yield from lines_of(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            yield f"{indent}{key}: [{len(value)} entries]"
        else:
            yield f"{indent}{key}: {value}"


def pandas():
    """The package, or an error that says who needs it."""
    try:
        import pandas as found
    except ImportError as e:
        raise ImportError("to_pandas needs pandas (Debian: python3-pandas)") from e
    return found


def pyplot():
    try:
        import matplotlib.pyplot as found
    except ImportError as e:
        raise ImportError("plot needs matplotlib (Debian: python3-matplotlib)") from e
    return found
