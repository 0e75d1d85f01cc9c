#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains an LSTM on the rows of Fashion-MNIST and writes models/fashion-lstm.onnx.

The 28 rows of an image, 28 pixels each, enter one after another; the last of 28 hidden states of 64 values goes to a
linear classifier. Trained for the chip as fashion_mlp.py does (see common.py), where the matrices of the rows and of
the hidden state are two products. About six minutes on one core; on one machine the same seed gives the same network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_lstm.py
"""
import pathlib
from collections import OrderedDict

import common
from products import Linear, Lstm
from torch import nn

HIDDEN = 64


class Rows(nn.Module):
    def forward(self, image):
        return image.reshape(-1, 28, 28)


def network():
    return nn.Sequential(OrderedDict(
        rows=Rows(), lstm=Lstm(28, HIDDEN, pixels=True), drop=nn.Dropout(0.1), fc=Linear(HIDDEN, 10, signed=True)))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-lstm.onnx", [30, 20])
    common.start(options.seed)
    data = common.load(options.data)
    model = network()
    common.train(model, data, options.epochs, rates=(4e-3, 1.5e-3), weight_decay=0.02, clip=2.5,
                 chip=common.Chip(noise=options.noise))
    common.finish(model, data, options)


if __name__ == "__main__":
    main()
