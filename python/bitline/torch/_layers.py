# SPDX-License-Identifier: Apache-2.0
"""Layers whose products an engine computes: torch in float where there is none, a chip, or its statistics."""
from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional


class _Instead(torch.autograd.Function):
    """The second value, with the gradient of the first (straight-through, Bengio et al. 2013, arXiv:1308.3432)."""

    @staticmethod
    def forward(ctx, soft, hard):
        return hard.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def instead(soft, hard):
    return _Instead.apply(soft, hard)


def rounded(x):
    """Half to even, straight through."""
    return x + (x.round() - x).detach()


class Limit(nn.Module):
    """What a layer reads is clipped to 0 .. range or, where ``signed``, -range .. range; NaN: not yet known."""

    signed: torch.Tensor

    def __init__(self, like: torch.Tensor):
        super().__init__()
        self.range = nn.Parameter(like.new_full((), math.nan))
        self.register_buffer("signed", torch.zeros((), dtype=torch.bool))

    def forward(self, x):
        r = float(self.range.detach())
        return x if math.isnan(r) else x.clamp(-r if self.signed else 0.0, r)

    @torch.no_grad()
    def reach(self, x) -> None:
        """Widens the range to these values."""
        largest = x.abs().max().clamp(min=1e-6)
        known = not bool(self.range.isnan())
        self.signed.fill_(bool(self.signed) and known or bool((x < 0).any()))
        self.range.copy_(torch.maximum(self.range, largest) if known else largest)


class Product:
    """What the layers below share. A column of the matrix is an output, a row an input.

    ``engine``: has ``product(layer, x)``; None: torch. ``limit``: a :class:`Limit`, or not there.
    """

    engine: Any = None

    def forward(self, x):
        if self.engine is not None:
            return self.engine.product(self, x)
        return self.soft(self.limited(x))

    def limited(self, x):
        return self.limit(x) if hasattr(self, "limit") else x


class Linear(Product, nn.Linear):
    def soft(self, x, weight=None, bias=True):
        return functional.linear(x, self.weight if weight is None else weight, self.bias if bias else None)

    def vectors(self, codes):
        """(samples, positions, rows)."""
        return codes.reshape(len(codes), -1, self.in_features)

    def assembled(self, products, x):
        """Of (samples, positions, columns), the shape that torch gives."""
        return products.reshape(*x.shape[:-1], self.out_features)

    def matrix(self, weight=None):
        """(rows, columns), of the layer's weights or of values in their shape."""
        return (self.weight if weight is None else weight).detach().t()

    @staticmethod
    def by_column(values):
        """Values of columns, or one of all, as outputs take them."""
        return values.reshape(-1)


class _Conv(Product):
    """One or two dimensions; one is a map of height 1."""

    def padded(self, x):
        if self.padding_mode == "zeros":
            return functional.pad(x, self._reversed_padding_repeated_twice)
        wide = x if x.is_floating_point() else x.double()  # torch mirrors no integers
        return functional.pad(wide, self._reversed_padding_repeated_twice, mode=self.padding_mode).to(x.dtype)

    def soft(self, x, weight=None, bias=True):
        convolve = functional.conv1d if self.weight.dim() == 3 else functional.conv2d
        zeros = self.padding_mode == "zeros"  # then no layer of its own in an exported network
        return convolve(x if zeros else self.padded(x), self.weight if weight is None else weight,
                        self.bias if bias else None, self.stride, self.padding if zeros else 0, self.dilation,
                        self.groups)

    def vectors(self, codes):
        x = self.padded(codes).contiguous()
        kernel, stride, dilation = self.kernel_size, self.stride, self.dilation
        size = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
        step = x.stride()
        shape = (len(x), *size, x.shape[1], *kernel)
        strides = (step[0], *(n * s for n, s in zip(step[2:], stride)), step[1],
                   *(n * d for n, d in zip(step[2:], dilation)))
        places = 1
        for n in size:
            places *= n
        rows = x.shape[1]
        for k in kernel:
            rows *= k
        return x.as_strided(shape, strides).reshape(len(x), places, rows)

    def assembled(self, products, x):
        padded = [n + a + b for n, a, b in zip(x.shape[2:], self._reversed_padding_repeated_twice[-2::-2],
                                               self._reversed_padding_repeated_twice[-1::-2])]
        size = [(n - d * (k - 1) - 1) // s + 1
                for n, k, s, d in zip(padded, self.kernel_size, self.stride, self.dilation)]
        return products.transpose(1, 2).reshape(len(x), self.out_channels, *size)

    def matrix(self, weight=None):
        """(rows, columns), of the layer's weights or of values in their shape; zero between groups."""
        weight = (self.weight if weight is None else weight).detach().flatten(1)
        if self.groups == 1:
            return weight.t()
        rows, columns = weight.shape[1], self.out_channels // self.groups
        whole = weight.new_zeros(rows * self.groups, self.out_channels)
        for g in range(self.groups):
            own = slice(g * columns, (g + 1) * columns)
            whole[g * rows:(g + 1) * rows, own] = weight[own].t()
        return whole

    def by_column(self, values):
        return values.reshape(-1, *[1] * (self.weight.dim() - 2))


class Conv1d(_Conv, nn.Conv1d):
    pass


class Conv2d(_Conv, nn.Conv2d):
    pass


KINDS: dict[Any, Any] = {nn.Linear: Linear, nn.Conv1d: Conv1d, nn.Conv2d: Conv2d}


def product_of(layer: nn.Module):
    """The same layer as one whose products an engine computes, sharing its parameters; None for other modules."""
    if isinstance(layer, Product):
        return layer
    for plain, kind in KINDS.items():
        if isinstance(layer, plain) and type(layer).forward is plain.forward:
            made = kind.__new__(kind)
            made.__dict__.update(layer.__dict__)
            return made
    return None


def products(network: nn.Module) -> dict:
    """By their names in the network."""
    return {name: layer for name, layer in network.named_modules() if isinstance(layer, Product)}
