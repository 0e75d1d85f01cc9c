# SPDX-License-Identifier: Apache-2.0
"""Devices whose writing and read noise are functions of Python."""
from __future__ import annotations

import inspect
import math
from collections.abc import Callable

import numpy as np

from ._checked import whole
from ._config import Config, as_config
from ._errors import InputError

LEVELS = 33  # targets between which writing is linear
NOISE_POINTS = 129
SCORES = np.linspace(-3, 3, 61)


def with_device(config, *, write: Callable | None = None, read_noise: Callable | None = None, draws: int = 100_000,
                seed: int = 0) -> Config:
    """A configuration whose devices write and fluctuate as functions say.

    In place of the device's own write error and white read noise; spread, faults and what time does stay its own. The
    functions are called here, once, and become tables of the device (``device.write: measured``,
    ``device.read_noise.by_conductance``): every run, sweep, chip and report knows them, at its full speed and in YAML.
    What tables keep: each device errs by itself, by the same law at each writing; 33 targets from 0 to g_max, linear
    in between; 61 quantiles, with the last slope going on beyond three standard deviations.
    :meth:`State.set_conductance` takes what is no such law, such as errors that neighbours share.

    Parameters
    ----------
    config : a Config, a path, or the short name of a shipped configuration; it is not changed.
    write : called as ``write(target_S, rng)`` with an array of targets in siemens and a numpy.random.Generator; returns
        an array of the same shape, the conductances right after writing.
    read_noise : called as ``read_noise(g_S)`` with an array of conductances; returns the standard deviation of one
        read of each, in siemens.
    draws : of each target.
    seed : of ``rng``.

    Raises
    ------
    InputError : what a function returns has another shape or values that are negative or not finite. Exceptions of the
        functions come through.

    Examples
    --------
    >>> import bitline
    >>> cfg = bitline.with_device("fashion-mlp", write=lambda g, rng: g * rng.lognormal(0, 0.05, g.shape))
    >>> cfg.device.write.type, len(cfg.device.write.levels)
    ('measured', 33)
    """
    changed = as_config(config).copy()
    g_max_S = float(changed.device.g_max)
    settings: dict[str, object] = {}
    if write is not None:
        settings["device.write"] = {"type": "measured", "levels": written_levels(write, g_max_S, draws, seed)}
    if read_noise is not None:
        g_S = np.linspace(0, 1.25 * g_max_S, NOISE_POINTS)
        sigma_S = returned(read_noise(g_S.copy()), "read_noise", g_S.shape)
        settings["device.read_noise"] = {
            "sigma": "0 S", "relative": 0,  # the function's in place of the device's
            "by_conductance": [{"g": siemens(g), "sigma": siemens(s)} for g, s in zip(g_S, sigma_S)]}
    changed.set(settings)
    return changed


def written_levels(write: Callable, g_max_S: float, draws: int, seed: int) -> list[dict]:
    """Quantiles of written - target at equally spaced normal scores."""
    draws = whole(draws, "draws", 1000, 10_000_000)
    rng = np.random.default_rng(whole(seed, "seed", 0, 2**32 - 1))
    shares = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in SCORES])
    levels = []
    for target in np.linspace(0, g_max_S, LEVELS):
        targets = np.full(draws, target)
        try:
            inspect.signature(write).bind(targets, rng)
        except TypeError as e:
            raise TypeError(f"write: is called as write(target_S, rng): {e}") from None
        except ValueError:
            pass  # a function without a signature
        error_S = np.quantile(returned(write(targets.copy(), rng), "write", targets.shape) - target, shares)
        levels.append({"g": siemens(target), "error": [siemens(e) for e in np.maximum.accumulate(error_S)]})
    return levels


def siemens(value: float) -> str:
    return f"{value:.6g} S"


def returned(values, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """What a function gave, as an array of numbers from 0 on."""
    try:
        a = np.asarray(values, float)
    except (TypeError, ValueError):
        raise InputError(f"{name}: returns a {type(values).__name__} where an array is expected") from None
    if a.shape != shape:
        raise InputError(f"{name}: returns the shape {a.shape} where {shape} is expected")
    if not (np.isfinite(a) & (a >= 0)).all():
        raise InputError(f"{name}: returns values that are negative or not finite")
    return a
