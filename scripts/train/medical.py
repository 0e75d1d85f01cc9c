#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the networks of configs/medical.yaml on one set of images and packs them into one file, models/medical/SET.zip.

Each network is trained twice from the same seed: with the activation of a device and with the ideal one,
    device  f(v) = v / (1 + (v / 2)^4)^(1/4) above 0, slope x v below      (saturates at 2), and normal noise of 0.05
    ideal   f(v) = v above 0, slope x v below,
for reverse slopes 0.02, 0.05, 0.1, 0.2 and 0.4 (gains 0.4, 1, 2, 4, 8 of a device whose slope is 0.05).

    mlp         784-64-K
    cnn         padded convolutions of 16 5x5 and 32 3x3, each with max pooling of 2, then 1568-32-K
    cnn-pooled  the same with the mean over each of the 32 maps (not pooled before), 32-K: it has a class-activation map

The device's v, its curve and its noise are in units of the layer's activation scale: the root mean square of the
layer's sums over training batches (running mean, a tenth of each batch; no gradient passes through it). Weights and
biases of the file are in these units (each layer is divided by its scale and the next one multiplied by it), so that a
device's 1 is 1 there. For the ideal curve units change nothing. Noise is drawn for each value, before any pooling,
from a stream of its own: initial weights, batches, changed images and dropout of both networks are the same. It acts
in training, on the validation images that choose the epoch, and in the accuracies of networks.csv.

AdamW 1e-3 (cnn-pooled 4e-3 with a cosine to 0), weight decay 1e-3, batch 64, dropout 0.3, mirrored images, and for the
cnns shifts of up to 2 pixels; 60 epochs of the mlp, 40 of the cnn, 80 of the cnn-pooled. The epoch with the best
validation accuracy (then loss) is kept; test images choose nothing. Inputs are pixels / 255: the mean training pixel
is removed by the bias of the first layer, since light cannot be negative. Weights are trained in float and then
rounded to 31 levels (4 bits a sign) in the first layer and to 15 in the others, one step for each output.

The file holds an ONNX network for each CURVE, SLOPE and SEED (NETWORK-CURVE-SLOPE-SEED.onnx; of the ideal curve those
of slope 0.1 alone, to keep the file small), networks.csv with epochs and accuracies of all, and training.csv with
losses and accuracies of all epochs, means over seeds FIRST-LAST. On one machine the same seeds give the same networks.

Data: any 28 x 28 .npz of MedMNIST with one label an image (--data breastmnist.npz), or a folder with the IDX files of
Fashion-MNIST, of which the first 5000 training images are for training and the last 1000 for validation.
Needs Debian's packages python3-torch, python3-numpy and python3-onnx:
    SET=DIR/medmnist/breastmnist.npz
    /usr/bin/python3 scripts/train/medical.py --data $SET --networks mlp
    /usr/bin/python3 scripts/train/medical.py --data $SET --networks cnn --seeds 15 --add
    /usr/bin/python3 scripts/train/medical.py --data $SET --networks cnn-pooled --seeds 3 --add
    SET=/usr/share/datasets/fashion-mnist
    /usr/bin/python3 scripts/train/medical.py --data $SET --networks mlp --seeds 3 --slopes 0.1 --epochs 15
    /usr/bin/python3 scripts/train/medical.py --data $SET --networks cnn-pooled --seeds 1 --epochs 15 --add
With --add the networks that a file has are kept and not trained again, so that it can be filled part by part.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before torch loads its libraries
    os.environ[name] = "1"

import argparse
import copy
import gzip
import hashlib
import pathlib

import numpy as np
import torch
from medical_network import Network
from medical_pack import Pack, as_onnx
from torch.nn import functional

NOISE_STREAM, JUDGE_STREAM = 10_000, 20_000  # first seeds of noise in training and on validation images
SLOPES = (0.02, 0.05, 0.1, 0.2, 0.4)
PAIR_SLOPE = 0.1  # at which all seeds are trained
EPOCHS = {"mlp": 60, "cnn": 40, "cnn-pooled": 80}
BATCH, WEIGHT_DECAY = 64, 1e-3
CURVES = ("device", "ideal")


def arguments():
    models = pathlib.Path(__file__).resolve().parents[2] / "models" / "medical"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help=".npz of MedMNIST, or folder of IDX files")
    parser.add_argument("--output", type=pathlib.Path, default=models, help="folder for SET.zip (%(default)s)")
    parser.add_argument("--networks", nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--seeds", type=int, default=10, help="pairs at slope 0.1 (%(default)s)")
    parser.add_argument("--gain-seeds", type=int, default=3, help="pairs of the cnn at the other slopes (%(default)s)")
    parser.add_argument("--slopes", type=float, nargs="+", default=SLOPES, help="reverse slopes (%(default)s)")
    parser.add_argument("--ideal-slopes", type=float, nargs="+", default=SLOPES, help="where the ideal one is trained")
    parser.add_argument("--add", action="store_true", help="keep the networks that SET.zip has")
    parser.add_argument("--training-images", type=int, help="the first ones only")
    parser.add_argument("--epochs", type=int, help="of all networks, instead of 60, 40 and 80")
    return parser.parse_args()


class Data:
    """Pixels 0..1, (count, channels, height, width), and labels of three parts."""

    def __init__(self, path):
        self.name = path.stem if path.suffix == ".npz" else path.name
        files = [path] if path.suffix == ".npz" else sorted(path.glob("*.gz"))
        self.checksum = hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
        parts = self.from_npz(path) if path.suffix == ".npz" else self.from_idx(path)
        for name, (images, labels) in parts.items():
            images = torch.from_numpy(np.ascontiguousarray(images)).float() / 255
            images = images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2).contiguous()
            setattr(self, name, (images, torch.from_numpy(labels.astype(np.int64))))
        self.classes = int(max(labels.max() for _, labels in parts.values())) + 1
        self.mean = self.train[0].mean().item()
        self.majority = torch.bincount(self.test[1]).max().item() / len(self.test[1])

    @staticmethod
    def from_npz(path):
        with np.load(path) as archive:
            if archive["train_labels"].reshape(len(archive["train_labels"]), -1).shape[1] != 1:
                raise SystemExit(f"{path}: has several labels an image, which these networks cannot say")
            return {part: (archive[f"{key}_images"], archive[f"{key}_labels"].ravel())
                    for part, key in (("train", "train"), ("validation", "val"), ("test", "test"))}

    @staticmethod
    def from_idx(folder):
        def read(file):
            raw = gzip.decompress((folder / file).read_bytes())
            sizes = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
            return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)
        train, labels = read("train-images-idx3-ubyte.gz"), read("train-labels-idx1-ubyte.gz")
        return {"train": (train[:5000], labels[:5000]), "validation": (train[-1000:], labels[-1000:]),
                "test": (read("t10k-images-idx3-ubyte.gz"), read("t10k-labels-idx1-ubyte.gz"))}


@torch.no_grad()
def stream(curve, first_seed):
    return torch.Generator().manual_seed(first_seed) if curve == "device" else None


def judge(model, pair, seed):
    """Mean loss and accuracy, with noise."""
    images, labels = pair
    model.eval()
    model.noise = stream(model.curve, JUDGE_STREAM + seed)
    scores = torch.cat([model(part) for part in images.split(500)])
    return functional.cross_entropy(scores, labels).item(), (scores.argmax(1) == labels).float().mean().item()


def changed(images, shifts):
    images = torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, images.flip(3), images)
    if not shifts:
        return images
    height, width = images.shape[2:]
    wide = functional.pad(images, (2, 2, 2, 2), mode="replicate")
    return torch.stack([wide[i, :, y:y + height, x:x + width]
                        for i, (y, x) in enumerate(torch.randint(0, 5, (len(images), 2)).tolist())])


def train(kind, data, curve, slope, seed, epochs):
    """The network of the best validation epoch, that epoch, and (epoch, 4) losses and accuracies."""
    torch.manual_seed(seed)
    model = Network(kind, data, curve, slope).to(memory_format=torch.channels_last)  # twice as fast
    pooled = kind == "cnn-pooled"
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3 if pooled else 1e-3, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs) if pooled else None
    images, labels = data.train
    best, kept, records = None, None, []
    noise = stream(curve, NOISE_STREAM + seed)
    for epoch in range(epochs):
        model.train()
        model.noise = noise
        loss_sum = right = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            shown = changed(images[chosen], kind != "mlp").contiguous(memory_format=torch.channels_last)
            scores = model(shown)
            loss = functional.cross_entropy(scores, labels[chosen])
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(chosen)
            right += (scores.argmax(1) == labels[chosen]).sum().item()
        if schedule:
            schedule.step()
        validation = judge(model, data.validation, seed)
        records.append([loss_sum / len(labels), right / len(labels), *validation])
        if best is None or (validation[1], -validation[0]) > best:
            best, kept = (validation[1], -validation[0]), (epoch + 1, copy.deepcopy(model.state_dict()))
    model.load_state_dict(kept[1])
    return model, kept[0], np.array(records)


def jobs(options):
    for kind in options.networks:
        for slope in sorted(options.slopes, key=lambda s: s != PAIR_SLOPE):
            seeds = options.seeds if slope == PAIR_SLOPE else options.gain_seeds if kind == "cnn" else 0
            for seed in range(1, seeds + 1):
                for curve in CURVES if slope in options.ideal_slopes else ("device",):
                    yield kind, curve, slope, seed


def main():
    options = arguments()
    torch.set_num_threads(1)  # one thread: the same sums, hence the same networks, on every run
    torch.set_flush_denormal(True)
    data = Data(options.data)
    print(f"{data.name}: sha256 {data.checksum}, {len(data.train[1])} / {len(data.validation[1])} / {len(data.test[1])} "
          f"images, {data.classes} classes, majority {data.majority:.4f} of the test images")
    if options.training_images:
        data.train = tuple(part[:options.training_images] for part in data.train)
    pack, histories = Pack(options.output / f"{data.name}.zip", options.add), {}
    for kind, curve, slope, seed in jobs(options):
        if f"{kind}-{curve}-{slope}-{seed}" in pack.rows:
            continue
        model, epoch, records = train(kind, data, curve, slope, seed, options.epochs or EPOCHS[kind])
        first_seed, runs = histories.setdefault((kind, curve, slope), (seed, []))
        runs.append(records)
        real, validation = judge(model, data.test, seed)[1], records[epoch - 1, 3]
        model.round_weights()
        test = judge(model, data.test, seed)[1]
        row = f"{kind},{curve},{slope},{seed},{epoch},{validation:.4f},{real:.4f},{test:.4f}"
        print(row, flush=True)
        kept = curve == "device" or slope == PAIR_SLOPE
        pack.add(f"{kind}-{curve}-{slope}-{seed}", kept and as_onnx(model, {
            "data": data.name, "data_sha256": data.checksum, "curve": curve, "slope": slope, "seed": seed,
            "epoch_kept": epoch, "test_accuracy_float": f"{real:.4f}", "test_accuracy_rounded": f"{test:.4f}"}), row)
        pack.add_epochs(kind, curve, slope, first_seed, runs)
        pack.write()


if __name__ == "__main__":
    main()
