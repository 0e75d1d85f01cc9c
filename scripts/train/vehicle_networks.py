#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the spiking convolutional networks of configs/sensitized-classify.yaml on the generated pictures `vehicles`.

64 x 64 grey - 8 channels of 5 x 5, stride 2 - 16 of 3 x 3 - 24 of 3 x 3, each followed by stochastic neurons that
count T = 20 pulses and means over 2 x 2, then 384-4. No biases before neurons; training as in rate_coded.py, with the
slope of the neurons annealed from 0.25 to 0.04 over the first 70 % of the epochs, pictures mirrored half of the time
and 0.3 times the amplitude penalty. Amplitudes start around the threshold. The last 70 % of the epochs run through
4-bit weights with the write errors of the chip. Bright pictures only.

Pictures come from the command, so that they are the very ones that runs use:
    /usr/bin/python3 scripts/train/vehicle_networks.py --bitline build/release/bitline
Writes models/sensitized-vehicles-SEED.onnx. Needs Debian's packages python3-torch, python3-onnx and python3-numpy. A
few minutes of one core each.
"""
import argparse
import math
import pathlib
import subprocess
import tempfile

import common
import numpy as np
import products
import rate_coded
import torch
from products import Chip
from rate_coded import Neurons
from torch import nn
from torch.nn import functional

BATCH = 64
FIRST_SLOPE = 0.25


def network():
    conv = lambda *args, **options: rate_coded.without_bias(products.Conv(*args, **options))
    return nn.Sequential(conv(1, 8, 5, stride=2, padding=2, pixels=True), Neurons(), nn.AvgPool2d(2),
                         conv(8, 16, 3, padding=1), Neurons(), nn.AvgPool2d(2),
                         conv(16, 24, 3, padding=1), Neurons(), nn.AvgPool2d(2),
                         nn.Flatten(), products.Linear(384, 4))


def pictures(bitline, split, count):
    with tempfile.TemporaryDirectory() as folder:
        files = [str(pathlib.Path(folder) / name) for name in ("x.npy", "y.npy")]
        subprocess.run([bitline, "data", "vehicles", "--split", split, "--count", str(count), "--inputs", files[0],
                        "--labels", files[1]], check=True, stdout=subprocess.DEVNULL)
        return torch.from_numpy(np.load(files[0]).astype(np.float32)), torch.from_numpy(np.load(files[1])).long()


@torch.no_grad()
def start_at_threshold(model, batch):
    """Kernels of zero sum scaled to amplitudes of standard deviation 0.3, plus what makes their mean 0.4: without it
    three layers of neurons answer alike to every picture, and nothing is learned."""
    set_slope(model, FIRST_SLOPE)
    x = batch
    for layer in model.eval():
        if isinstance(layer, products.Conv):
            weight = layer.weight
            weight -= weight.mean((1, 2, 3), keepdim=True)
            weight *= 0.3 / layer(x).transpose(0, 1).flatten(1).std(1).view(-1, 1, 1, 1)
            missing = 0.4 - layer(x).mean((0, 2, 3))
            weight += (missing / functional.conv2d(x, torch.ones_like(weight[:1]), None, layer.stride,
                                                   layer.padding).mean()).view(-1, 1, 1, 1)
        x = layer(x)


def set_slope(model, slope):
    for layer in model:
        if isinstance(layer, Neurons):
            layer.slope = slope


def train(model, pair, epochs, rate):
    images, labels = pair
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    steps = epochs * math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    noisy_from, bounds = int(0.3 * epochs), None
    for epoch in range(epochs):
        along = min(1.0, epoch / (0.7 * epochs))
        set_slope(model, FIRST_SLOPE * (rate_coded.SLOPE / FIRST_SLOPE) ** along)
        if epoch == noisy_from:
            bounds = products.clip_bounds(model, 2.5, False)
            products.clip(model, bounds)
        products.put_on(model.train(), Chip(4, False, common.NOISE) if bounds else None)
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            mirrored = torch.rand(len(chosen), 1, 1, 1) < 0.5
            batch = torch.where(mirrored, images[chosen].flip(3), images[chosen])
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(batch), labels[chosen]) + 0.3 * rate_coded.penalty_of(model)
            loss.backward()
            optimizer.step()
            schedule.step()
            if bounds:
                products.clip(model, bounds)
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(labels):.4f}", flush=True)
    set_slope(model, rate_coded.SLOPE)


@torch.no_grad()
def accuracy(model, pair, brightness=1.0):
    return (model(pair[0] * brightness).argmax(1) == pair[1]).float().mean().item()


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=root / "models", help="folder to write to (%(default)s)")
    parser.add_argument("--bitline", default="bitline", help="the command (%(default)s)")
    parser.add_argument("--epochs", type=int, default=48)
    parser.add_argument("--pictures", type=int, default=4000, help="of training (%(default)s)")
    parser.add_argument("--rate", type=float, default=6e-3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="one network each (%(default)s)")
    options = parser.parse_args()
    training, test = pictures(options.bitline, "train", options.pictures), pictures(options.bitline, "test", 400)
    for seed in options.seeds:
        common.start(seed)
        model = network()
        start_at_threshold(model, training[0][:200])
        train(model, training, options.epochs, options.rate)
        products.put_on(model.eval(), None)
        plain, dark = accuracy(model, test), accuracy(model, test, 0.5)
        products.calibrate(model, training[0][:200])
        products.put_on(model, Chip(4, False, common.NOISE))
        noisy = sum(accuracy(model, test) for _ in range(3)) / 3
        print(f"seed {seed}: expected rates {plain:.4f}, at brightness 0.5 {dark:.4f}; 4 bits with noise {noisy:.4f}",
              flush=True)
        rate_coded.save(rate_coded.Sigmoided(model), options.output / f"sensitized-vehicles-{seed}.onnx",
                        torch.zeros(1, 1, 64, 64),
                        {"seed": seed, "data": f"vehicles, the first {options.pictures} training pictures",
                         "test_accuracy": plain, "test_accuracy_4_bits_noise": noisy,
                         "neuron": f"half {rate_coded.HALF}, slope {rate_coded.SLOPE}, pulses {rate_coded.PULSES}"})


if __name__ == "__main__":
    main()
