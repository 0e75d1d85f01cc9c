# SPDX-License-Identifier: Apache-2.0
"""The fast statistical layer: a chip's errors as Gaussian noise on torch tensors, to train networks with."""
from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from .. import _bitline
from .._checked import thread_count, whole
from .._config import as_config
from ._layers import Limit, products, rounded
from ._plain import hold_norms, plain
from ._samples import as_input, gathered
from ._statistics import measured

VECTORS = 256  # of a layer's inputs, that its converters are ranged on


def noise(model: nn.Module, chip, calibrate=None, *, age=None, clip: float | None = 2.5, chips: int = 4,
          threads: int = 0) -> Noisy:
    """A copy of ``model`` whose layers multiply with the errors of a chip, drawn on torch tensors: for training.

    Of each layer the engine writes ``chips`` chips, ages them, and ranges the converters, when the layer first reads
    something; from then on its errors are Gaussian, with means and variances of writing and time for each level, of
    read noise for each level and input, and of rounding by converters (LSB^2 / 12). Every forward pass is a new chip.
    Weights and inputs are rounded to their codes, straight through. It leaves out what :attr:`Noisy.leaves_out` says.

    Parameters
    ----------
    model : as in :func:`convert`.
    chip : a configuration, its path or short name.
    calibrate : samples, as in :func:`convert`; needed where the network has batch norms (which are folded) or
        attentions. None: the first forward pass sets ranges.
    age : time between writing and reading; None: the configuration's.
    clip : weights are clipped, now and after each step, to so many standard deviations that their layer has now (after
        Joshi et al. 2020, doi:10.1038/s41467-020-16108-9, who take those of each step); None: never.
    chips : how many the means and variances are taken from.

    Returns
    -------
    Noisy : a module to train; :func:`convert` takes it, with the input ranges that it has learned.

    Examples
    --------
    >>> import torch, bitline
    >>> net = bitline.torch.noise(torch.nn.Linear(4, 2), "fashion-mlp")
    >>> x = torch.rand(64, 4)
    >>> a, b = net(x), net(x)
    >>> bool((a != b).any())
    True
    """
    config = as_config(chip).copy()
    samples = None if calibrate is None else as_input(gathered(calibrate, config.workload.calibration_images))
    network = plain(model.network if isinstance(model, Noisy) else model, samples)
    age_s = None if age is None else _bitline.seconds(age)
    made = Noisy(network, Chip(config, age_s, chips, threads, clip))
    if samples is not None:
        made.set_ranges(samples)
        made.refresh(samples)
    return made


class Chip:
    """What layers measure their errors with, and how strong these are."""

    def __init__(self, config, age_s, chips, threads, clip):
        self.config, self.age_s = config, age_s
        self.chips, self.threads = whole(chips, "chips", 1, 10_000), thread_count(threads)
        self.clip, self.strength = clip, 1.0


class LayerNoise:
    """The engine of one layer."""

    def __init__(self, name: str, chip: Chip):
        self.name, self.chip = name, chip
        self.errors: Any = None  # Errors, once measured
        self.bound = math.inf
        own = settings_of(chip.config, name)
        if own["quantization"]["weight_bits"] < 2:
            raise NotImplementedError(f"bitline.torch.noise: weights of one bit ({name})")
        self.per_column = own["quantization"]["weight_scale"] == "per-column"
        self.correct = str(chip.config.correct)
        self.known: Any = None  # codes that columns are corrected by, where they are

    def keep_bound(self, layer: Any) -> None:
        """Weights stay within ``clip`` standard deviations of what they are now."""
        if self.chip.clip is not None:
            self.bound = self.chip.clip * float(layer.weight.detach().std())

    @torch.no_grad()
    def clip(self, layer: Any) -> None:
        if self.bound < math.inf:
            layer.weight.clamp_(-self.bound, self.bound)

    def measure(self, layer: Any, x) -> None:
        with torch.no_grad():
            x = x.detach()
            if layer.limit.range.isnan():
                layer.limit.reach(x)
            vectors = layer.vectors(layer.limited(x))
            vectors = vectors.reshape(-1, vectors.shape[-1])
            chosen = torch.linspace(0, len(vectors) - 1, min(len(vectors), VECTORS)).long()
            some = vectors[chosen].double().cpu()
            # The scale of inputs is that of the largest: it and, where there are such, a negative one are among them.
            some[0, 0] = float(layer.limit.range)
            if layer.limit.signed:
                some[-1, -1] = -float(layer.limit.range)
            self.errors = measured(self.chip.config, self.name, layer.matrix().double().cpu().numpy(), some.numpy(),
                                   self.chip.age_s, self.chip.chips, self.chip.threads).to(layer.weight)
            if self.correct != "none":
                e = self.errors
                step = float(layer.limit.range) / e.highest
                self.known = (some / step).round_().clamp_(e.lowest, e.highest).to(layer.weight)

    def product(self, layer: Any, x):
        if self.errors is None:
            self.measure(layer, x)
        e: Any = self.errors
        chip = self.chip
        if layer.training:
            self.clip(layer)
        x_scale = scaled_gradient(layer.limit.range, x.numel(), e.highest).clamp(min=1e-6) / e.highest
        codes = rounded((x / x_scale).clamp(e.lowest, e.highest))
        w_scale = self.weight_scale(layer) / e.largest_weight
        level = rounded(layer.weight / w_scale).clamp(-e.largest_weight, e.largest_weight)
        written = level
        if chip.strength:
            with torch.no_grad():
                place = (level + e.largest_weight).long()
                added = chip.strength * (e.mean[place] + e.spread[place] * torch.randn_like(level))
            written = level + added
        sums = layer.soft(codes, written, bias=False)
        if chip.strength:
            sums = sums + self.read_errors(layer, codes, level, sums)
            if self.known is not None:
                scale, offset = self.correction(layer, level, written)
                sums = sums * layer.by_column(scale) + layer.by_column(offset)
        y = sums * x_scale * layer.by_column(w_scale)
        if layer.bias is not None:
            y = y + layer.by_column(layer.bias)
        return y

    @torch.no_grad()
    def read_errors(self, layer, codes, level, sums):
        e = self.errors
        variance = layer.by_column(e.converter_variance)
        if e.read_variance.any():
            squares = e.squares[(codes - e.lowest).long()]
            variance = variance + layer.soft(squares, e.read_variance[(level + e.largest_weight).long()], bias=False)
        return self.chip.strength * variance.clamp(min=0).sqrt() * torch.randn_like(sums)

    @torch.no_grad()
    def correction(self, layer, level, written):
        """Scale and offset of each column's line from what the known inputs give to what they are meant to give, as the
        chip finds them (`correct`): by one read with all its noise."""
        e = self.errors
        meant = self.known @ layer.matrix(level)
        gave = self.known @ layer.matrix(written)
        squares = e.squares[(self.known - e.lowest).long()]
        place = (level + e.largest_weight).long()
        variance = e.converter_variance + squares @ layer.matrix(e.read_variance[place])
        gave = gave + self.chip.strength * variance.clamp(min=0).sqrt() * torch.randn_like(gave)
        return line(gave, meant, self.correct)

    def weight_scale(self, layer):
        with torch.no_grad():
            if not self.per_column:
                return layer.weight.abs().max().clamp(min=1e-12)
            largest = layer.weight.abs().flatten(1).amax(1)
            largest = torch.where(largest > 0, largest, torch.ones_like(largest))
            return largest.reshape(-1, *[1] * (layer.weight.dim() - 1))


def line(gave, meant, how: str):
    """(scale, offset) by column of meant ~ scale gave + offset with the least squared error; a column that always gave
    the same keeps scale 1."""
    offset = "offset" in how
    x, y = (gave - gave.mean(0), meant - meant.mean(0)) if offset else (gave, meant)
    squares = (x * x).sum(0)
    scale = torch.ones_like(squares)
    if "scale" in how:
        scale = torch.where(squares > 0, (x * y).sum(0) / squares.clamp(min=1e-30), scale)
    return scale, meant.mean(0) - scale * gave.mean(0) if offset else torch.zeros_like(scale)


class _Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, factor):
        ctx.factor = factor
        return value.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.factor, None


def scaled_gradient(input_range, values: int, highest: int):
    """A step's gradient is a sum over all inputs; it is weakened by the root of values x highest code (Esser et al.
    2020, "Learned step size quantization", arXiv:1902.08153, section 2.2)."""
    return _Scaled.apply(input_range, (values * highest) ** -0.5)


class Noisy(nn.Module):
    """A network with the errors of a chip; :func:`noise` makes it. ``network`` has the layers; each has a
    ``limit.range`` to learn (its inputs are clipped to 0 .. range, or -range .. range where one was negative).

    ``strength`` scales all errors; 0 leaves the rounding of weights and inputs. Errors are drawn in ``train`` and in
    ``eval``; batch norms stand still.
    """

    def __init__(self, network: nn.Module, chip: Chip):
        super().__init__()
        self.network = network
        self._chip = chip
        for name, layer in products(network).items():
            if not hasattr(layer, "limit"):
                layer.limit = Limit(layer.weight)
            layer.engine = LayerNoise(name, chip)
            layer.engine.keep_bound(layer)
        self.train()

    @property
    def strength(self) -> float:
        return self._chip.strength

    @strength.setter
    def strength(self, value: float) -> None:
        self._chip.strength = float(value)

    @property
    def leaves_out(self) -> list[str]:
        """What the errors do not have that the chip has, by the keys of the configuration.

        >>> import torch, bitline
        >>> bitline.torch.noise(torch.nn.Linear(4, 2), "ideal").leaves_out
        ['values that converters clip']
        """
        out: list[str] = []
        for name in products(self.network):
            out += [text for text in left_out(settings_of(self._chip.config, name)) if text not in out]
        return out

    @torch.no_grad()
    def set_ranges(self, samples) -> Noisy:
        """Sets each input range to the largest that the float network shows on these samples.

        >>> import torch, bitline
        >>> net = bitline.torch.noise(torch.nn.Linear(4, 2), "ideal").set_ranges(torch.ones(8, 4) * 3)
        >>> float(net.network[0].limit.range.detach())
        3.0
        """
        layers = products(self.network).values()
        engines = [layer.engine for layer in layers]
        hooks = [layer.register_forward_pre_hook(lambda read, inputs: read.limit.reach(inputs[0])) for layer in layers]
        for layer in layers:
            layer.engine = None
            layer.limit.range.fill_(math.nan)
        try:
            self(samples)
        finally:
            for layer, engine, hook in zip(layers, engines, hooks):
                layer.engine = engine
                hook.remove()
        return self

    def refresh(self, samples=None) -> Noisy:
        """Measures the layers' errors anew, at the next pass or on these samples: ranges and weights have moved.

        >>> import torch, bitline
        >>> x = torch.rand(16, 4)
        >>> net = bitline.torch.noise(torch.nn.Linear(4, 2), "fashion-mlp", calibrate=x)
        >>> net.refresh(x)(x).shape
        torch.Size([16, 2])
        """
        for layer in products(self.network).values():
            layer.engine.errors = None
        if samples is not None:
            with torch.no_grad():
                self(samples)
        return self

    def forward(self, x):
        return self.network(x.float() / 255 if x.dtype == torch.uint8 else x)

    def train(self, mode: bool = True):
        super().train(mode)
        hold_norms(self.network)
        for layer in products(self.network).values():
            layer.engine.clip(layer)
        return self


def settings_of(config, name: str) -> dict:
    """The configuration as one layer has it."""
    whole = config.to_dict()
    return {**whole, **config.layers[name].to_dict()} if name in config.layers else whole


def left_out(tree: dict) -> list[str]:
    out = ["values that converters clip"]
    adc, wires = tree["adc"] or {}, tree["wires"] or {}
    apart = {**{f"errors.{k}": v for k, v in adc.get("errors", {}).items() if k != "noise"},
             "capacitor_mismatch": adc.get("capacitor_mismatch")}
    out += [f"adc.{key}: differences between converters, and thresholds out of place" for key, v in apart.items() if v]
    if wires.get("mode") != "ideal" and wires.get("row") is not None:
        out.append("wires: what they take depends on the place; each level has its mean and spread over places")
    if tree["device"]["iv"]["type"] != "ohmic":
        out.append("device.iv: curvature beyond what the levels' means have of it")
    return out
