#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the 784-256-128-10 network of the main job on Fashion-MNIST and writes models/fashion-mlp.onnx.

The file holds float32 weights. They are trained so that the same network with 4-bit weights, 8-bit inputs and the write
errors of the chip loses little (see common.py). About five minutes on one core; on one machine the same seed gives the
same network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_mlp.py
"""
import pathlib
from collections import OrderedDict

import common
from products import Linear
from torch import nn


def network():
    return nn.Sequential(OrderedDict(
        flatten=nn.Flatten(),
        fc1=Linear(784, 256, pixels=True), relu1=nn.ReLU(), drop1=nn.Dropout(0.2),
        fc2=Linear(256, 128), relu2=nn.ReLU(), drop2=nn.Dropout(0.2),
        fc3=Linear(128, 10)))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-mlp.onnx", [60, 50])
    common.start(options.seed)
    data = common.load(options.data)
    model = network()
    common.train(model, data, options.epochs, rates=(3e-3, 1.5e-3), weight_decay=0.1, clip=2.5,
                 chip=common.Chip(noise=options.noise))
    common.finish(model, data, options)


if __name__ == "__main__":
    main()
