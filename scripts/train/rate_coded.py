#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the rate-coded 784-128-10 networks of configs/sensitized-classify.yaml on Fashion-MNIST, one for each seed.

A hidden neuron is driven with the amplitude u = W x, has no bias (its threshold is the neuron's own) and answers with
the share of T = 20 pulses that made it spike, each with probability sigma((u - 0.5) / 0.04). Training takes the
expected rate plus normal noise of the variance of that share, P (1 - P) / T; the noise's root has no derivative (it
would be infinite at P = 0 and 1). The loss is the cross entropy + mean(max(0, u - 1)^2), which keeps amplitudes in the
range of the normalized field. The first epochs are in float, the others through 4-bit weights with the write errors of
the chip (products.py). Bright images only.

Writes models/sensitized-fashion-SEED.onnx: Gemm, (u - 0.5) / 0.04, Sigmoid, Gemm, weights as int8 with one step for
each matrix; seed, checksum of the data and accuracies stand in the file's metadata. A minute of one core each.

Needs Debian's packages python3-torch, python3-onnx, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/rate_coded.py
"""
import argparse
import hashlib
import pathlib
import tempfile

import common
import numpy as np
import onnx
import products
import torch
from onnx import helper, numpy_helper
from products import Chip
from torch import nn
from torch.nn import functional

HALF, SLOPE, PULSES = 0.5, 0.04, 20
BATCH = 128


class Neurons(nn.Module):
    """Rates of amplitudes. `slope` may be annealed; `penalty` is that of the last amplitudes."""

    def __init__(self):
        super().__init__()
        self.slope, self.penalty = SLOPE, 0.0

    def forward(self, u):
        self.penalty = (u - 1).clamp(min=0).square().mean()
        p = torch.sigmoid((u - HALF) / self.slope)
        if self.training:
            return p + (p * (1 - p) / PULSES + 1e-6).sqrt().detach() * torch.randn_like(p)
        return p


def without_bias(layer):
    layer.register_parameter("bias", None)
    return layer


def network():
    return nn.Sequential(nn.Flatten(), without_bias(products.Linear(784, 128, pixels=True)), Neurons(),
                         products.Linear(128, 10))


def penalty_of(model):
    return sum(layer.penalty for layer in model if isinstance(layer, Neurons))


def train(model, images, labels, epochs, rate, chip, weight, after_step=lambda: None):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for epoch in range(epochs):
        products.put_on(model.train(), chip)
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            outputs = model(images[chosen] / common.PIXEL)
            loss = functional.cross_entropy(outputs, labels[chosen]) + weight * penalty_of(model)
            loss.backward()
            optimizer.step()
            after_step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(labels):.4f}", flush=True)


def save(model, file, example, metadata):
    """As torch exports it, with int8 weights of one step for each matrix."""
    products.put_on(model.eval(), None)
    with tempfile.TemporaryDirectory() as folder:
        whole = str(pathlib.Path(folder) / "network.onnx")
        torch.onnx.export(model, example, whole, opset_version=13, input_names=["image"], output_names=["scores"],
                          dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}})
        proto = onnx.load(whole)
    kept, nodes = [], []
    for tensor in proto.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim < 2:
            kept.append(tensor)
            continue
        step = np.float32(np.abs(values).max() / 127)
        codes = np.rint(values / step).astype(np.int8)
        kept += [numpy_helper.from_array(codes, tensor.name + ".codes"),
                 numpy_helper.from_array(step, tensor.name + ".step")]
        nodes.append(helper.make_node("DequantizeLinear", [tensor.name + ".codes", tensor.name + ".step"],
                                      [tensor.name], name=tensor.name + ".dequantize"))
    del proto.graph.initializer[:]
    proto.graph.initializer.extend(kept)
    others = list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(nodes + others)
    helper.set_model_props(proto, {key: str(value) for key, value in metadata.items()})
    onnx.checker.check_model(proto)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(proto, str(file))
    print(f"wrote {file}")


class Sigmoided(nn.Module):
    """The network as it is exported: its neurons as sigmoids."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = torch.sigmoid((x - HALF) / SLOPE) if isinstance(layer, Neurons) else layer(x)
        return x


def accuracy(model, pair, brightness=1.0):
    right = 0
    with torch.no_grad():
        for first in range(0, len(pair[1]), 1000):
            outputs = model(pair[0][first:first + 1000] / common.PIXEL * brightness)
            right += (outputs.argmax(1) == pair[1][first:first + 1000]).sum().item()
    return right / len(pair[1])


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=root / "models", help="folder to write to (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs=2, default=[2, 4], metavar=("FLOAT", "NOISY"),
                        help="epochs in float and through the chip's errors (%(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="one network each (%(default)s)")
    parser.add_argument("--data", type=pathlib.Path, default=common.DEBIAN_FOLDER,
                        help="folder of the IDX files (%(default)s)")
    options = parser.parse_args()
    for seed in options.seeds:
        common.start(seed)
        (images, labels), _, test = common.load(options.data)
        model = network()
        train(model, images, labels, options.epochs[0], 1e-3, None, 1.0)
        bounds = products.clip_bounds(model, 2.5, False)
        products.clip(model, bounds)
        train(model, images, labels, options.epochs[1], 5e-4, Chip(4, False, common.NOISE), 1.0,
              lambda: products.clip(model, bounds))
        model.eval()
        products.put_on(model, None)
        plain, dark = accuracy(model, test), accuracy(model, test, 0.3)
        noisy = common.chip_accuracy(model, test, images[:1000], Chip(4, False, common.NOISE), draws=3)
        print(f"seed {seed}: expected rates {plain:.4f}, at brightness 0.3 {dark:.4f}; 4 bits with noise {noisy:.4f}")
        checksum = hashlib.sha256((pathlib.Path(options.data) / "train-images-idx3-ubyte.gz").read_bytes()).hexdigest()
        save(Sigmoided(model), options.output / f"sensitized-fashion-{seed}.onnx", torch.zeros(1, 1, 28, 28),
             {"seed": seed, "data": f"fashion-mnist train-images sha256 {checksum}", "test_accuracy": plain,
              "test_accuracy_4_bits_noise": noisy, "neuron": f"half {HALF}, slope {SLOPE}, pulses {PULSES}"})


if __name__ == "__main__":
    main()
