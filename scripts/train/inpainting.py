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

No image is held out: nothing is chosen, the last epoch is kept. About a minute a set on one core. Needs the built
command and Debian's packages python3-torch, python3-onnx, python3-numpy (and dataset-fashion-mnist):
    /usr/bin/python3 scripts/train/inpainting.py --set mnist --data DIR
    /usr/bin/python3 scripts/train/inpainting.py --set fashion-mnist
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before torch loads its libraries
    os.environ[name] = "1"

import argparse
import hashlib
import pathlib
import subprocess
import tempfile
import time

import common
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOLES = (4, 8, 12)
BATCH = 128
ADVERSARIAL = 0.1  # a
LARGEST = 7  # code of 4 bits
# As in configs/inpainting.yaml.
ENCODER = ["cbps", "--light", "--pulses", "4", "--width", "1 s", "--interval", "1 s"]


class DataSet:
    """What is particular to the IDX files of a set."""

    def __init__(self, train, test, classes, first_label=0, transposed=False, folder=None):
        self.prefixes, self.classes, self.first_label = (train, test), classes, first_label
        self.transposed, self.folder = transposed, folder


SETS = {"mnist": DataSet("train", "t10k", 10),
        "fashion-mnist": DataSet("train", "t10k", 10, folder=common.DEBIAN_FOLDER),
        "emnist-letters": DataSet("emnist-letters-train", "emnist-letters-test", 26, 1, True)}


def files_of(folder, prefix, what, form):
    whole = folder / f"{prefix}-{what}-{form}.gz"
    return [whole] if whole.exists() else sorted(folder.glob(f"{prefix}-{what}-part*-{form}.gz"))


def load(options):
    """Images 0..1 (count, 1, 28, 28) and labels of both parts, and a checksum over all files."""
    chosen = SETS[options.set]
    digest, parts = hashlib.sha256(), []
    for prefix in chosen.prefixes:
        read = []
        for what, form in (("images", "idx3-ubyte"), ("labels", "idx1-ubyte")):
            files = files_of(options.data, prefix, what, form)
            if not files:
                raise SystemExit(f"{options.data}: no {prefix}-{what}-{form}.gz")
            for file in files:
                digest.update(file.read_bytes())
            read.append(torch.cat([common.read_idx(file) for file in files]))
        images, labels = read[0].float() / 255, read[1].long() - chosen.first_label
        if chosen.transposed:
            images = images.transpose(1, 2).contiguous()
        parts.append((images.unsqueeze(1), labels))
    (images, labels), test = parts
    return (images[:options.images], labels[:options.images]), test, digest.hexdigest()


def centre(hole):
    first = (28 - hole) // 2
    return slice(first, first + hole)


def features(images, hole, options):
    """8-bit features (count, 196) of images whose centre is missing, from the encoder of the program."""
    holed = images.clone()
    holed[:, :, centre(hole), centre(hole)] = 0
    with tempfile.TemporaryDirectory() as folder:
        values, out = f"{folder}/values.npy", f"{folder}/features.npy"
        np.save(values, holed.reshape(len(images), 784).numpy())
        subprocess.run([options.bitline, "device", "encode", *ENCODER, "--read", options.read, "--values", values,
                        "--output", out], check=True)
        return torch.from_numpy(np.load(out).astype(np.float32)).mul(255).round() / 255


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


class File:
    """An ONNX file: nodes and weights as they are added."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def codes(self, name, weight, largest):
        """int8 codes of one step, largest |w| / `largest`; the name of the real weight."""
        step = np.float32(np.abs(weight).max()) / np.float32(largest)
        codes = np.rint(weight / step)
        assert np.abs(codes).max() == largest
        inputs = [self.constant(f"{name}.codes", codes.astype(np.int8)), self.constant(f"{name}.step", step),
                  self.constant(f"{name}.zero", np.int8(0))]
        return self.node("DequantizeLinear", inputs, f"{name}.weight")

    def product(self, name, layer, x, largest, kind="Gemm", **attributes):
        weight = layer.weight.detach().numpy()
        if kind == "Gemm":
            weight = weight.T
        bias = self.constant(f"{name}.bias", layer.bias.detach().numpy())
        return self.node(kind, [x, self.codes(name, weight, largest), bias], name, **attributes)

    def write(self, path, name, shape, outputs, told):
        given = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", *shape])]
        made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", size]) for n, size in outputs]
        model = helper.make_model(helper.make_graph(self.nodes, name, given, made, self.constants),
                                  opset_imports=[helper.make_opsetid("", 13)], producer_name="bitline")
        model.ir_version = 8
        helper.set_model_props(model, {key: str(value) for key, value in told.items()})
        onnx.checker.check_model(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)
        print(f"wrote {path}, {path.stat().st_size} bytes", flush=True)


def write_decoder(model, hole, path, told):
    file, x = File(), "input"
    for number, layer in enumerate((model[0], model[2], model[4]), 1):
        x = file.product(f"fc{number}", layer, x, LARGEST)
        x = file.node("Sigmoid" if number == 3 else "Relu", [x], "hole" if number == 3 else f"relu{number}")
    file.write(path, path.stem, [196], [("hole", hole * hole)], told)


def write_classifier(model, path, told):
    file, x = File(), "input"
    for name in ("conv1", "conv2"):
        x = file.node("Relu", [file.product(name, getattr(model, name), x, 127, "Conv")], f"{name}.relu")
        x = file.node("MaxPool", [x], f"{name}.pool", kernel_shape=[2, 2], strides=[2, 2])
    x = file.node("Flatten", [x], "flatten")
    x = file.node("Relu", [file.product("fc1", model.fc1, x, 127)], "features")
    both = file.node("Concat", [x, file.product("fc2", model.fc2, x, 127)], "features_and_scores", axis=1)
    file.write(path, path.stem, [1, 28, 28], [(both, 64 + model.fc2.out_features)], told)


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
    parser.add_argument("--classifier-epochs", type=int, default=16, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of every random draw (%(default)s)")
    options = parser.parse_args()
    options.data = options.data or SETS[options.set].folder
    if options.data is None:
        parser.error(f"--set {options.set} needs --data DIR")
    options.data = pathlib.Path(options.data)
    common.start(options.seed)
    training, test, checksum = load(options)
    told = {"data": options.set, "data_sha256": checksum, "training_images": len(training[1]), "seed": options.seed,
            "script": "scripts/train/inpainting.py"}
    classifier = train_classifier(training, options)
    right = (seen(classifier, test[0])[1].argmax(1) == test[1]).float().mean().item()
    print(f"classifier: {right:.4f} of {len(test[1])} test images", flush=True)
    write_classifier(classifier, options.output / f"inpainting-{options.set}-classifier.onnx",
                     {**told, "epochs": options.classifier_epochs, "test_accuracy": f"{right:.4f}"})
    for hole in HOLES:
        common.start(options.seed + hole)
        model = train_decoder(hole, training, options)
        found = test_decoder(model, hole, classifier, test, options)
        print(f"hole {hole}: {found}", flush=True)
        write_decoder(model, hole, options.output / f"inpainting-{options.set}-{options.read}-{hole}.onnx",
                      {**told, "epochs": options.epochs, "moment": options.read, **found})


if __name__ == "__main__":
    main()
