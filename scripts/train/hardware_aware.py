#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a small convolutional network on Fashion-MNIST for a chip whose weights are wrong by 10 %, and says what
that is worth.

The chip: pairs of devices of 2 to 20 uS (rram-2t2r), weights of 6 bits, 8-bit inputs and converters, read noise of 1 %.
Each device is written with a Gaussian error such that a weight, the difference of two, is wrong by 10 % (standard
deviation) of the largest |weight| of its layer. The network: convolutions of 8 and 16 channels, 784-64-10.

Two networks are trained for as many epochs: one in float; one half in float, half through bitline.torch.noise, which
clips weights, learns input ranges and draws the chip's errors anew for every batch. Both are run on simulated chips
that neither has seen; the share of the loss that comes back is (noise-aware - float, both on chips) / (float in float -
float on chips). Nothing is chosen by its result: the last epoch is taken.

Needs the package bitline (build/release/python), python3-torch and dataset-fashion-mnist:
    PYTHONPATH=build/release/python /usr/bin/python3 scripts/train/hardware_aware.py
"""
import copy
import math
import time

import common
import torch
from torch import nn
from torch.nn import functional

import bitline
import bitline.torch

ERROR = 0.10  # of a weight, over the largest |weight| of its layer
WINDOW_US = (2, 20)


def chip():
    """Errors of two devices add up in their squares."""
    sigma_uS = ERROR * (WINDOW_US[1] - WINDOW_US[0]) / math.sqrt(2)
    return bitline.load("chip/two-chip-2t2r", {
        "chips": "auto", "quantization.weight_bits": 6,
        "device.write": {"type": "gaussian", "sigma": [f"{sigma_uS} uS"]}})


def network():
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


def train(net, data, epochs, rate):
    images, labels = data
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    steps = epochs * math.ceil(len(labels) / common.BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    net.train()
    for epoch in range(epochs):
        begun, total = time.perf_counter(), 0.0
        for chosen in torch.randperm(len(labels)).split(common.BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(net(common.mirrored(images[chosen]) / common.PIXEL), labels[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        if hasattr(net, "refresh"):
            net.refresh(images[:256] / common.PIXEL)
        print(f"  epoch {epoch + 1}/{epochs} loss {total / len(labels):.4f} {time.perf_counter() - begun:.1f} s",
              flush=True)
    net.eval()


def on_chips(net, config, data, images, chips):
    calibration, (test, labels) = data[0][0][:256], data[2]
    made = bitline.torch.convert(net, config, calibrate=calibration)
    return made, made.run(test[:images], labels[:images], chips=chips).quality


def written_error(made):
    """Standard deviation of written weights over the largest |weight|, by layer."""
    session = made.session
    for w in session.layers:
        error = session.seen(made.state, w.name).weights - session.weights(w.name)
        yield w.name, error.std() / (2 ** (w.weight_bits - 1) - 1)


def main():
    options = common.arguments(__doc__, None, [6, 6])
    common.start(options.seed)
    begun = time.perf_counter()
    data, config, (float_epochs, more) = common.load(options.data), chip(), options.epochs
    images, chips = 2000, 10
    print("float", flush=True)
    net = network()
    train(net, data[0], float_epochs, 3e-3)
    aware = copy.deepcopy(net)
    print("float, as many epochs again", flush=True)
    train(net, data[0], more, 1.5e-3)
    print("through the noise of chips", flush=True)
    aware = bitline.torch.noise(aware, config, calibrate=data[0][0][:256])
    train(aware, data[0], more, 1.5e-3)
    trained_s = time.perf_counter() - begun
    test = (data[2][0][:images], data[2][1][:images])
    ideal = common.right_share(net, test)
    made, before = on_chips(net, config, data, images, chips)
    print("written weights are wrong by " + ", ".join(f"{e:.1%} ({name})" for name, e in written_error(made)))
    after = on_chips(aware, config, data, images, chips)[1]
    print(f"{images} test images, {chips} chips, mean and 95 % interval over chips:")
    print(f"  float network in float        {ideal:.4f}")
    for name, q in (("float network on chips", before), ("noise-aware network on chips", after)):
        print(f"  {name:29s} {q.value:.4f} ({q.ci95[0]:.4f} .. {q.ci95[1]:.4f})")
    print(f"recovered {(after.value - before.value) / (ideal - before.value):.0%} of the loss; "
          f"{trained_s:.0f} s of training, {time.perf_counter() - begun:.0f} s in all, "
          f"{time.process_time():.0f} s of processors")


if __name__ == "__main__":
    main()
