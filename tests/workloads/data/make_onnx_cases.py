#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX files with inputs and the outputs that PyTorch (or NumPy, where PyTorch has no such operator) gives.

    make_onnx_cases.py FOLDER

CASE.onnx, CASE.in.npy (samples, ...) and CASE.out.npy (samples, values) of each case. Needs torch 1.13 and onnx 1.12
(Debian's python3-torch and python3-onnx). Files are small: weights and inputs are rounded to few digits, and seeded.
"""

import math
import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
SAMPLES = 3


def save(name, inputs, outputs):
    np.save(FOLDER / f"{name}.in.npy", inputs.astype(np.float32))
    np.save(FOLDER / f"{name}.out.npy", outputs.reshape(len(inputs), -1).astype(np.float32))


# --- what PyTorch exports -------------------------------------------------------------------------------------------
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
            model, dummy, FOLDER / f"{name}.onnx", opset_version=opset, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {batch_axis: "batch"}}, do_constant_folding=opset % 2 == 1)
        # Each sample by itself, as its file says.
        parts = [model(x.narrow(batch_axis, i, 1)).numpy().reshape(-1) for i in range(samples)]
    inputs = np.stack([x.narrow(batch_axis, i, 1).numpy().reshape(shape) for i in range(samples)])
    save(name, inputs, np.stack(parts))


def hash_of(name):
    return sum((i + 1) * ord(c) for i, c in enumerate(name))


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
                    mean=torch.tensor([0.3, 0.1, 0.2]).reshape(1, 3, 1, 1), std=torch.tensor([0.5, 0.7, 2.]).reshape(3, 1, 1))


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
                          F.pad(x, (0, 2, 3, 0), mode="replicate").flatten(1), F.pad(x, (-1, 1, 0, -2), value=0.5).flatten(1),
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
                 x.var(1, unbiased=False), x.pow(2).sum(2), torch.maximum(x[:, 0], x[:, 1]), torch.minimum(x[:, 0], x[:, 2])]
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


# --- what PyTorch does not write ------------------------------------------------------------------------------------
HAND = {}


def by_hand(f):
    HAND[f.__name__] = f
    return f


class File:
    """A graph node by node; each node reads the one before unless said otherwise."""

    def __init__(self, name, shape, opset, batch="batch", element=TensorProto.FLOAT):
        self.name, self.opset, self.flow, self.count = name, opset, "x", 0
        self.nodes, self.initializers = [], []
        self.input = helper.make_tensor_value_info("x", element, [batch, *shape])
        self.rng = np.random.default_rng(hash_of(name))

    def weights(self, *shape, low=-1.0, high=1.0):
        return (self.rng.uniform(low, high, shape) * 64).round().astype(np.float32) / 64

    def constant(self, value, name=None):
        name = name or f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, op, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"t{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, [i for i in (inputs or (self.flow,))], names, **attributes))
        self.flow = names[0]
        return names if outputs > 1 else names[0]

    def finish(self, inputs, outputs):
        out = helper.make_tensor_value_info(self.flow, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, self.name, [self.input], [out], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8
        onnx.save(model, FOLDER / f"{self.name}.onnx")
        save(self.name, inputs, outputs)

    def samples(self, *shape):
        return self.weights(SAMPLES, *shape, low=-2, high=2)


def same(x, kernel, stride, upper=True, value=0.0):
    pads = []
    for size, k, s in reversed(list(zip(x.shape[2:], kernel, stride))):
        total = max(0, (math.ceil(size / s) - 1) * s + k - size)
        pads += [total // 2, total - total // 2] if upper else [total - total // 2, total // 2]
    return F.pad(x, pads, value=value)


@by_hand
def auto_pad():
    f = File("auto_pad", (2, 6, 7), 11)
    w = f.weights(3, 2, 3, 2)
    x = f.samples(2, 6, 7)
    f.add("Conv", "x", f.constant(w), auto_pad="SAME_LOWER", strides=[2, 2])
    f.add("MaxPool", auto_pad="SAME_UPPER", kernel_shape=[2, 2], strides=[2, 1])
    f.add("AveragePool", auto_pad="SAME_LOWER", kernel_shape=[2, 2], strides=[1, 1])
    t = F.conv2d(same(torch.tensor(x), (3, 2), (2, 2), upper=False), torch.tensor(w), stride=2)
    t = F.max_pool2d(same(t, (2, 2), (2, 1), value=-math.inf), (2, 2), (2, 1))
    ones = same(torch.ones_like(t), (2, 2), (1, 1), upper=False)
    t = F.avg_pool2d(same(t, (2, 2), (1, 1), upper=False), 2, 1) / F.avg_pool2d(ones, 2, 1)
    f.finish(x, t.numpy())


@by_hand
def conv_transpose_same():
    f = File("conv_transpose_same", (2, 3, 4), 11)
    w, x = f.weights(2, 3, 3, 3), f.samples(2, 3, 4)
    f.add("ConvTranspose", "x", f.constant(w), auto_pad="SAME_UPPER", strides=[2, 2])
    full = F.conv_transpose2d(torch.tensor(x), torch.tensor(w), stride=2)
    f.finish(x, full[:, :, : 6, : 8].numpy())


@by_hand
def gemm_ways():
    f = File("gemm_ways", (4,), 9)
    w, c, x = f.weights(4, 3), f.weights(1, 3), f.samples(4)
    v, d = f.weights(3, 5), f.weights(5)
    f.add("Gemm", "x", f.constant(w), f.constant(c), alpha=0.5, beta=2.0)
    f.add("MatMul", f.flow, f.constant(v))
    f.add("Add", f.constant(d), f.flow)
    f.add("Mul", f.flow, f.constant(np.float32(0.25)))
    f.finish(x, ((0.5 * x @ w + 2 * c) @ v + d) * 0.25)


@by_hand
def head_in_channels_last():
    """As TensorFlow's converter writes: images (height, width, channels), a Transpose around each convolution."""
    f = File("head_in_channels_last", (5, 6, 3), 13)
    x, w, v = f.samples(5, 6, 3), f.weights(4, 3, 3, 3), f.weights(2, 4, 1, 1)
    mean, scale = f.weights(3), f.weights(4)
    f.add("Sub", "x", f.constant(mean))
    f.add("Transpose", perm=[0, 3, 1, 2])
    f.add("Conv", f.flow, f.constant(w), pads=[1, 1, 1, 1])
    f.add("Transpose", perm=[0, 2, 3, 1])
    f.add("Mul", f.flow, f.constant(scale))
    f.add("Relu")
    f.add("Transpose", perm=[0, 3, 1, 2])
    f.add("Conv", f.flow, f.constant(v))
    f.add("Transpose", perm=[0, 2, 3, 1])
    f.add("ReduceMean", axes=[1, 2], keepdims=0)
    t = F.conv2d(torch.tensor(x - mean).permute(0, 3, 1, 2), torch.tensor(w), padding=1)
    t = F.relu(t * torch.tensor(scale).reshape(1, 4, 1, 1))
    f.finish(x, F.conv2d(t, torch.tensor(v)).mean((2, 3)).numpy())


@by_hand
def reshaped_constants():
    f = File("reshaped_constants", (2, 2, 3), 13)
    x, w = f.samples(2, 2, 3), f.weights(2, 2, 3, 4)
    flat = f.add("Reshape", f.constant(w, "fc.weight"), f.constant(np.array([12, 4])))
    twice = f.add("Transpose", f.add("Transpose", f.add("Identity", flat)))
    f.add("Reshape", "x", f.constant(np.array([-1, 12])))
    f.add("MatMul", f.flow, twice)
    wide = f.add("Unsqueeze", f.constant(f.weights(4), "bias"), f.constant(np.array([0])))
    bias = numpy_helper.to_array(next(i for i in f.initializers if i.name == "bias"))
    f.flow = "t5_0"
    f.add("Add", f.nodes[-2].output[0], f.add("Squeeze", wide))
    f.finish(x, x.reshape(SAMPLES, 12) @ w.reshape(12, 4) + bias)


@by_hand
def fixed_batch():
    """Written for batches of 4: the 4 stands in shapes."""
    f = File("fixed_batch", (2, 6), 13, batch=4)
    x, w = f.samples(2, 6), f.weights(12, 3)
    f.add("Reshape", "x", f.constant(np.array([4, 12])))
    f.add("MatMul", f.flow, f.constant(w))
    f.add("Reshape", f.flow, f.constant(np.array([4, 3, 1])))
    f.finish(x, x.reshape(SAMPLES, 12) @ w)


@by_hand
def norms_18():
    f = File("norms_18", (4, 3, 3), 18)
    x, s, b = f.samples(4, 3, 3), f.weights(2, low=0.5), f.weights(2)
    f.add("GroupNormalization", "x", f.constant(s), f.constant(b), num_groups=2, epsilon=1e-3)
    f.add("Mish")
    f.add("ReduceMean", f.flow, f.constant(np.array([2, 3])), keepdims=0)
    f.add("LpNormalization", axis=1, p=2)
    first, second = f.add("Split", f.flow, outputs=2, axis=1, num_outputs=2)
    f.add("Concat", second, first, axis=1)
    t = F.group_norm(torch.tensor(x), 2, eps=1e-3).numpy() * s.repeat(2).reshape(1, 4, 1, 1) + b.repeat(2).reshape(1, 4, 1, 1)
    t = F.mish(torch.tensor(t)).mean((2, 3)).numpy()
    t = t / np.sqrt((t * t).sum(1, keepdims=True))
    f.finish(x, np.concatenate([t[:, 2:], t[:, :2]], 1))


@by_hand
def gelu_20():
    f = File("gelu_20", (3, 4), 20)
    x = f.samples(3, 4)
    a = f.add("Gelu", "x")
    b = f.add("Gelu", "x", approximate="tanh")
    c = f.add("HardSwish", "x")
    f.add("Concat", a, b, c, axis=1)
    t = torch.tensor(x)
    f.finish(x, torch.cat([F.gelu(t), F.gelu(t, approximate="tanh"), F.hardswish(t)], 1).numpy())


@by_hand
def rms_norm_node():
    f = File("rms_norm_node", (3, 4), 23)
    x, g = f.samples(3, 4), f.weights(4, low=0.5)
    f.add("RMSNormalization", "x", f.constant(g), axis=-1, epsilon=1e-4)
    f.finish(x, x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-4) * g)


@by_hand
def attributes_of_old():
    """Clip, Pad, Slice, Upsample and Unsqueeze with attributes, as before operator set 11."""
    f = File("attributes_of_old", (2, 5, 4), 8)
    x = f.samples(2, 5, 4)
    f.add("Clip", "x", min=-1.0, max=1.5)
    f.add("Pad", f.flow, pads=[0, 0, 1, 0, 0, 0, 0, 2], mode="constant", value=0.5)
    f.add("Slice", f.flow, axes=[2, 3], starts=[1, -5], ends=[100, -1])
    f.add("Unsqueeze", f.flow, axes=[1])
    f.add("Squeeze", f.flow, axes=[1])
    f.add("Upsample", f.flow, mode="nearest", scales=[1.0, 1.0, 2.0, 1.0])
    t = np.pad(np.clip(x, -1, 1.5), ((0, 0), (0, 0), (1, 0), (0, 2)), constant_values=0.5)
    t = t[:, :, 1:100, -5:-1].repeat(2, 2)
    f.finish(x, t)


@by_hand
def constants_of_shapes():
    f = File("constants_of_shapes", (3, 4), 13)
    x = f.samples(3, 4)
    shape = f.add("Shape", "x")
    last = f.add("Gather", shape, f.constant(np.array(2)))
    span = f.add("Range", f.constant(np.array(0)), last, f.constant(np.array(1)))
    floats = f.add("Cast", span, to=TensorProto.FLOAT)
    wide = f.add("Expand", floats, f.add("Concat", f.constant(np.array([3])), f.add("Unsqueeze", last, f.constant(np.array([0]))), axis=0))
    odd = f.add("Equal", f.add("Mod", span, f.constant(np.array(2))), f.constant(np.array(1)))
    zeros = f.add("ConstantOfShape", shape, value=numpy_helper.from_array(np.array([2.5], np.float32)))
    f.add("Where", odd, f.add("Mul", "x", wide), f.add("Add", "x", zeros))
    f.add("Trilu", f.constant(np.ones((4, 4), np.float32)), upper=1)
    mask = f.flow
    f.flow = f.nodes[-2].output[0]
    f.add("MatMul", f.flow, mask)
    t = np.where(np.arange(4) % 2 == 1, x * np.arange(4), x + 2.5)
    f.finish(x, t @ np.triu(np.ones((4, 4))))


@by_hand
def half_floats():
    f = File("half_floats", (6,), 13, element=TensorProto.FLOAT16)
    x, w, b = f.samples(6), f.weights(6, 4).astype(np.float16), f.weights(4).astype(np.float16)
    f.add("Gemm", "x", f.constant(w), f.constant(b))
    f.add("Cast", f.flow, to=TensorProto.FLOAT)
    f.finish(x, x @ w.astype(np.float32) + b.astype(np.float32))


def fake_quantize(x, scale, zero, low, high):
    return (np.clip(np.round(x / scale) + zero, low, high) - zero) * scale


@by_hand
def quantized():
    """QuantizeLinear and DequantizeLinear around everything: whole-number weights, one scale per output."""
    f = File("quantized", (6,), 13)
    x = f.samples(6)
    codes = f.rng.integers(-127, 128, (4, 6)).astype(np.int8)
    scales = np.array([0.01, 0.02, 0.015, 0.005], np.float32)
    a, z = f.constant(np.float32(0.02)), f.constant(np.int8(0))
    f.add("QuantizeLinear", "x", a, z)
    f.add("DequantizeLinear", f.flow, a, z)
    q = f.flow
    w = f.add("DequantizeLinear", f.constant(codes, "fc.weight"), f.constant(scales), f.constant(np.zeros(4, np.int8)), axis=0)
    f.add("Gemm", q, w, transB=1)
    f.add("Relu")
    b, u = f.constant(np.float32(0.0507)), f.constant(np.uint8(3))
    f.add("QuantizeLinear", f.flow, b, u)
    f.add("DequantizeLinear", f.flow, b, u)
    v = f.weights(4, 3)
    fake = f.add("DequantizeLinear", f.add("QuantizeLinear", f.constant(v), a, z), a, z)
    f.add("MatMul", f.nodes[-3].output[0], fake)
    t = fake_quantize(x, np.float32(0.02), 0, -128, 127) @ (codes * scales[:, None]).T
    t = fake_quantize(np.maximum(t, 0), np.float32(0.0507), 3, 0, 255)
    f.finish(x, t @ fake_quantize(v, np.float32(0.02), 0, -128, 127))


@by_hand
def gru_reset_before():
    """GRU whose reset acts before the product, with a first state; layout batch first."""
    f = File("gru_reset_before", (4, 3), 14)
    h = 2
    x, w, r, b, first = f.samples(4, 3), f.weights(1, 3 * h, 3), f.weights(1, 3 * h, h), f.weights(1, 6 * h), f.weights(1, 1, h)
    f.add("GRU", "x", f.constant(w), f.constant(r), f.constant(b), "", f.constant(first), outputs=2, hidden_size=h, layout=1)
    sigmoid = lambda v: 1 / (1 + np.exp(-v))
    outputs = []
    state = np.repeat(first[0], SAMPLES, 0)
    for t in range(4):
        g = x[:, t] @ w[0].T + b[0, : 3 * h]
        k = state @ r[0, : 2 * h].T + b[0, 3 * h : 5 * h]
        update, reset = sigmoid(g[:, :h] + k[:, :h]), sigmoid(g[:, h : 2 * h] + k[:, h:])
        fresh = np.tanh(g[:, 2 * h :] + (reset * state) @ r[0, 2 * h :].T + b[0, 5 * h :])
        state = (1 - update) * fresh + update * state
        outputs.append(state)
    f.finish(x, np.stack(outputs, 1))


@by_hand
def lstm_reverse():
    f = File("lstm_reverse", (4, 3), 11)
    h = 2
    x, w, r, b = f.samples(4, 3), f.weights(1, 4 * h, 3), f.weights(1, 4 * h, h), f.weights(1, 8 * h)
    f.add("Transpose", "x", perm=[1, 0, 2])
    f.add("LSTM", f.flow, f.constant(w), f.constant(r), f.constant(b), outputs=3, hidden_size=h, direction="reverse")
    f.add("Squeeze", f.flow, axes=[1])
    f.add("Transpose", f.flow, perm=[1, 0, 2])
    sigmoid = lambda v: 1 / (1 + np.exp(-v))
    state, cell, outputs = np.zeros((SAMPLES, h)), np.zeros((SAMPLES, h)), [None] * 4
    for t in reversed(range(4)):
        g = x[:, t] @ w[0].T + state @ r[0].T + b[0, : 4 * h] + b[0, 4 * h :]
        i, o, k, n = (g[:, j * h : (j + 1) * h] for j in range(4))
        cell = sigmoid(k) * cell + sigmoid(i) * np.tanh(n)
        state = sigmoid(o) * np.tanh(cell)
        outputs[t] = state
    f.finish(x, np.stack(outputs, 1))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, arguments in TORCH.items():
        export(name, *arguments)
    for make in HAND.values():
        make()
    total = sum(p.stat().st_size for p in FOLDER.glob("*.*") if p.suffix in (".onnx", ".npy"))
    print(f"{len(TORCH) + len(HAND)} cases, {total / 1024:.0f} KiB")
