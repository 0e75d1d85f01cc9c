# SPDX-License-Identifier: Apache-2.0
"""Whole numbers that a caller gives, before they reach the library."""
from __future__ import annotations

import operator

import numpy as np

from ._errors import InputError


def whole(value, name: str, lowest: int, highest: int) -> int:
    """An int in lowest..highest; NumPy's integers are taken, truth values and fractions are not.

    TypeError: no whole number. InputError: out of range.
    """
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: is {value!r} where a whole number is expected") from None
    if not lowest <= number <= highest:
        raise InputError(f"{name}: is {number}, which is not in {lowest} .. {highest}")
    return number


def text(value, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}: is {value!r} where a text is expected")
    return value


def instance_number(value) -> int:
    """Of a chip: the number that its draws are named by."""
    return whole(value, "instance", 0, 2**31 - 1)


def seed_number(value) -> int | None:
    return None if value is None else whole(value, "seed", 0, 2**32 - 1)


def thread_count(value) -> int:
    return whole(value, "threads", 0, 4096)


def two(value, name: str, highest: int) -> tuple[int, int]:
    """A pair of whole numbers from 0 on."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}: is {value!r} where two whole numbers are expected") from None
    return whole(first, f"{name}[0]", 0, highest), whole(second, f"{name}[1]", 0, highest)
