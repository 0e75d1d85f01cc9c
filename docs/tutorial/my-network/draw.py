#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Draws shapes.npz: noisy outlines of circles, squares and triangles, 12 x 12 bytes, under MedMNIST's keys.

Needs Debian's package python3-numpy; seeded, so that the file is always the same:
    /usr/bin/python3 docs/tutorial/my-network/draw.py
"""
import pathlib

import numpy as np

SIZE, PARTS = 12, {"train": 900, "val": 90, "test": 300}


def picture(kind, random):
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2 - random.uniform(-1.2, 1.2, (2, 1, 1))
    radius = random.uniform(2.8, 4.6)
    if kind == 0:
        distance = np.hypot(x, y) - radius
    elif kind == 1:
        distance = np.maximum(abs(x), abs(y)) - 0.85 * radius
    else:
        distance = np.maximum(abs(x) * 0.866 - y * 0.5, y) - 0.6 * radius
    outline = np.exp(-distance ** 2 / 0.5)
    return np.clip(255 * (0.75 * outline + random.normal(0.08, 0.12, outline.shape)), 0, 255).astype(np.uint8)


def main():
    random = np.random.default_rng(1)
    arrays = {}
    for part, count in PARTS.items():
        labels = random.integers(0, 3, count)
        arrays[f"{part}_images"] = np.stack([picture(label, random) for label in labels])
        arrays[f"{part}_labels"] = labels.reshape(-1, 1).astype(np.uint8)
    np.savez_compressed(pathlib.Path(__file__).with_name("shapes.npz"), **arrays)


if __name__ == "__main__":
    main()
