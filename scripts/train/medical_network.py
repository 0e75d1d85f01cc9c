# SPDX-License-Identifier: Apache-2.0
"""The networks that scripts/train/medical.py trains: what it says of curves, scales, noise and rounding."""
import torch
from torch import nn
from torch.nn import functional

LINEAR = 2.0  # of the device's curve; its power is 4
NOISE = 0.05  # of the device's output
SCALE_RATE = 0.1  # of each batch in the running activation scales
HIGHEST_FIRST, HIGHEST = 15, 7  # codes of weights: 4 bits a sign in the first layer, 4 bits with it in others
DROPOUT = 0.3


class Diode(torch.autograd.Function):
    """scale x f(v / scale), whose derivative above 0 is (1 + (v / scale / 2)^4)^(-5/4)."""

    @staticmethod
    def forward(ctx, v, slope, scale):
        forward, reverse = v.clamp(min=0), v.clamp(max=0)
        root = (forward / (LINEAR * scale)).square_().square_().add_(1).rsqrt_()  # (1 + ..)^(-1/2)
        quarter = root.sqrt()
        ctx.save_for_backward(torch.where(v > 0, root.square_().mul_(quarter), slope))
        return forward.mul_(quarter).add_(reverse, alpha=slope)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0], None, None


def rounded(weight, highest):
    """Codes -highest..highest and the step of each output: of those with the largest code, that of least square error."""
    flat = weight.flatten(1)
    largest = flat.abs().max(1)[0].clamp(min=1e-8)
    best_error, best_step = None, None
    for part in torch.linspace(1, 0.4, 25):
        step = part * largest / highest
        codes = (flat / step[:, None]).round().clamp(-highest, highest)
        error = (codes * step[:, None] - flat).square().sum(1)
        if best_error is None:
            best_error, best_step = error, step
        better = error < best_error
        best_error, best_step = torch.where(better, error, best_error), torch.where(better, step, best_step)
    codes = (flat / best_step[:, None]).round().clamp(-highest, highest)
    return codes.view_as(weight), best_step


class Network(nn.Module):
    def __init__(self, kind, data, curve, slope):
        super().__init__()
        channels, height, width = data.train[0].shape[1:]
        self.kind, self.mean, self.curve, self.slope = kind, data.mean, curve, slope
        self.noise = None  # where noise comes from, if there is any
        self.shape, self.classes = (channels, height, width), data.classes
        if kind == "mlp":
            layers = {"fc1": nn.Linear(channels * height * width, 64), "fc2": nn.Linear(64, data.classes)}
        else:
            layers = {"conv1": nn.Conv2d(channels, 16, 5, padding=2), "conv2": nn.Conv2d(16, 32, 3, padding=1)}
            if kind == "cnn":
                rows = 32 * (height // 4) * (width // 4)
                layers |= {"fc1": nn.Linear(rows, 32), "fc2": nn.Linear(32, data.classes)}
            else:
                layers |= {"fc1": nn.Linear(32, data.classes)}
        self.layers = nn.ModuleDict(layers)
        self.register_buffer("scales", torch.zeros(len(layers) - 1))  # of activations; 0: no batch was seen

    def first_bias(self):
        """The mean of the input is removed here."""
        first = next(iter(self.layers.values()))
        return first.bias - self.mean * first.weight.flatten(1).sum(1)

    def drop(self, x):
        return functional.dropout(x, DROPOUT, self.training)

    def scale(self, v, layer):
        if self.training:
            now = v.detach().square().mean().sqrt()
            self.scales[layer] = torch.where(self.scales[layer] > 0, self.scales[layer].lerp(now, SCALE_RATE), now)
        return self.scales[layer].item()

    def act(self, v, layer):
        if self.curve == "ideal":
            return functional.leaky_relu(v, self.slope)
        scale = self.scale(v, layer)
        out = Diode.apply(v, self.slope, scale)
        if self.noise is None:
            return out
        drawn = torch.empty(v.numel()).normal_(0, NOISE * scale, generator=self.noise)
        if v.dim() == 4:  # in the order in which v lies in memory
            count, channels, height, width = v.shape
            return out + drawn.view(count, height, width, channels).permute(0, 3, 1, 2)
        return out + drawn.view_as(v)

    def pooled(self, v, layer):
        """act, then the largest of 2 x 2."""
        if self.curve == "ideal":  # a rising curve of the largest is the largest of the curve: a quarter of the work
            return self.act(functional.max_pool2d(v, 2), layer)
        return functional.max_pool2d(self.act(v, layer), 2)

    def forward(self, x):
        layers, act = self.layers, self.act
        if self.kind == "mlp":
            x = act(functional.linear(x.flatten(1), layers["fc1"].weight, self.first_bias()), 0)
            return layers["fc2"](self.drop(x))
        x = self.pooled(functional.conv2d(x, layers["conv1"].weight, self.first_bias(), padding=2), 0)
        x = layers["conv2"](x)
        if self.kind == "cnn-pooled":
            return layers["fc1"](self.drop(act(x, 1).mean((2, 3))))
        x = self.pooled(x, 1).flatten(1)
        return layers["fc2"](self.drop(act(layers["fc1"](self.drop(x)), 2)))

    @torch.no_grad()
    def round_weights(self):
        """Keeps codes and steps of all layers, and what they stand for as weights."""
        self.codes = {}
        for i, (name, layer) in enumerate(self.layers.items()):
            codes, step = rounded(layer.weight, HIGHEST if i else HIGHEST_FIRST)
            self.codes[name] = codes, step
            layer.weight.copy_(codes * step.view(-1, *[1] * (layer.weight.dim() - 1)))
