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
import io
import pathlib
import zipfile
import zlib

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

LINEAR = 2.0  # of the device's curve; its power is 4
NOISE = 0.05  # of the device's output
SCALE_RATE = 0.1  # of each batch in the running activation scales
NOISE_STREAM, JUDGE_STREAM = 10_000, 20_000  # first seeds of noise in training and on validation images
SLOPES = (0.02, 0.05, 0.1, 0.2, 0.4)
PAIR_SLOPE = 0.1  # at which all seeds are trained
HIGHEST_FIRST, HIGHEST = 15, 7  # codes of weights: 4 bits a sign in the first layer, 4 bits with it in others
EPOCHS = {"mlp": 60, "cnn": 40, "cnn-pooled": 80}
BATCH, DROPOUT, WEIGHT_DECAY = 64, 0.3, 1e-3


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


class Diode(torch.autograd.Function):
    """scale x f(v / scale), whose derivative above 0 is (1 + (v / scale / 2)^4)^(-5/4)."""

    @staticmethod
    def forward(ctx, v, slope, scale):
        forward, reverse = v.clamp(min=0), v.clamp(max=0)
        root = (forward / (LINEAR * scale)).square_().square_().add_(1).rsqrt_()  # (1 + ..)^(-1/2)
        quarter = root.sqrt()
        ctx.save_for_backward(torch.where(v > 0, root.square_().mul_(quarter), slope))
        return forward.mul_(quarter).add_(reverse, alpha=slope)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0], None, None


CURVES = ("device", "ideal")
# Codes of weights hardly repeat: a twelfth smaller than with the strategy that zipfile takes.
zipfile._get_compressor = lambda *_: zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FILTERED)


def rounded(weight, highest):
    """Codes -highest..highest and the step of each output: of those with the largest code, that of least square error."""
    flat = weight.flatten(1)
    largest = flat.abs().max(1)[0].clamp(min=1e-8)
    best_error, best_step = None, None
    for part in torch.linspace(1, 0.4, 25):
        step = part * largest / highest
        codes = (flat / step[:, None]).round().clamp(-highest, highest)
        error = (codes * step[:, None] - flat).square().sum(1)
        if best_error is None:
            best_error, best_step = error, step
        better = error < best_error
        best_error, best_step = torch.where(better, error, best_error), torch.where(better, step, best_step)
    codes = (flat / best_step[:, None]).round().clamp(-highest, highest)
    return codes.view_as(weight), best_step


class Network(nn.Module):
    def __init__(self, kind, data, curve, slope):
        super().__init__()
        channels, height, width = data.train[0].shape[1:]
        self.kind, self.mean, self.curve, self.slope = kind, data.mean, curve, slope
        self.noise = None  # where noise comes from, if there is any
        self.shape, self.classes = (channels, height, width), data.classes
        if kind == "mlp":
            layers = {"fc1": nn.Linear(channels * height * width, 64), "fc2": nn.Linear(64, data.classes)}
        else:
            layers = {"conv1": nn.Conv2d(channels, 16, 5, padding=2), "conv2": nn.Conv2d(16, 32, 3, padding=1)}
            if kind == "cnn":
                rows = 32 * (height // 4) * (width // 4)
                layers |= {"fc1": nn.Linear(rows, 32), "fc2": nn.Linear(32, data.classes)}
            else:
                layers |= {"fc1": nn.Linear(32, data.classes)}
        self.layers = nn.ModuleDict(layers)
        self.register_buffer("scales", torch.zeros(len(layers) - 1))  # of activations; 0: no batch was seen

    def first_bias(self):
        """The mean of the input is removed here."""
        first = next(iter(self.layers.values()))
        return first.bias - self.mean * first.weight.flatten(1).sum(1)

    def drop(self, x):
        return functional.dropout(x, DROPOUT, self.training)

    def scale(self, v, layer):
        if self.training:
            now = v.detach().square().mean().sqrt()
            self.scales[layer] = torch.where(self.scales[layer] > 0, self.scales[layer].lerp(now, SCALE_RATE), now)
        return self.scales[layer].item()

    def act(self, v, layer):
        if self.curve == "ideal":
            return functional.leaky_relu(v, self.slope)
        scale = self.scale(v, layer)
        out = Diode.apply(v, self.slope, scale)
        if self.noise is None:
            return out
        drawn = torch.empty(v.numel()).normal_(0, NOISE * scale, generator=self.noise)
        if v.dim() == 4:  # in the order in which v lies in memory
            count, channels, height, width = v.shape
            return out + drawn.view(count, height, width, channels).permute(0, 3, 1, 2)
        return out + drawn.view_as(v)

    def pooled(self, v, layer):
        """act, then the largest of 2 x 2."""
        if self.curve == "ideal":  # a rising curve of the largest is the largest of the curve: a quarter of the work
            return self.act(functional.max_pool2d(v, 2), layer)
        return functional.max_pool2d(self.act(v, layer), 2)

    def forward(self, x):
        layers, act = self.layers, self.act
        if self.kind == "mlp":
            x = act(functional.linear(x.flatten(1), layers["fc1"].weight, self.first_bias()), 0)
            return layers["fc2"](self.drop(x))
        x = self.pooled(functional.conv2d(x, layers["conv1"].weight, self.first_bias(), padding=2), 0)
        x = layers["conv2"](x)
        if self.kind == "cnn-pooled":
            return layers["fc1"](self.drop(act(x, 1).mean((2, 3))))
        x = self.pooled(x, 1).flatten(1)
        return layers["fc2"](self.drop(act(layers["fc1"](self.drop(x)), 2)))

    @torch.no_grad()
    def round_weights(self):
        """Keeps codes and steps of all layers, and what they stand for as weights."""
        self.codes = {}
        for i, (name, layer) in enumerate(self.layers.items()):
            codes, step = rounded(layer.weight, HIGHEST if i else HIGHEST_FIRST)
            self.codes[name] = codes, step
            layer.weight.copy_(codes * step.view(-1, *[1] * (layer.weight.dim() - 1)))


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


def constants(model):
    """Initializers, in units of activation scales, and the nodes that make real weights of codes."""
    tensors, nodes = [], []
    scales = [1.0, *(model.scales.tolist() if model.curve == "device" else [1.0] * len(model.scales)), 1.0]
    for i, (name, layer) in enumerate(model.layers.items()):
        codes, step = model.codes[name]
        bias = (model.first_bias() if i == 0 else layer.bias) / scales[i + 1]
        step = step * (scales[i] / scales[i + 1])
        for suffix, value in (("codes", codes.numpy().astype(np.int8)), ("step", step.numpy()),
                              ("zero", np.zeros(len(step), np.int8)), ("bias", bias.detach().numpy())):
            tensors.append(numpy_helper.from_array(value, f"{name}.{suffix}"))
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}.codes", f"{name}.step", f"{name}.zero"],
                                      [f"{name}.weight"], axis=0))
    return tensors, nodes


def computation(model):
    """Nodes from `image` to `scores`."""
    nodes, at = [], "image"

    def add(operation, name, inputs=(), **attributes):
        nonlocal at
        nodes.append(helper.make_node(operation, [at, *inputs], [name], name=name, **attributes))
        at = name

    def layer(name, out, activation=None):
        is_conv = name.startswith("conv")
        attributes = {"pads": [model.layers[name].padding[0]] * 4} if is_conv else {"transB": 1}
        add("Conv" if is_conv else "Gemm", out, [f"{name}.weight", f"{name}.bias"], **attributes)
        if activation:
            add("LeakyRelu", activation, alpha=model.slope)

    if model.kind == "mlp":
        add("Flatten", "flat")
        layer("fc1", "sums1", "act1")
    else:
        layer("conv1", "maps1", "act1")
        add("MaxPool", "pool1", kernel_shape=[2, 2], strides=[2, 2])
        layer("conv2", "maps2", "act2")
        if model.kind == "cnn-pooled":
            add("GlobalAveragePool", "mean")
            add("Flatten", "flat")
            layer("fc1", "scores")
            return nodes
        add("MaxPool", "pool2", kernel_shape=[2, 2], strides=[2, 2])
        add("Flatten", "flat")
        layer("fc1", "sums3", "act3")
    layer("fc2", "scores")
    return nodes


def as_onnx(model, notes):
    tensors, nodes = constants(model)
    graph = helper.make_graph(
        nodes + computation(model), f"medical-{model.kind}",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", *model.shape])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", model.classes])], tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bitline medical.py")
    made.ir_version = 8
    helper.set_model_props(made, {key: str(value) for key, value in notes.items()})
    onnx.checker.check_model(made)
    return made.SerializeToString()


def jobs(options):
    for kind in options.networks:
        for slope in sorted(options.slopes, key=lambda s: s != PAIR_SLOPE):
            seeds = options.seeds if slope == PAIR_SLOPE else options.gain_seeds if kind == "cnn" else 0
            for seed in range(1, seeds + 1):
                for curve in CURVES if slope in options.ideal_slopes else ("device",):
                    yield kind, curve, slope, seed


NETWORKS = "network,curve,slope,seed,epoch_kept,validation_accuracy,test_accuracy_float,test_accuracy_rounded"
TRAINING = "network,curve,slope,seeds,epoch,training_loss,training_accuracy,validation_loss,validation_accuracy"


class Pack:
    """SET.zip: networks by name, rows of networks.csv by network, of training.csv by network without its seed."""

    def __init__(self, file, keep):
        self.file, self.networks, self.rows, self.epochs = file, {}, {}, {}
        if keep and file.exists():
            self.take(file)

    def take(self, file):
        with zipfile.ZipFile(file) as archive:
            self.networks |= {name: archive.read(name) for name in archive.namelist() if name.endswith(".onnx")}
            for line in archive.read("networks.csv").decode().splitlines()[1:]:
                self.rows["-".join(line.split(",")[:4])] = line
            lines = archive.read("training.csv").decode().splitlines()[1:]
            for key in {tuple(line.split(",")[:4]) for line in lines}:
                self.epochs[key] = [line for line in lines if tuple(line.split(",")[:4]) == key]

    def add(self, name, network, row):
        self.rows[name] = row
        if network:
            self.networks[f"{name}.onnx"] = network

    def add_epochs(self, kind, curve, slope, first_seed, runs):
        """Means over seeds that follow each other."""
        self.epochs.pop((kind, curve, str(slope), f"{first_seed}-{first_seed + len(runs) - 2}"), None)
        key = kind, curve, str(slope), f"{first_seed}-{first_seed + len(runs) - 1}"
        self.epochs[key] = [",".join((*key, str(epoch), *(f"{v:.4f}" for v in row)))
                            for epoch, row in enumerate(np.mean(runs, axis=0), 1)]

    def write(self):
        table = "\n".join([NETWORKS, *(self.rows[key] for key in sorted(self.rows))]) + "\n"
        training = "\n".join([TRAINING, *(line for key in sorted(self.epochs) for line in self.epochs[key])]) + "\n"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in sorted((self.networks | {"networks.csv": table, "training.csv": training}).items()):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)
        print(f"{self.file}: {len(self.networks)} networks, {self.file.stat().st_size} bytes", flush=True)


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
