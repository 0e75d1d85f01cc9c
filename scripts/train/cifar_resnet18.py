#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a ResNet-18 for 32 x 32 pictures with random weights, random pictures and a config: a size, no answer.

The network of He et al. 2016 (arXiv:1512.03385) as used for CIFAR-10: a 3 x 3 convolution, four groups of two blocks of
64, 128, 256 and 512 channels, the global mean, a linear classifier: 11.2 million weights, 0.56 G multiplications a
picture. Weights are He's initialization of the seed; batch norms are those of a fresh network, folded by the exporter.
Its accuracy is that of chance; what it shows is what such a network takes.

Needs Debian's packages python3-torch and python3-numpy. Then:
    /usr/bin/python3 scripts/train/cifar_resnet18.py --output results/resnet18
    build/release/bitline run results/resnet18/cifar-resnet18.yaml
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional

CONFIG = """\
# A ResNet-18 with random weights on as many two-array 2T2R chips as it needs, a day after writing.
name: ResNet-18 for 32 x 32 pictures, random weights
base: chip/two-chip-2t2r
seed: 1
instances: 1
chips: auto
age: 1 day
wires: {row: 1 ohm, column: 1 ohm}
workload:
  network: cifar-resnet18.onnx
  dataset: {inputs: pictures.npy, labels: classes.npy}
  images: 100
  calibration_images: 32
"""
CHANNELS, BLOCKS, CLASSES = (64, 128, 256, 512), 2, 10


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        changes = stride > 1 or inputs != outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if changes else None

    def forward(self, x):
        y = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(x)))))
        return functional.relu(y + (self.shortcut(x) if self.shortcut else x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(3, CHANNELS[0], 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS[0])
        blocks, inputs = [], CHANNELS[0]
        for group, outputs in enumerate(CHANNELS):
            for block in range(BLOCKS):
                blocks.append(Block(inputs, outputs, 2 if group > 0 and block == 0 else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(CHANNELS[-1], CLASSES)

    def forward(self, image):
        x = self.blocks(functional.relu(self.norm1(self.conv1(image))))
        return self.fc(x.mean((2, 3)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default="results/resnet18", help="folder to write (%(default)s)")
    parser.add_argument("--pictures", type=int, default=100, help="random pictures (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (%(default)s)")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    options.output.mkdir(parents=True, exist_ok=True)
    network = ResNet().eval()
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
    torch.onnx.export(network, torch.zeros(1, 3, 32, 32), options.output / "cifar-resnet18.onnx", opset_version=13,
                      input_names=["image"], dynamic_axes={"image": {0: "batch"}})
    (options.output / "cifar-resnet18.yaml").write_text(CONFIG)
    draw = np.random.default_rng(options.seed)
    np.save(options.output / "pictures.npy", draw.integers(0, 256, (options.pictures, 3, 32, 32), dtype=np.uint8))
    np.save(options.output / "classes.npy", draw.integers(0, CLASSES, options.pictures, dtype=np.uint8))


if __name__ == "__main__":
    main()
