# SPDX-License-Identifier: Apache-2.0
"""Images of scripts/train/inpainting.py, and what the encoder makes of them."""
import hashlib
import struct
import subprocess
import tempfile

import common
import numpy as np
import torch

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


def write_idx(file, values):
    """Bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    head = struct.pack(f">I{values.dim()}I", 0x800 + values.dim(), *values.shape)
    file.write_bytes(head + values.contiguous().numpy().tobytes())


def load(options):
    """Images 0..1 (count, 1, 28, 28) and labels of both parts, and a checksum over all files. With images held out,
    these are the second part; both parts are then written to OUTPUT/SET, where the command finds them."""
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
        parts.append(read)
    trained = [values[:options.images] for values in parts[0]]
    shown = [values[options.images:][:options.held_out] for values in parts[0]] if options.held_out else parts[1]
    if len(shown[1]) < options.held_out:
        raise SystemExit(f"--held-out {options.held_out}: {len(shown[1])} training images are left")
    for prefix, part in zip(chosen.prefixes, (trained, shown)) if options.held_out else ():
        for values, what in zip(part, ("images-idx3", "labels-idx1")):
            write_idx(options.output / options.set / f"{prefix}-{what}-ubyte", values)
    return (*(as_samples(part, chosen) for part in (trained, shown)), digest.hexdigest())


def as_samples(part, chosen):
    images, labels = part[0].float() / 255, part[1].long() - chosen.first_label
    if chosen.transposed:
        images = images.transpose(1, 2).contiguous()
    return images.unsqueeze(1), labels


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
