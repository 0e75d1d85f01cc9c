#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the networks of configs/inpainting.yaml: for one data set three decoders 196-256-512-{16, 64, 144}, which
generate the missing centre of an image from the currents of 196 optical synapses, and the classifier whose features
the Frechet distance compares. Writes models/inpainting-SET-MOMENT-{4,8,12}.onnx and
models/inpainting-SET-classifier.onnx.

Decoders (Yang et al., Adv. Mater. 2025, doi:10.1002/adma.202419204, give sizes, Adam, the rate 5e-4, x 0.8 every 20
steps and the three losses; the rest is assumed): ReLU, a sigmoid at the end; generator loss MSE(hole, original) + a
[BCE(full, real) + CE(full, label)], `full` the original with the generated centre; a discriminator 784-128-(1 +
classes) with leaky ReLU of 0.2 that learns real from generated and the classes of real images at every second batch;
batches of 128, a = 0.1, rates fall every 20 epochs. The last epochs go through the rounding of weights to 4 bits, one
step a layer, max|w| / 7, with weights held within a few standard deviations, so that the step is fine (gradients pass
straight through: Bengio et al. 2013, arXiv:1308.3432); the files hold these codes, as int8 with a step. Nothing is
trained for write errors. Biases stay float.

Features come from the encoder itself, through `bitline device encode`, and are rounded to 8 bits.

The classifier: convolutions of 8 channels 5 x 5 and 16 channels 3 x 3, each with ReLU and 2 x 2 max pooling, 64 ReLU
features, the scores; weights rounded to 8 bits afterwards. Its output is the features, then the scores.

CLIPSENTENCE Needs the built
command and Debian's packages python3-torch, python3-onnx, python3-numpy (and dataset-fashion-mnist):
    /usr/bin/python3 scripts/train/inpainting.py --set mnist --data DIR
    /usr/bin/python3 scripts/train/inpainting.py --set fashion-mnist
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before torch loads its libraries
    os.environ[name] = "1"

import argparse
import pathlib
import time

import common
import numpy as np
import torch
from inpainting_data import SETS, centre, features, load
from inpainting_files import LARGEST, write_classifier, write_decoder
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOLES = (4, 8, 12)
BATCH = 128
ADVERSARIAL = 0.1  # a


class RoundedLinear(nn.Linear):
    """Weights rounded to codes of one step where `rounds` is set."""
    rounds, bound = False, float("inf")

    def clip(self):
        self.weight.data.clamp_(-self.bound, self.bound)

    def step(self):
        return self.weight.detach().abs().max() / LARGEST

    def codes(self):
        return (self.weight.detach() / self.step()).round()

    def forward(self, x):
        weight = self.weight
        if self.rounds:
            weight = weight + (self.codes() * self.step() - weight).detach()
        return functional.linear(x, weight, self.bias)


def decoder(hole):
    return nn.Sequential(RoundedLinear(196, 256), nn.ReLU(), RoundedLinear(256, 512), nn.ReLU(),
                         RoundedLinear(512, hole * hole))  # logits


def completed(images, logits, hole):
    full = images.clone()
    full[:, :, centre(hole), centre(hole)] = torch.sigmoid(logits).reshape(-1, 1, hole, hole)
    return full


def discriminator(classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1 + classes))


def is_real(outputs, real):
    return functional.binary_cross_entropy_with_logits(outputs[:, 0], torch.full((len(outputs),), float(real)))


def train_decoder(hole, training, options):
    images, labels = training
    encoded = features(images, hole, options)
    generator, judge = decoder(hole), discriminator(SETS[options.set].classes)
    optimizers = [torch.optim.Adam(m.parameters(), lr=5e-4) for m in (generator, judge)]
    schedules = [torch.optim.lr_scheduler.StepLR(o, step_size=20, gamma=0.8) for o in optimizers]
    at, layers = centre(hole), [layer for layer in generator if isinstance(layer, RoundedLinear)]
    for epoch in range(sum(options.epochs)):
        begun, total = time.process_time(), 0.0
        if epoch == options.epochs[0]:
            for layer in layers:
                layer.rounds, layer.bound = True, options.clip * layer.weight.detach().std().item()
                layer.clip()
        for number, chosen in enumerate(torch.randperm(len(labels)).split(BATCH)):
            real, label = images[chosen], labels[chosen]
            logits = generator(encoded[chosen])
            full = completed(real, logits, hole)
            judged = judge(full)
            square = functional.mse_loss(full[:, :, at, at], real[:, :, at, at])
            loss = square + ADVERSARIAL * (is_real(judged, True) + functional.cross_entropy(judged[:, 1:], label))
            optimizers[0].zero_grad()
            loss.backward()
            optimizers[0].step()
            for layer in layers:
                layer.clip()
            total += square.item() * len(chosen)
            if number % 2:
                continue
            judged = judge(real)
            loss = is_real(judged, True) + is_real(judge(full.detach()), False) + functional.cross_entropy(
                judged[:, 1:], label)
            optimizers[1].zero_grad()
            loss.backward()
            optimizers[1].step()
        for schedule in schedules:
            schedule.step()
        print(f"hole {hole}, epoch {epoch + 1}/{sum(options.epochs)}: square error {total / len(labels):.4f} "
              f"{time.process_time() - begun:.1f} s", flush=True)
    return generator


class Classifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 8, 5), nn.Conv2d(8, 16, 3)
        self.fc1, self.fc2 = nn.Linear(400, 64), nn.Linear(64, classes)

    def features(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return functional.relu(self.fc1(x.flatten(1)))

    def forward(self, x):
        return self.fc2(self.features(x))


def train_classifier(training, options):
    images, labels = training
    model = Classifier(SETS[options.set].classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(options.classifier_epochs):
        begun, total = time.process_time(), 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            loss = functional.cross_entropy(model(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        print(f"classifier, epoch {epoch + 1}/{options.classifier_epochs}: loss {total / len(labels):.4f} "
              f"{time.process_time() - begun:.1f} s", flush=True)
    with torch.no_grad():
        for layer in (model.conv1, model.conv2, model.fc1, model.fc2):
            step = layer.weight.abs().max() / 127
            layer.weight.copy_((layer.weight / step).round() * step)
    return model


@torch.no_grad()
def seen(model, images):
    """Features in double, and scores."""
    parts = [(f := model.features(some), model.fc2(f)) for some in images.split(1000)]
    return torch.cat([f for f, _ in parts]).double().numpy(), torch.cat([s for _, s in parts])


def frechet(a, b):
    (ma, ca), (mb, cb) = ((x.mean(0), np.cov(x.T)) for x in (a, b))
    values, vectors = np.linalg.eigh(ca)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cb @ root), 0)).sum()
    return ((ma - mb) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * shared


@torch.no_grad()
def test_decoder(model, hole, classifier, test, options):
    """Of the network with weights of 4 bits: distance, square error of the hole, accuracy of completed images."""
    images, labels = test
    at = centre(hole)
    full = completed(images, model(features(images, hole, options)), hole)
    real, _ = seen(classifier, images)
    fake, scores = seen(classifier, full)
    empty = images.clone()
    empty[:, :, at, at] = 0
    return {"frechet_distance": f"{frechet(real, fake):.4f}",
            "frechet_distance_empty": f"{frechet(real, seen(classifier, empty)[0]):.2f}",
            "square_error": f"{functional.mse_loss(full[:, :, at, at], images[:, :, at, at]).item():.4f}",
            "accuracy_completed": f"{(scores.argmax(1) == labels).float().mean().item():.4f}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, default="mnist", help="(%(default)s)")
    parser.add_argument("--data", type=pathlib.Path, help="folder of its IDX files")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "models", help="folder (%(default)s)")
    parser.add_argument("--bitline", default=ROOT / "build/release/bitline", help="the command (%(default)s)")
    parser.add_argument("--read", choices=("residual", "peak"), default="residual",
                        help="moment at which currents are read, experiment.encoder.read (%(default)s)")
    parser.add_argument("--images", type=int, default=15000, help="training images (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs=2, default=[12, 4], metavar=("FLOAT", "ROUNDED"),
                        help="of each decoder (%(default)s)")
    parser.add_argument("--clip", type=float, default=5,
                        help="weights are held within so many standard deviations while they are rounded, so that "
                             "their step is fine (%(default)s)")
    parser.add_argument("--held-out", type=int, default=0, metavar="N",
                        help="settings are chosen by: the N training images after those that train take the place of "
                             "the test images, which are not used, and are written to OUTPUT/SET with those that train "
                             "(`bitline run inpainting --data OUTPUT` reads them as test images)")
    parser.add_argument("--classifier-epochs", type=int, default=16, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (%(default)s)")
    options = parser.parse_args()
    options.data = options.data or SETS[options.set].folder
    if options.data is None:
        parser.error(f"--set {options.set} needs --data DIR")
    options.data = pathlib.Path(options.data)
    common.start(options.seed)
    training, test, checksum = load(options)
    part = "held_out" if options.held_out else "test"
    told = {"data": options.set, "data_sha256": checksum, "training_images": len(training[1]), "seed": options.seed,
            "script": "scripts/train/inpainting.py"}
    classifier = train_classifier(training, options)
    right = (seen(classifier, test[0])[1].argmax(1) == test[1]).float().mean().item()
    print(f"classifier: {right:.4f} of {len(test[1])} {part} images", flush=True)
    write_classifier(classifier, options.output / f"inpainting-{options.set}-classifier.onnx",
                     {**told, "epochs": options.classifier_epochs, f"{part}_accuracy": f"{right:.4f}"})
    for hole in HOLES:
        common.start(options.seed + hole)
        model = train_decoder(hole, training, options)
        found = test_decoder(model, hole, classifier, test, options)
        print(f"hole {hole}: {found}", flush=True)
        write_decoder(model, hole, options.output / f"inpainting-{options.set}-{options.read}-{hole}.onnx",
                      {**told, "epochs": options.epochs, "moment": options.read, **found})


if __name__ == "__main__":
    main()
