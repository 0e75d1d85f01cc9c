#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a ResNet-20 on Fashion-MNIST and writes models/fashion-resnet20.onnx.

The network of He et al. 2016 for small images (arXiv:1512.03385, section 4.2), of 8, 16 and 32 channels: a 3 x 3
convolution, three groups of three blocks, the global mean, a linear classifier; 20 layers, and a 1 x 1 convolution
beside each block that changes the shape. The first convolution takes every other pixel, so the groups see 14 x 14,
7 x 7 and 4 x 4 positions. Each convolution has a batch norm behind it, which the file keeps as a node.

Trained for the chip as fashion_mlp.py does (see common.py). About ten minutes on one core; on one machine the same
seed gives the same network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_resnet20.py
"""
import pathlib

import common
from products import Conv, Linear
from torch import nn

CHANNELS, BLOCKS = (8, 16, 32), 3


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = Conv(inputs, outputs, 3, stride, padding=1, norm=True)
        self.conv2 = Conv(outputs, outputs, 3, padding=1, norm=True)
        self.shortcut = Conv(inputs, outputs, 1, stride, norm=True) if stride > 1 else None
        self.relu1, self.relu2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        y = self.conv2(self.relu1(self.conv1(x)))
        return self.relu2(y + (self.shortcut(x) if self.shortcut else x))


def group(inputs, outputs):
    return nn.Sequential(Block(inputs, outputs, 1 if inputs == outputs else 2),
                         *(Block(outputs, outputs, 1) for _ in range(BLOCKS - 1)))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = Conv(1, CHANNELS[0], 3, stride=2, padding=1, norm=True, pixels=True)
        self.relu = nn.ReLU()
        self.layer1, self.layer2, self.layer3 = (
            group(inputs, outputs) for inputs, outputs in zip((CHANNELS[0], *CHANNELS), CHANNELS))
        self.pool, self.flatten, self.fc = nn.AdaptiveAvgPool2d(1), nn.Flatten(), Linear(CHANNELS[-1], 10)

    def forward(self, image):
        x = self.relu(self.conv1(image))
        return self.fc(self.flatten(self.pool(self.layer3(self.layer2(self.layer1(x))))))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-resnet20.onnx", [14, 9])
    common.start(options.seed)
    data = common.load(options.data)
    model = ResNet()
    common.train(model, data, options.epochs, rates=(4e-3, 1.5e-3), weight_decay=0.02, clip=2.5,
                 chip=common.Chip(noise=options.noise))
    common.finish(model, data, options, keep_norm=True)


if __name__ == "__main__":
    main()
