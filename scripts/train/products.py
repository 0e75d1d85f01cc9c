# SPDX-License-Identifier: Apache-2.0
"""Layers whose matrix products the chip computes: torch's own in float, and as arrays compute them where `chip` is set.

What the chip does to a product is imitated as follows. Weights, with the batch norm behind them folded in, become codes
of one step, max|w| / (2^(bits-1) - 1), per tensor or per column (output). Inputs become 8-bit codes: pixels are
code / 255, others are scaled by the largest magnitude seen, with a sign where the tensor can be negative. Each weight
then gets Gaussian noise of `noise` steps. Biases, and all that is no product with weights, stay float. Rounding passes
gradients straight through (Bengio et al. 2013, arXiv:1308.3432); training with the noise of the device follows Joshi et
al. 2020, doi:10.1038/s41467-020-16108-9.

Batch norm is folded with its running statistics, which therefore stand still while a network trains on the chip.
"""
import dataclasses

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass
class Chip:
    bits: int = 4  # of a weight, symmetric: -7..7
    per_column: bool = False  # one weight step for each output, not for the layer
    noise: float = 0.0  # rms on each weight, in steps


def rounded(x):
    return x + (x.round() - x).detach()


def chip_weight(weight, chip):
    """Weights as written; columns are the first dimension, as torch has them."""
    magnitude = weight.detach().abs()
    largest = magnitude.flatten(1).max(1)[0].view(-1, *[1] * (weight.dim() - 1)) if chip.per_column else magnitude.max()
    step = largest / (2 ** (chip.bits - 1) - 1)
    codes = rounded(weight / step)
    if chip.noise:
        codes = codes + chip.noise * torch.randn_like(codes)
    return codes * step


class Inputs:
    """8-bit inputs of one product. The step is that of the batch in training, else that of the last calibration."""

    def __init__(self, pixels, signed, bound=None):
        self.lowest, self.highest = (-127, 127) if signed else (0, 255)
        self.fixed = 1 / self.highest if pixels else None  # step of pixels
        self.bound = bound  # taken as the largest value in training, where that of a batch would not do
        self.step = None  # of the last calibration

    def calibrate(self, x):
        self.step = self.fixed or x.abs().max() / self.highest

    def __call__(self, x, training):
        step = self.step
        if training:
            step = self.fixed or (self.bound or x.detach().abs().max()) / self.highest
        return rounded((x / step).clamp(self.lowest, self.highest)) * step


class Linear(nn.Linear):
    def __init__(self, inputs, outputs, pixels=False, signed=False):
        super().__init__(inputs, outputs)
        self.inputs, self.chip = Inputs(pixels, signed), None

    def matrices(self):
        """Pairs of a weight and the factor of each column that folding brings, or None."""
        return [(self.weight, None)]

    def calibrate(self, x, _):
        self.inputs.calibrate(x)

    def forward(self, x):
        if self.chip is None:
            return super().forward(x)
        return functional.linear(self.inputs(x, self.training), chip_weight(self.weight, self.chip), self.bias)


class Conv(nn.Conv2d):
    """A convolution, with a batch norm behind it (and then without a bias of its own) where `norm` is true."""

    def __init__(self, inputs, outputs, size, stride=1, padding=0, groups=1, norm=False, pixels=False, signed=False):
        super().__init__(inputs, outputs, size, stride, padding, groups=groups, bias=not norm)
        self.norm = nn.BatchNorm2d(outputs) if norm else None
        self.inputs, self.chip = Inputs(pixels, signed), None

    def factor(self):
        return self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)

    def matrices(self):
        return [(self.weight, self.factor().detach() if self.norm else None)]

    def calibrate(self, x, _):
        self.inputs.calibrate(x)

    def forward(self, x):
        if self.chip is None:
            x = super().forward(x)
            return self.norm(x) if self.norm else x
        x = self.inputs(x, self.training)
        weight, bias = self.weight, self.bias
        if self.norm:
            factor = self.factor()
            weight, bias = weight * factor.view(-1, 1, 1, 1), self.norm.bias - self.norm.running_mean * factor
        return functional.conv2d(x, chip_weight(weight, self.chip), bias, self.stride, self.padding, 1, self.groups)


class Lstm(nn.LSTM):
    """One LSTM layer that starts at zero: (batch, steps, inputs) to the last hidden state. Two products a step."""

    def __init__(self, inputs, hidden, pixels=False, signed=False):
        super().__init__(inputs, hidden, batch_first=True)
        self.inputs, self.chip = Inputs(pixels, signed), None
        self.hidden = Inputs(pixels=False, signed=True, bound=1.0)  # |h| < 1

    def matrices(self):
        return [(self.weight_ih_l0, None), (self.weight_hh_l0, None)]

    def calibrate(self, x, _):
        self.inputs.calibrate(x)
        self.hidden.calibrate(nn.LSTM.forward(self, x)[0][:, :-1])

    def forward(self, x):
        if self.chip is None:
            return super().forward(x)[0][:, -1]
        from_inputs = functional.linear(self.inputs(x, self.training), chip_weight(self.weight_ih_l0, self.chip),
                                        self.bias_ih_l0 + self.bias_hh_l0)
        weight = chip_weight(self.weight_hh_l0, self.chip)
        hidden = cell = torch.zeros(len(x), self.hidden_size)
        for gates in from_inputs.unbind(1):
            gates = gates + functional.linear(self.hidden(hidden, self.training), weight)
            take, keep, new, show = gates.chunk(4, 1)  # torch's i, f, g, o
            cell = keep.sigmoid() * cell + take.sigmoid() * new.tanh()
            hidden = show.sigmoid() * cell.tanh()
        return hidden


def products(model):
    return [layer for layer in model.modules() if isinstance(layer, (Linear, Conv, Lstm))]


def put_on(model, chip):
    """`chip` None: float again."""
    for layer in products(model):
        layer.chip = chip


@torch.no_grad()
def calibrate(model, images):
    """Sets the input step of each product to the largest magnitude that the float network shows on `images`."""
    put_on(model.eval(), None)
    hooks = [layer.register_forward_hook(lambda layer, inputs, output: layer.calibrate(inputs[0], output))
             for layer in products(model)]
    model(images)
    for hook in hooks:
        hook.remove()


@torch.no_grad()
def clip_bounds(model, deviations, per_column):
    """Largest folded magnitude of each matrix: `deviations` standard deviations of the tensor or of each column."""
    bounds = []
    for layer in products(model):
        for weight, factor in layer.matrices():
            folded = weight if factor is None else weight * factor.view(-1, *[1] * (weight.dim() - 1))
            spread = folded.flatten(1).std(1).view(-1, *[1] * (weight.dim() - 1)) if per_column else folded.std()
            bounds.append((deviations * spread.double()).float())
    return bounds


@torch.no_grad()
def clip(model, bounds):
    bounds = iter(bounds)
    for layer in products(model):
        for weight, factor in layer.matrices():
            bound = next(bounds)
            if factor is not None:
                bound = bound / factor.abs().clamp(min=1e-8).view(-1, *[1] * (weight.dim() - 1))
            weight.copy_(torch.max(torch.min(weight, bound.expand_as(weight)), -bound.expand_as(weight)))
