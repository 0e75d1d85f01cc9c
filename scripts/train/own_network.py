#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a network of your own on your own pictures for a chip of your own: a template, made to be changed.

`network()` is what to change: any torch module whose products are the layers of products.py (Linear, Conv, Lstm), which
compute in float or, with `chip` set, as arrays do. Training, noise, report and export are those of the shipped networks
(common.py). docs/tutorial/my-network.md walks through it and says where the number for --noise comes from.

Needs Debian's packages python3-torch and python3-numpy, nothing else:
    /usr/bin/python3 scripts/train/own_network.py --data docs/tutorial/my-network/shapes.npz --output shapes.onnx
"""
import math
import pathlib
from collections import OrderedDict

import common
import numpy as np
import torch
from products import Linear
from torch import nn


def network(pixels, classes):
    return nn.Sequential(OrderedDict(
        flatten=nn.Flatten(),
        hidden=Linear(pixels, 32, pixels=True), relu=nn.ReLU(),
        out=Linear(32, classes)))


def load(file):
    """Three pairs of images (count, channels, height, width), bytes, and labels, from an archive with MedMNIST's keys."""
    archive = np.load(file)
    pairs = []
    for part in ("train", "val", "test"):
        images = torch.from_numpy(archive[f"{part}_images"])
        images = images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2)
        pairs.append((images, torch.from_numpy(archive[f"{part}_labels"]).flatten().long()))
    return pairs


def main():
    options = common.arguments(__doc__, pathlib.Path("own.onnx"), [30, 20], data=None)
    common.start(options.seed)
    data = load(options.data)
    images, labels = data[0]
    shape = tuple(images.shape[1:])
    model = network(math.prod(shape), int(labels.max()) + 1)
    common.train(model, data, options.epochs, rates=(1e-2, 3e-3), weight_decay=0.02, clip=2.5,
                 chip=common.Chip(noise=options.noise), augment=lambda batch: batch)
    common.finish(model, data, options, shape=shape)


if __name__ == "__main__":
    main()
