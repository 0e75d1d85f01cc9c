#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX files that PyTorch does not write, node by node, with outputs computed by NumPy or by PyTorch's functions."""

import math

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from onnx_cases import SAMPLES, Folder, hash_of, save

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
        onnx.save(model, Folder.path / f"{self.name}.onnx")
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
    t = F.group_norm(torch.tensor(x), 2, eps=1e-3).numpy() * s.repeat(2).reshape(1, 4, 1, 1)
    t = t + b.repeat(2).reshape(1, 4, 1, 1)
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
    last_in_list = f.add("Unsqueeze", last, f.constant(np.array([0])))
    wide = f.add("Expand", floats, f.add("Concat", f.constant(np.array([3])), last_in_list, axis=0))
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
    w = f.add("DequantizeLinear", f.constant(codes, "fc.weight"), f.constant(scales),
              f.constant(np.zeros(4, np.int8)), axis=0)
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
    x, w, r, b = f.samples(4, 3), f.weights(1, 3 * h, 3), f.weights(1, 3 * h, h), f.weights(1, 6 * h)
    first = f.weights(1, 1, h)
    f.add("GRU", "x", f.constant(w), f.constant(r), f.constant(b), "", f.constant(first), outputs=2, hidden_size=h,
          layout=1)
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
