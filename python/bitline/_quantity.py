# SPDX-License-Identifier: Apache-2.0
"""Numbers with a unit."""
from __future__ import annotations


class Quantity(float):
    """A number in SI that knows its unit, as configurations write it.

    Times or divided by a plain number, negated, or added to the same unit it keeps its unit; all else is a float's.

    >>> import bitline
    >>> g = bitline.load("fashion-mlp").device.g_max
    >>> float(g), g.unit, str(2 * g)
    (2e-05, 'S', '4e-05 S')
    """

    __slots__ = ("unit", "_text")
    unit: str
    _text: str

    def __new__(cls, value: float, unit: str, text: str = ""):
        self = super().__new__(cls, value)
        self.unit = unit
        self._text = text or f"{float(value)!r} {unit}"
        return self

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<{self._text}>"

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else self._text

    def __getnewargs__(self):
        return float(self), self.unit, self._text

    def __getstate__(self):
        return None

    def _scaled(self, value):
        return value if value is NotImplemented else Quantity(value, self.unit)

    def __mul__(self, other):
        return float(self) * other if isinstance(other, Quantity) else self._scaled(float.__mul__(self, other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        ratio = float.__truediv__(self, other)
        return ratio if isinstance(other, Quantity) else self._scaled(ratio)

    def __neg__(self):
        return Quantity(-float(self), self.unit)

    def __add__(self, other):
        return self._scaled(float.__add__(self, other)) if getattr(other, "unit", None) == self.unit else float(self) + other

    def __sub__(self, other):
        return self._scaled(float.__sub__(self, other)) if getattr(other, "unit", None) == self.unit else float(self) - other
