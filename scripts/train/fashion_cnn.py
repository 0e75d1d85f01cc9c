#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a small convolutional network on Fashion-MNIST and writes models/fashion-cnn.onnx.

Two 3 x 3 convolutions (8 and 16 channels), each with ReLU and 2 x 2 max pooling, then 784-64-10. Trained for the chip
as fashion_mlp.py does (see common.py). About five minutes on one core; on one machine the same seed gives the same
network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_cnn.py
"""
import pathlib
from collections import OrderedDict

import common
from products import Conv, Linear
from torch import nn


def network():
    return nn.Sequential(OrderedDict(
        conv1=Conv(1, 8, 3, padding=1, pixels=True), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=Conv(8, 16, 3, padding=1), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        fc1=Linear(784, 64), relu3=nn.ReLU(), drop1=nn.Dropout(0.1),
        fc2=Linear(64, 10)))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-cnn.onnx", [12, 10])
    common.start(options.seed)
    data = common.load(options.data)
    model = network()
    common.train(model, data, options.epochs, rates=(3e-3, 1.5e-3), weight_decay=0.02, clip=2.5,
                 chip=common.Chip(noise=options.noise))
    common.finish(model, data, options)


if __name__ == "__main__":
    main()
