#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a small vision transformer on Fashion-MNIST and writes models/fashion-vit.onnx.

Patches of 8 x 8 pixels, 5 apart (25 of them, embedded by a convolution), a learned position, two blocks of width 64
(layer norm, attention of 4 heads, layer norm, a 128-wide GELU network, both with a residual addition), the mean over
the patches, a linear classifier. Trained for the chip as fashion_mlp.py does (see common.py); the two products of each
attention that have no weights stay float. About ten minutes on one core; on one machine the same seed gives the same
network.

Needs Debian's packages python3-torch, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/fashion_vit.py
"""
import pathlib

import common
import torch
from products import Conv, Linear
from torch import nn

PATCH, APART = 8, 5
TOKENS = ((28 - PATCH) // APART + 1) ** 2
WIDTH, HEADS, HIDDEN, BLOCKS = 64, 4, 128, 2


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.project = (Linear(WIDTH, WIDTH, signed=True) for _ in range(4))

    def forward(self, x):
        query, key, value = (layer(x).reshape(-1, TOKENS, HEADS, WIDTH // HEADS).transpose(1, 2)
                             for layer in (self.query, self.key, self.value))
        shares = (query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5).softmax(3)
        return self.project((shares @ value).transpose(1, 2).reshape(-1, TOKENS, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(WIDTH), Attention()
        self.norm2, self.fc1 = nn.LayerNorm(WIDTH), Linear(WIDTH, HIDDEN, signed=True)
        self.gelu, self.fc2 = nn.GELU(), Linear(HIDDEN, WIDTH, signed=True)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.fc2(self.gelu(self.fc1(self.norm2(x))))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = Conv(1, WIDTH, PATCH, stride=APART, pixels=True)
        self.position = nn.Parameter(0.02 * torch.randn(1, TOKENS, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.norm, self.head = nn.LayerNorm(WIDTH), Linear(WIDTH, 10, signed=True)

    def forward(self, image):
        x = self.patches(image).reshape(-1, WIDTH, TOKENS).transpose(1, 2) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


def main():
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    options = common.arguments(__doc__, models / "fashion-vit.onnx", [10, 6])
    common.start(options.seed)
    data = common.load(options.data)
    model = VisionTransformer()
    common.train(model, data, options.epochs, rates=(1.5e-3, 7e-4), weight_decay=0.05, clip=2.5,
                 chip=common.Chip(noise=options.noise))
    common.finish(model, data, options, opset=17)


if __name__ == "__main__":
    main()
