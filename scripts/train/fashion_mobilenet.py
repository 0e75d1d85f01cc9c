#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a network like MobileNetV2 on Fashion-MNIST and writes models/fashion-mobilenet.onnx.

A 3 x 3 convolution, four inverted residuals (Sandler et al. 2018, doi:10.1109/CVPR.2018.00474: a 1 x 1 convolution that
expands, a 3 x 3 depthwise one, both with ReLU6, a 1 x 1 one that projects without activation; with an addition where
the shape stays), a 1 x 1 convolution, the global mean, a linear classifier. Each convolution has a batch norm behind
it, which the file keeps as a node.

Trained for the chip as fashion_mlp.py does (see common.py), with one weight step for each column: the channels of a
depthwise convolution differ too much for a common one. About ten minutes on one core; on one machine the same seed
gives the same network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_mobilenet.py
"""
import pathlib

import common
from products import Conv, Linear
from torch import nn

STEM, LAST = 16, 96
BLOCKS = ((24, 2, 2), (24, 3, 1), (32, 3, 1), (32, 3, 1))  # channels, expansion, stride


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, signed):
        super().__init__()
        hidden = expansion * inputs
        self.expand = Conv(inputs, hidden, 1, norm=True, signed=signed)
        self.depthwise = Conv(hidden, hidden, 3, stride, padding=1, groups=hidden, norm=True)
        self.project = Conv(hidden, outputs, 1, norm=True)
        self.relu1, self.relu2 = nn.ReLU6(), nn.ReLU6()
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.relu2(self.depthwise(self.relu1(self.expand(x)))))
        return x + y if self.adds else y


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.relu1 = Conv(1, STEM, 3, stride=2, padding=1, norm=True, pixels=True), nn.ReLU6()
        blocks, inputs = [], STEM
        for outputs, expansion, stride in BLOCKS:
            blocks.append(InvertedResidual(inputs, outputs, expansion, stride, signed=bool(blocks)))
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.last, self.relu2 = Conv(inputs, LAST, 1, norm=True, signed=True), nn.ReLU6()
        self.pool, self.flatten, self.fc = nn.AdaptiveAvgPool2d(1), nn.Flatten(), Linear(LAST, 10)

    def forward(self, image):
        x = self.relu2(self.last(self.blocks(self.relu1(self.stem(image)))))
        return self.fc(self.flatten(self.pool(x)))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-mobilenet.onnx", [8, 5])
    common.start(options.seed)
    data = common.load(options.data)
    model = MobileNet()
    chip = common.Chip(per_column=True, noise=options.noise)
    common.train(model, data, options.epochs, rates=(4e-3, 1.5e-3), weight_decay=0.02, clip=2.5, chip=chip)
    common.finish(model, data, options, keep_norm=True)


if __name__ == "__main__":
    main()
