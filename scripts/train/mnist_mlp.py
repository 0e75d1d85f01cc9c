#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the 784-256-128-10 network of configs/mnist-mlp.yaml on MNIST and writes models/mnist-mlp.onnx.

The same network as that of the main job (fashion_mlp.py), trained the same way (common.py); in place of mirror images,
which are no digits, batches are moved by up to a pixel. About five minutes on one core; on one machine the same seed
gives the same network.

Needs Debian's packages python3-torch and python3-numpy, and the IDX files of MNIST in a folder:
    /usr/bin/python3 scripts/train/mnist_mlp.py --data DIR/mnist
"""
import pathlib

import common
from fashion_mlp import network


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "mnist-mlp.onnx", [40, 30], data=None)
    common.start(options.seed)
    data = common.load(options.data)
    model = network()
    common.train(model, data, options.epochs, rates=(3e-3, 1.5e-3), weight_decay=0.1, clip=2.5,
                 chip=common.Chip(noise=options.noise), augment=common.moved)
    common.finish(model, data, options)


if __name__ == "__main__":
    main()
