# SPDX-License-Identifier: Apache-2.0
"""Shared by the training scripts: data, quantized and noisy evaluation of a network, the two training stages, export.

What the chip does to a layer is imitated as follows. Weights become codes -7..7 of one step, max|w| / 7, per tensor.
Inputs become unsigned 8-bit codes: pixels are code / 255, later layers are scaled by the largest value seen. Each
weight then gets Gaussian noise of `noise` steps. Rounding passes gradients straight through (Bengio et al. 2013,
arXiv:1308.3432); training with the noise of the device follows Joshi et al. 2020, doi:10.1038/s41467-020-16108-9.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before torch loads its libraries
    os.environ[name] = "1"

import argparse
import copy
import gzip
import math
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

LEVELS = 7  # largest weight code of 4 bits, symmetric
CODES = 255  # largest input code of 8 bits, unsigned
NOISE = 0.35  # rms, in steps: puts 84.6 % of inner levels within half a step of where they belong
HELD_OUT = 5000  # training images kept for choosing; test images choose nothing
BATCH = 256
DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist"  # of the package dataset-fashion-mnist


def arguments(description, output, epochs):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=output, help="ONNX file to write (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs=2, default=epochs, metavar=("FLOAT", "NOISY"),
                        help="epochs of float training and of noise-aware fine-tuning (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (%(default)s)")
    parser.add_argument("--data", type=pathlib.Path, default=DEBIAN_FOLDER,
                        help="folder of the IDX files (%(default)s)")
    return parser.parse_args()


def start(seed):
    torch.set_num_threads(1)  # one thread: the same sums, hence the same model, on every run
    torch.set_flush_denormal(True)
    torch.manual_seed(seed)


def read_idx(file):
    raw = gzip.decompress(file.read_bytes())
    sizes = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes).copy())


def load(folder):
    """Three pairs of images (count, 1, 28, 28), bytes, and labels: training, held out, test."""
    pairs = [(read_idx(folder / f"{split}-images-idx3-ubyte.gz").unsqueeze(1),
              read_idx(folder / f"{split}-labels-idx1-ubyte.gz").long()) for split in ("train", "t10k")]
    (images, labels), test = pairs
    return (images[:-HELD_OUT], labels[:-HELD_OUT]), (images[-HELD_OUT:], labels[-HELD_OUT:]), test


def augmented(images):
    """Bytes to 0..1, each image mirrored half of the time."""
    mirrored = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(mirrored, images.flip(3), images) / CODES


def rounded(x):
    return x + (x.round() - x).detach()


def chip_forward(model, x, noise, scales=None):
    """The network as the chip computes it. `scales`: input step of each matrix layer; by default from this batch."""
    seen = 0
    for layer in model:
        if not isinstance(layer, (nn.Linear, nn.Conv2d)):
            x = layer(x)
            continue
        scale = scales[seen] if scales else (1 / CODES if seen == 0 else x.detach().max() / CODES)
        seen += 1
        x = rounded((x / scale).clamp(0, CODES)) * scale
        step = layer.weight.detach().abs().max() / LEVELS
        weight = rounded(layer.weight / step)
        if noise:
            weight = weight + noise * torch.randn_like(weight)
        weight = weight * step
        if isinstance(layer, nn.Linear):
            x = functional.linear(x, weight, layer.bias)
        else:
            x = functional.conv2d(x, weight, layer.bias, layer.stride, layer.padding)
    return x


@torch.no_grad()
def input_scales(model, images):
    """Input step of each matrix layer: the largest value the float network shows on a calibration batch."""
    x, scales = images / CODES, []
    for layer in model.eval():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            scales.append(x.max() / CODES if scales else 1 / CODES)
        x = layer(x)
    return scales


@torch.no_grad()
def accuracy(forward, pair):
    images, labels = pair
    right = 0
    for first in range(0, len(labels), 1000):
        outputs = forward(images[first:first + 1000] / CODES)
        right += (outputs.argmax(1) == labels[first:first + 1000]).sum().item()
    return right / len(labels)


def chip_accuracy(model, pair, calibration, noise=0.0, draws=1):
    """Mean over `draws` chips; one chip keeps its noise over all images. Leaves the random state as it was."""
    model.eval()
    scales = input_scales(model, calibration)
    values = []
    with torch.random.fork_rng():
        for draw in range(draws):
            def forward(x):
                torch.manual_seed(1000 + draw)  # the same weights for every batch of this chip
                return chip_forward(model, x, noise, scales)
            values.append(accuracy(forward, pair))
    return sum(values) / draws


def train_stage(model, training, epochs, rate, weight_decay, forward, after_step=None, after_epoch=None):
    """AdamW with a cosine rate that ends at zero; one line per epoch."""
    images, labels = training
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=weight_decay)
    steps = math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, epochs * steps))
    for epoch in range(epochs):
        begun, total = time.time(), 0.0
        model.train()
        for chosen in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(forward(augmented(images[chosen])), labels[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            if after_step:
                after_step()
            total += loss.item() * len(chosen)
        shown = after_epoch() if after_epoch else ""
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(labels):.4f} {shown} {time.time() - begun:.1f} s",
              flush=True)


def train(model, data, epochs, rates, weight_decay, clip):
    """Float training, then fine-tuning through `chip_forward` with noise.

    For the second stage weights are clipped to +-`clip` standard deviations, so that max|w| / 7 is a fine step. The
    kept epoch is the one best on held-out images, judged by the lower of its float and its noisy accuracy.
    """
    training, held_out, _ = data
    calibration = training[0][:1000]
    evaluate = lambda: f"held out {accuracy(model.eval(), held_out):.4f}"
    print("float training", flush=True)
    train_stage(model, training, epochs[0], rates[0], weight_decay, model, after_epoch=evaluate)

    matrices = [layer.weight for layer in model if isinstance(layer, (nn.Linear, nn.Conv2d))]
    bounds = [clip * weight.std().item() for weight in matrices]

    def clip_weights():
        with torch.no_grad():
            for weight, bound in zip(matrices, bounds):
                weight.clamp_(-bound, bound)

    best = {"score": -1.0, "state": copy.deepcopy(model.state_dict())}

    def keep_best():
        plain, noisy = accuracy(model.eval(), held_out), chip_accuracy(model, held_out, calibration, NOISE, draws=3)
        if min(plain, noisy) > best["score"]:
            best.update(score=min(plain, noisy), state=copy.deepcopy(model.state_dict()))
        return f"held out {plain:.4f}, with noise {noisy:.4f}"

    print("noise-aware fine-tuning", flush=True)
    clip_weights()
    train_stage(model, training, epochs[1], rates[1], weight_decay, lambda x: chip_forward(model, x, NOISE),
                clip_weights, keep_best)
    model.load_state_dict(best["state"])


def report(model, data):
    training, held_out, test = data
    calibration = training[0][:1000]
    print(f"split: {len(training[1])} training, {len(held_out[1])} held out for choosing, {len(test[1])} test images")
    for name, pair in (("held out", held_out), ("test", test)):
        print(f"{name}: float {accuracy(model.eval(), pair):.4f}, "
              f"4-bit weights and 8-bit inputs {chip_accuracy(model, pair, calibration):.4f}, "
              f"with noise of {NOISE} steps {chip_accuracy(model, pair, calibration, NOISE, draws=5):.4f} "
              "(mean of 5 draws)")


def export(model, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(model.eval(), torch.zeros(1, 1, 28, 28), str(file), opset_version=13,
                      input_names=["image"], output_names=["scores"],
                      dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}})
    print(f"wrote {file}")
