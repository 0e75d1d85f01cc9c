# SPDX-License-Identifier: Apache-2.0
"""Configurations whose attributes are the keys of their YAML."""
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _bitline
from ._errors import Diagnostic, UnknownKey
from ._places import config_roots
from ._yaml import settings_of, yaml_text


def load(config: str | os.PathLike, overrides: Mapping[str, Any] | None = None) -> Config:
    """Reads a configuration: a path, or the short name of a shipped one.

    ``overrides``: values by path, set on top, as ``--set`` of the command does; dictionaries are merged.

    Raises
    ------
    ConfigError : with every problem of the file and the overrides in ``diagnostics``.

    Examples
    --------
    >>> import bitline
    >>> cfg = bitline.load("fashion-mlp", {"adc.bits": 6})
    >>> cfg.adc.bits, cfg.device.g_max
    (6, <20 uS>)
    """
    return Config(config, overrides)


def _joined(path: tuple[str, ...]) -> str:
    return ".".join(path)


class Node:
    """One record of a configuration, such as ``cfg.adc``. Setting an attribute checks the whole configuration."""

    __slots__ = ("_config", "_path")

    def __init__(self, config: Config, path: tuple[str, ...]):
        object.__setattr__(self, "_config", config)
        object.__setattr__(self, "_path", path)

    def _values(self) -> dict:
        value = self._config._tree()
        for key in self._path:
            value = value[key] if isinstance(value, dict) and key in value else None
        if not isinstance(value, dict):
            raise UnknownKey([Diagnostic("", 0, 0, _joined(self._path), "is no longer there: another type has been set", "")])
        return value

    def _set(self, key: str, value) -> None:
        self._config.set({_joined((*self._path, key)): value})

    def _below(self, key: str):
        return Node(self._config, (*self._path, key))

    def __reduce__(self):
        return type(self), (self._config, self._path)

    def __getattr__(self, key: str):
        if key.startswith("_"):  # no key does
            raise AttributeError(key)
        values = self._values()
        if key not in values:
            near = _bitline.nearest(key, list(values))
            raise UnknownKey([Diagnostic("", 0, 0, _joined((*self._path, key)), f"unknown key '{key}'",
                                         near or "known here: " + ", ".join(values))])
        value = values[key]
        return self._below(key) if isinstance(value, dict) else value

    def __setattr__(self, key: str, value) -> None:
        self._set(key, value)

    def __getitem__(self, path: str):
        """By path: ``cfg["adc.bits"]``, ``cfg["budget.0.count"]``."""
        value: Any = self
        for key in path.split("."):
            if isinstance(value, list):
                value = value[int(key)]
            else:
                value = value[key] if isinstance(value, (dict, Layers)) else getattr(value, key)
        return value

    def __setitem__(self, path: str, value) -> None:
        self._set(path, value)

    def __dir__(self):
        return [*super().__dir__(), *self._values()]

    def __iter__(self):
        return iter(self._values())

    def __contains__(self, key) -> bool:
        return key in self._values()

    def __eq__(self, other) -> bool:
        return self.to_dict() == (other.to_dict() if isinstance(other, Node) else other)

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> dict:
        """All values below, as a dictionary; quantities are numbers in SI that know their unit."""
        return self._values()

    def __repr__(self) -> str:
        return "\n".join(_lines(self._values(), ""))


def _lines(values: dict, indent: str):
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{key}:"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{key}: {yaml_text(value)}"


class Layer(Node):
    """The settings of one layer: the configuration's, and what ``layers`` says of this one."""

    __slots__ = ()

    def _values(self) -> dict:
        value = self._config._native.layer(self._path[0])
        for key in self._path[1:]:
            value = value[key]
        return value

    def _below(self, key: str):
        return Layer(self._config, (*self._path, key))

    def _set(self, key: str, value) -> None:
        settings = value
        for part in reversed((*self._path, *key.split("."))):
            settings = {part: settings}
        self._config.set({"layers": settings})


class Layers:
    """Settings by layer: ``cfg.layers["fc1"].digital = True``. Iterates over the layers that have some of their own."""

    __slots__ = ("_config",)

    def __init__(self, config: Config):
        self._config = config

    def __reduce__(self):
        return Layers, (self._config,)

    def _values(self) -> dict:
        return self._config._tree().get("layers") or {}

    def __getitem__(self, name: str) -> Layer:
        return Layer(self._config, (name,))

    def __setitem__(self, name: str, settings: Mapping) -> None:
        self._config.set({"layers": {name: settings}})

    def __iter__(self):
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    def __contains__(self, name) -> bool:
        return name in self._values()

    def to_dict(self) -> dict:
        return self._values()

    def __repr__(self) -> str:
        return "\n".join(_lines(self._values(), "")) or "no layer has settings of its own"


if TYPE_CHECKING:  # editors complete the keys
    from ._keys import Keys
else:
    Keys = Node


class Config(Keys):
    """A configuration. Its attributes are the keys of the YAML; each change is read and checked as the command would.

    Parameters
    ----------
    config : a path, or the short name of a shipped configuration.
    overrides : values by path, set on top.

    Examples
    --------
    >>> import bitline
    >>> cfg = bitline.Config("fashion-mlp")
    >>> cfg.device.g_max = "40 uS"
    >>> cfg.layers["fc1"].digital = True
    >>> try:
    ...     cfg.adc.bitz = 6
    ... except bitline.ConfigError as e:
    ...     print(e.diagnostics[0].message, "-", e.diagnostics[0].remedy)
    unknown key 'bitz' - did you mean 'bits'?
    """

    __slots__ = ("_native", "_seen")

    def __init__(self, config: str | os.PathLike, overrides: Mapping[str, Any] | None = None):
        super().__init__(self, ())
        if isinstance(config, Config):
            self._become(config._native.with_settings(settings_of(overrides)))
        else:
            self._become(_bitline.Config(os.fspath(config), settings_of(overrides), config_roots()))

    _native: Any
    _seen: Any

    def _become(self, native) -> None:
        object.__setattr__(self, "_native", native)
        object.__setattr__(self, "_seen", None)

    def _tree(self) -> dict:
        seen = self._seen
        if seen is None:
            seen = self._native.tree()
            object.__setattr__(self, "_seen", seen)
        return seen

    def __getattr__(self, key: str):
        if key == "layers":
            return Layers(self)
        return super().__getattr__(key)

    def set(self, overrides: Mapping[str, Any]) -> None:
        """Sets several values at once, which are checked together. Nothing changes if one is wrong.

        >>> import bitline
        >>> cfg = bitline.load("fashion-mlp")
        >>> cfg.set({"device.g_min": "60 uS", "device.g_max": "90 uS"})
        """
        self._become(self._native.with_settings(settings_of(overrides)))

    def copy(self) -> Config:
        """Another configuration with the same values.

        >>> import bitline
        >>> a = bitline.load("fashion-mlp")
        >>> b = a.copy()
        >>> b.adc.bits = 5
        >>> a.adc.bits, b.adc.bits
        (8, 5)
        """
        return Config(self)

    __copy__ = copy

    def __deepcopy__(self, memo) -> Config:
        return self.copy()

    def __reduce__(self):
        return _again, (self._native.file, self._native.settings)

    def to_yaml(self) -> str:
        """Every value and where it came from; running this text gives the same result.

        >>> import bitline
        >>> "bits: 5" in bitline.load("fashion-mlp", {"adc.bits": 5}).to_yaml()
        True
        """
        return self._native.yaml()

    @property
    def file(self) -> str:
        """The file it was read from."""
        return self._native.file

    @property
    def hash(self) -> str:
        """As ``config_hash`` in results."""
        return self._native.hash

    def __repr__(self) -> str:
        changes = "".join(f", {path}={value}" for path, value in self._native.settings)
        return f"<bitline.Config {self.file}{changes}>"


def _again(file, settings) -> Config:
    config = Config.__new__(Config)
    Node.__init__(config, config, ())
    config._become(_bitline.Config(file, settings, config_roots()))
    return config


def as_config(config) -> Config:
    """A configuration as it is, or loaded by its name."""
    if not isinstance(config, (Config, str, os.PathLike)):
        raise TypeError(f"config: is a {type(config).__name__} where a Config, a path or the name of a shipped one is "
                        "expected")
    return config if isinstance(config, Config) else load(config)
