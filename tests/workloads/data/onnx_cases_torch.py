#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks that PyTorch writes as ONNX files, with the outputs that it computes."""

import math
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from onnx_cases import SAMPLES, Folder, hash_of, save
from torch import nn

warnings.filterwarnings("ignore")
TORCH = {}


def case(shape, opset=13, batch_axis=0, samples=SAMPLES, data=None):
    def register(make):
        TORCH[make.__name__] = (make, shape, opset, batch_axis, samples, data)
        return make

    return register


class Function(nn.Module):
    def __init__(self, f, **parts):
        super().__init__()
        self.f = f
        for name, part in parts.items():
            if isinstance(part, torch.Tensor):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, x):
        return self.f(self, x)


def randomise(module):
    """Batch norms and norms that do something."""
    for m in module.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.5, 2)
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d)):
            if m.weight is not None:
                nn.init.uniform_(m.weight, 0.5, 1.5)
                nn.init.uniform_(m.bias, -0.5, 0.5)


def export(name, make, shape, opset, batch_axis, samples, data):
    torch.manual_seed(hash_of(name))
    model = make()
    randomise(model)
    model.eval()
    one = list(shape)
    one.insert(batch_axis, 1)
    many = list(shape)
    many.insert(batch_axis, samples)
    x = (torch.rand(many) * 4 - 2) if data is None else data(many)
    if x.dtype == torch.float32:
        x = (x * 64).round() / 64
    dummy = x.narrow(batch_axis, 0, 1)
    with torch.no_grad():
        torch.onnx.export(
            model, dummy, Folder.path / f"{name}.onnx", opset_version=opset, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {batch_axis: "batch"}}, do_constant_folding=opset % 2 == 1)
        # Each sample by itself, as its file says.
        parts = [model(x.narrow(batch_axis, i, 1)).numpy().reshape(-1) for i in range(samples)]
    inputs = np.stack([x.narrow(batch_axis, i, 1).numpy().reshape(shape) for i in range(samples)])
    save(name, inputs, np.stack(parts))


@case((3, 7, 6))
def conv_plain():
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 2, (1, 3), stride=(2, 1)))


@case((4, 9, 9))
def conv_dilated_groups():
    return nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, padding=(2, 1), dilation=(2, 1), groups=2), nn.ReLU())


@case((3, 8, 8))
def conv_depthwise():
    return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1, groups=3, bias=False), nn.BatchNorm2d(6), nn.ReLU6(),
                         nn.Conv2d(6, 4, 1, bias=False), nn.BatchNorm2d(4))


@case((2, 11), opset=12)
def conv_1d():
    return nn.Sequential(nn.Conv1d(2, 3, 3, padding=2, dilation=2), nn.BatchNorm1d(3), nn.ReLU(), nn.MaxPool1d(2),
                         nn.AvgPool1d(2), nn.Conv1d(3, 2, 2))


@case((3, 4, 5))
def conv_transpose():
    return nn.Sequential(nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                         nn.ConvTranspose2d(4, 2, 3, stride=(2, 3), padding=1, output_padding=(1, 2), dilation=(1, 2)))


@case((4, 6))
def conv_transpose_1d_groups():
    return nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2)


@case((3, 4, 4))
def linear():
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 7), nn.BatchNorm1d(7), nn.Tanh(), nn.Linear(7, 3, bias=False))


@case((5, 6))
def linear_of_tokens():
    return nn.Sequential(nn.Linear(6, 4), nn.GELU(), nn.Linear(4, 3, bias=False))


@case((5, 4))
def matmul_static():
    return Function(lambda s, x: torch.matmul(s.a, torch.matmul(x, s.b)) + torch.matmul(x.transpose(1, 2), s.c).sum(),
                    a=torch.randn(3, 5), b=torch.randn(4, 2), c=torch.randn(5))


@case((3, 4, 5))
def matmul_heads():
    return Function(lambda s, x: torch.matmul(x, s.w), w=torch.randn(3, 5, 2))


@case((3, 4, 5))
def matmul_dynamic():
    return Function(lambda s, x: torch.matmul(x * s.g, x.transpose(-1, -2)), g=torch.rand(3, 1, 1))


@case((4, 6, 6))
def residual():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(4, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8)
            self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
            self.down, self.bn3 = nn.Conv2d(4, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8)
            self.fc = nn.Linear(8, 5)

        def forward(self, x):
            y = F.relu(self.bn1(self.conv1(x)))
            y = F.relu(self.bn2(self.conv2(y)) + self.bn3(self.down(x)))
            return self.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))

    return Block()


@case((3, 6, 6))
def norm_first():
    return nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(4),
                         nn.Conv2d(4, 2, 3))


@case((3, 6, 6))
def normalised_inputs():
    return Function(lambda s, x: s.conv((x - s.mean) / s.std * 0.5), conv=nn.Conv2d(3, 4, 3, padding=1),
                    mean=torch.tensor([0.3, 0.1, 0.2]).reshape(1, 3, 1, 1),
                    std=torch.tensor([0.5, 0.7, 2.]).reshape(3, 1, 1))


@case((4, 6), opset=17)
def layer_norm():
    return nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 6), nn.LayerNorm((4, 6)))


@case((4, 6), opset=12)
def layer_norm_decomposed():
    return nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 5), nn.LayerNorm(5, elementwise_affine=False))


@case((4, 6))
def rms_norm():
    return Function(lambda s, x: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * s.g, g=torch.rand(6) + 0.5)


@case((4, 5, 5))
def group_norm():
    return nn.Sequential(nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True))


ACTIVATIONS = {
    "relu": F.relu, "relu6": F.relu6, "leaky": lambda x: F.leaky_relu(x, 0.2), "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "elu": lambda x: F.elu(x, 0.7), "selu": F.selu, "celu": lambda x: F.celu(x, 1.3),
    "gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "softsign": F.softsign, "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish, "mish": F.mish, "hardtanh": lambda x: F.hardtanh(x, -0.5, 0.75),
    "threshold": lambda x: F.threshold(x, 0.0, 0.0), "exp": torch.exp, "log": lambda x: torch.log(x.abs() + 0.1),
    "sqrt": lambda x: torch.sqrt(x * x + 0.1), "reciprocal": lambda x: 1 / (x.abs() + 1), "neg": lambda x: -x,
    "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "erf": torch.erf,
    "sin": torch.sin, "cos": torch.cos, "clamp": lambda x: x.clamp(min=-0.25), "pow": lambda x: (x.abs() + 0.5) ** 1.7,
    "rsqrt": lambda x: torch.rsqrt(x.abs() + 0.5), "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
}


@case((2, 6), opset=14)
def activations():
    return Function(lambda s, x: torch.cat([f(x) for f in ACTIVATIONS.values()], 1))


@case((3, 4, 2))
def prelu():
    return nn.Sequential(nn.PReLU(3, 0.3), nn.Conv2d(3, 2, 1), nn.PReLU(1))


@case((3, 4, 5))
def softmax_axes():
    return Function(lambda s, x: torch.cat([F.softmax(x, a) + F.log_softmax(x, a) for a in (1, 2, 3)], 1))


@case((3, 4), opset=11)
def softmax_old():
    return Function(lambda s, x: torch.cat([F.softmax(x, 1), F.softmax(x, 2), F.log_softmax(x, -1)], 1))


@case((2, 7, 8))
def pools():
    return Function(lambda s, x: torch.cat([p(x).flatten(1) for p in s.parts], 1), parts=nn.ModuleList([
        nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d(2, 2, dilation=2),
        nn.AvgPool2d(2), nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=True), nn.AvgPool2d((2, 3), (1, 2), (1, 1)),
        nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1), nn.MaxPool2d((3, 2), (2, 3), (1, 0), ceil_mode=True)]))


@case((2, 4, 3))
def resize():
    def f(s, x):
        ways = [dict(scale_factor=2), dict(size=(7, 5)), dict(scale_factor=(1.5, 2), mode="bilinear"),
                dict(size=(9, 2), mode="bilinear", align_corners=True), dict(size=(3, 7), mode="bicubic"),
                dict(size=(8, 5), mode="bicubic", align_corners=True)]
        return torch.cat([F.interpolate(x, **w).flatten(1) for w in ways], 1)

    return Function(f)


@case((2, 4, 3), opset=9)
def upsample_old():
    return nn.Upsample(scale_factor=2)


@case((2, 4, 5))
def pads():
    def f(s, x):
        return torch.cat([F.pad(x, (1, 2, 0, 1)).flatten(1), F.pad(x, (2, 1, 1, 3), mode="reflect").flatten(1),
                          F.pad(x, (0, 2, 3, 0), mode="replicate").flatten(1),
                          F.pad(x, (-1, 1, 0, -2), value=0.5).flatten(1),
                          s.conv(F.pad(x, (0, 1, 2, 1))).flatten(1)], 1)

    return Function(f, conv=nn.Conv2d(2, 2, 3))


@case((6, 4, 4), opset=16)
def entries():
    def f(s, x):
        a, b, c = x.chunk(3, 1)
        d = x[:, 1:5:2, :, ::3]
        e = x.index_select(2, torch.tensor([3, 0, 0]))
        g = x.flip(1)[:, -1]
        h = a.unsqueeze(1).expand(-1, 2, -1, -1, -1).reshape(x.size(0), -1)
        u = torch.split(x, [1, 3, 2], 1)[1].permute(0, 2, 3, 1).contiguous()
        parts = [a - b * c, d, e, g, h, u, x[:, 2], x[:, :, 0, 1], x.mean(1, keepdim=True).repeat(1, 2, 1, 1),
                 torch.stack([a, b], 2), x.squeeze().reshape(1, -1)[:, :5].expand(x.size(0), 5)]
        return torch.cat([p.reshape(x.size(0), -1) for p in parts], 1)

    return Function(f)


@case((4, 3, 5))
def shape_arithmetic():
    def f(s, x):
        n, c, h, w = x.shape
        y = x.view(n, c // 2, 2, h * w).transpose(1, 2).reshape(n, c, h, w)
        z = y.view(x.size(0), -1)
        mask = torch.arange(w).unsqueeze(0) < torch.arange(w).unsqueeze(1)
        m = torch.matmul(y.transpose(2, 3), y).masked_fill(mask[:w, :w], -1e9).softmax(-1)
        ones = torch.ones(n, c, device=x.device) * h
        return torch.cat([z, m.flatten(1), ones, y.new_zeros(n, 2)], 1)

    return Function(f)


@case((8, 3, 2), opset=11)
def pixel_shuffle():
    return nn.Sequential(nn.PixelShuffle(2), nn.Conv2d(2, 2, 1))


@case((3, 4, 5))
def reductions():
    def f(s, x):
        parts = [x.mean((2, 3)), x.sum(1), x.amax(2), x.amin((1, 3)), x.norm(dim=1), x.abs().sum(-1), x.mean(),
                 x.var(1, unbiased=False), x.pow(2).sum(2), torch.maximum(x[:, 0], x[:, 1]),
                 torch.minimum(x[:, 0], x[:, 2])]
        return torch.cat([p.reshape(x.size(0), -1) for p in parts], 1)

    return Function(f)


class Recurrent(nn.Module):
    def __init__(self, rnn, head, pick):
        super().__init__()
        self.rnn, self.head, self.pick = rnn, head, pick

    def forward(self, x):
        return self.head(self.pick(self.rnn(x)))


@case((5, 4), opset=14)
def lstm():
    return Recurrent(nn.LSTM(4, 3, batch_first=True), nn.Linear(3, 2), lambda o: o[0][:, -1])


@case((5, 4), batch_axis=1, opset=13)
def lstm_two_ways():
    return Recurrent(nn.LSTM(4, 3, num_layers=2, bidirectional=True), nn.Linear(6, 2), lambda o: o[0])


@case((5, 4))
def lstm_state():
    return Recurrent(nn.LSTM(4, 3, batch_first=True, bias=False), nn.Linear(6, 2),
                     lambda o: torch.cat([o[1][0][0], o[1][1][0]], 1))


@case((6, 3), opset=13)
def gru():
    return Recurrent(nn.GRU(3, 4, batch_first=True, bidirectional=True), nn.Linear(8, 2), lambda o: o[0])


@case((6, 3), opset=11)
def rnn():
    return nn.Sequential(Recurrent(nn.RNN(3, 4, batch_first=True, nonlinearity="relu"), nn.Tanh(), lambda o: o[0]),
                         Recurrent(nn.RNN(4, 2, batch_first=True), nn.Identity(), lambda o: o[1][0]))


class Attention(nn.Module):
    def __init__(self, width, heads, causal=False):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5
        if self.causal:
            a = a + torch.triu(torch.full((t, t), -math.inf), 1)
        return self.out((a.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.position = nn.Parameter(torch.randn(1, 5, 8))
        self.norm1, self.attention = nn.LayerNorm(8), Attention(8, 2)
        self.norm2, self.mlp = nn.LayerNorm(8), nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        x = x + self.attention(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


@case((1, 8, 8), opset=13)
def vision_transformer():
    return Vit()


@case((1, 8, 8), opset=17)
def vision_transformer_17():
    return Vit()


@case((4, 6), opset=14)
def transformer_layer():
    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
            self.norm1, self.norm2 = nn.LayerNorm(6), nn.LayerNorm(6)
            self.mlp = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 6))

        def forward(self, x):
            x = self.norm1(x + self.attention(x, x.clone(), x.clone(), need_weights=False)[0])
            return self.norm2(x + self.mlp(x))

    return Layer()


@case((5,), opset=14, data=lambda shape: torch.randint(0, 9, shape))
def language_model():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.position = nn.Embedding(9, 6), nn.Embedding(5, 6)
            self.attention, self.norm = Attention(6, 2, causal=True), nn.LayerNorm(6)

        def forward(self, t):
            x = self.embed(t) + self.position(torch.arange(t.shape[1]))
            x = x + self.attention(self.norm(x))
            return x @ self.embed.weight.t()  # tied weights

    return Model()


@case((4, 6, 6), opset=12)
def squeeze_excite():
    class Se(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(4, 2, 1), nn.Conv2d(2, 4, 1)

        def forward(self, x):
            return x * torch.sigmoid(self.b(F.relu(self.a(x.mean((2, 3), keepdim=True)))))

    return Se()


@case((4, 4))
def shared_weights():
    class Siamese(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x):
            return torch.cat([self.fc(x[:, :2]), torch.tanh(self.fc(x[:, 2:]))], 1)

    return Siamese()
