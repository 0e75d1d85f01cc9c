# SPDX-License-Identifier: Apache-2.0
"""Shared by the training scripts: data, evaluation in float and on the chip (products.py), two training stages, export.

The first stage trains in float. The second runs through the rounding and the noise of the chip, with weights clipped so
that their step is fine. Held-out training images choose the kept epoch; test images choose nothing.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before torch loads its libraries
    os.environ[name] = "1"

import argparse
import copy
import gzip
import hashlib
import math
import pathlib
import time

import numpy as np
import products
import torch
from products import Chip
from torch.nn import functional

PIXEL = 255  # largest pixel
NOISE = 0.35  # rms, in steps: puts 84.6 % of inner levels within half a step of where they belong
HELD_OUT = 5000  # training images kept for choosing; test images choose nothing
BATCH = 256
DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist"  # of the package dataset-fashion-mnist


def arguments(description, output, epochs, data=DEBIAN_FOLDER):
    """`data` None: the user must say where the files are."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=output, help="ONNX file to write (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs=2, default=epochs, metavar=("FLOAT", "NOISY"),
                        help="epochs of float training and of noise-aware fine-tuning (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (%(default)s)")
    parser.add_argument("--noise", type=float, default=NOISE, metavar="STEPS",
                        help="rms error of a weight on the chip that the fine-tuning sees, in steps of the weight; 0 = "
                             "none (%(default)s)")
    parser.add_argument("--data", type=pathlib.Path, default=data, required=data is None,
                        help="folder of the IDX files, or what the script reads" + (" (%(default)s)" if data else ""))
    return parser.parse_args()


def start(seed):
    torch.set_num_threads(1)  # one thread: the same sums, hence the same model, on every run
    torch.set_flush_denormal(True)
    torch.manual_seed(seed)


def read_idx(file):
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    sizes = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes).copy())


def read_parts(folder, what, suffix):
    """WHAT-SUFFIX, or WHAT-part0-SUFFIX, WHAT-part1-SUFFIX ..., plain or gzip."""
    files = sorted(folder.glob(f"{what}-{suffix}*")) or sorted(folder.glob(f"{what}-part*-{suffix}*"))
    if not files:
        raise SystemExit(f"no {what}-{suffix}[.gz] in {folder}; --data names the folder that has it")
    for file in files:
        print(f"{file.name} sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")
    return torch.cat([read_idx(file) for file in files])


def load(folder):
    """Three pairs of images (count, 1, 28, 28), bytes, and labels: training, held out, test."""
    pairs = [(read_parts(folder, f"{split}-images", "idx3-ubyte").unsqueeze(1),
              read_parts(folder, f"{split}-labels", "idx1-ubyte").long()) for split in ("train", "t10k")]
    (images, labels), test = pairs
    return (images[:-HELD_OUT], labels[:-HELD_OUT]), (images[-HELD_OUT:], labels[-HELD_OUT:]), test


def mirrored(images):
    """Each image mirrored half of the time."""
    chosen = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(chosen, images.flip(3), images)


def moved(images):
    """The batch moved by up to a pixel in both directions; for images with an empty margin."""
    return images.roll(tuple(torch.randint(-1, 2, (2,)).tolist()), (2, 3))


@torch.no_grad()
def right_share(model, pair):
    images, labels = pair
    right = 0
    for first in range(0, len(labels), 1000):
        outputs = model(images[first:first + 1000] / PIXEL)
        right += (outputs.argmax(1) == labels[first:first + 1000]).sum().item()
    return right / len(labels)


def accuracy(model, pair):
    products.put_on(model.eval(), None)
    return right_share(model, pair)


def chip_accuracy(model, pair, calibration, chip, draws=1):
    """Mean over `draws` chips; one chip keeps its noise over all images. Leaves the random state as it was."""
    products.calibrate(model, calibration / PIXEL)
    products.put_on(model, chip)
    values = []
    with torch.random.fork_rng():
        for draw in range(draws):
            def same_chip(x):
                torch.manual_seed(1000 + draw)  # the same weights for every batch of this chip
                return model(x)
            values.append(right_share(same_chip, pair))
    products.put_on(model, None)
    return sum(values) / draws


def train_stage(model, training, epochs, rate, weight_decay, chip=None, after_step=None, after_epoch=None,
                augment=mirrored):
    """AdamW with a cosine rate that ends at zero; one line per epoch."""
    images, labels = training
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=weight_decay)
    steps = math.ceil(len(labels) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, epochs * steps))
    for epoch in range(epochs):
        begun, total = time.process_time(), 0.0
        products.put_on(model.train(), chip)
        for chosen in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(augment(images[chosen]) / PIXEL), labels[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            if after_step:
                after_step()
            total += loss.item() * len(chosen)
        shown = after_epoch() if after_epoch else ""
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(labels):.4f} {shown} {time.process_time() - begun:.1f} s",
              flush=True)


def train(model, data, epochs, rates, weight_decay, clip, chip=Chip(noise=NOISE), augment=mirrored):
    """Float training, then fine-tuning on `chip`. `augment` varies each batch of images (bytes).

    For the second stage weights are clipped to +-`clip` standard deviations, so that max|w| / 7 is a fine step. The
    kept epoch is the one best on held-out images, judged by the lower of its float and its noisy accuracy.
    """
    training, held_out, _ = data
    calibration = training[0][:1000]
    print("float training", flush=True)
    train_stage(model, training, epochs[0], rates[0], weight_decay,
                after_epoch=lambda: f"held out {accuracy(model, held_out):.4f}", augment=augment)
    bounds = products.clip_bounds(model, clip, chip.per_column)
    best = {"score": -1.0, "state": copy.deepcopy(model.state_dict())}

    def keep_best():
        plain, noisy = accuracy(model, held_out), chip_accuracy(model, held_out, calibration, chip, draws=3)
        if min(plain, noisy) > best["score"]:
            best.update(score=min(plain, noisy), state=copy.deepcopy(model.state_dict()))
        return f"held out {plain:.4f}, with noise {noisy:.4f}"

    print("noise-aware fine-tuning", flush=True)
    products.clip(model, bounds)
    train_stage(model, training, epochs[1], rates[1], weight_decay, chip, lambda: products.clip(model, bounds),
                keep_best, augment)
    model.load_state_dict(best["state"])


def report(model, data, noise=NOISE):
    training, held_out, test = data
    calibration = training[0][:1000]
    print(f"split: {len(training[1])} training, {len(held_out[1])} held out for choosing, {len(test[1])} test images")
    for name, pair in (("held out", held_out), ("test", test)):
        print(f"{name}: float {accuracy(model, pair):.4f}", flush=True)
        for per_column in (False, True):
            exact = [chip_accuracy(model, pair, calibration, Chip(bits, per_column)) for bits in (8, 4)]
            noisy = chip_accuracy(model, pair, calibration, Chip(4, per_column, noise), draws=5)
            print(f"  weight steps per {'column' if per_column else 'tensor'}: 8 bits {exact[0]:.4f}, "
                  f"4 bits {exact[1]:.4f}, 4 bits and noise of {noise} steps {noisy:.4f} (mean of 5 draws)", flush=True)


def export(model, file, opset=13, keep_norm=False, shape=(1, 28, 28)):
    """Writes the float network for images of `shape`. `keep_norm` leaves batch norms as nodes; else torch folds them and renames weights."""
    file.parent.mkdir(parents=True, exist_ok=True)
    products.put_on(model.eval(), None)
    mode = torch.onnx.TrainingMode.PRESERVE if keep_norm else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(model, torch.zeros(1, *shape), str(file), opset_version=opset, training=mode,
                      input_names=["image"], output_names=["scores"],
                      dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}})
    print(f"wrote {file}")


def finish(model, data, options, **export_options):
    report(model, data, options.noise)
    export(model, options.output, **export_options)
