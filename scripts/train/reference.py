#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what torch itself answers to the first 64 test images, for tests that compare other programs with it.

Each of these networks of models/ is built in torch again with the weights of its ONNX file. Outputs are float32 .npy
files of shape (64, 10), tests/workloads/data/NAME.npy. Takes seconds.

Needs Debian's packages python3-torch, python3-onnx, python3-numpy and dataset-fashion-mnist, nothing else:
    /usr/bin/python3 scripts/train/reference.py
"""
import argparse
import pathlib

import common
import fashion_lstm
import fashion_mobilenet
import fashion_resnet20
import fashion_vit
import numpy as np
import onnx
import torch
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = 64
NETWORKS = {"fashion-lstm": fashion_lstm.network, "fashion-mobilenet": fashion_mobilenet.MobileNet,
            "fashion-resnet20": fashion_resnet20.ResNet, "fashion-vit": fashion_vit.VisionTransformer}


def lstm_weights(arrays, layer):
    """Weights, recurrent weights and both biases by torch's names; ONNX orders gates i, o, f, c, torch i, f, g, o."""
    names = (f"{layer}.{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    weights, recurrent, biases = (array[0] for array in arrays)
    ordered = {}
    for name, array in zip(names, (weights, recurrent, *np.split(biases, 2))):
        first, output, forget, cell = np.split(array, 4)
        ordered[name] = np.concatenate((first, forget, cell, output))
    return ordered


def weights_of(graph):
    """Every weight by torch's name. The exporter renames those it transposes or packs, but names nodes by layer."""
    arrays = {initializer.name: numpy_helper.to_array(initializer) for initializer in graph.initializer}
    for node in graph.node:
        layer = node.name[1:node.name.rfind("/")].replace("/", ".")
        if node.op_type == "Identity" and node.input[0] in arrays:  # one of several equal weights
            arrays[node.output[0]] = arrays[node.input[0]]
        elif node.op_type == "MatMul" and node.input[1] in arrays:
            arrays[f"{layer}.weight"] = arrays[node.input[1]].T
        elif node.op_type == "LSTM":
            arrays.update(lstm_weights([arrays[name] for name in node.input[1:4]], layer))
    return arrays


@torch.no_grad()
def outputs(model, file, images):
    arrays = weights_of(onnx.load(file).graph)
    counters = (name for name in model.state_dict() if name.endswith("num_batches_tracked"))
    arrays.update((name, np.zeros((), np.int64)) for name in counters)
    model.load_state_dict({name: torch.from_numpy(arrays[name].copy()) for name in model.state_dict()})
    return model.eval()(images[:IMAGES] / common.PIXEL).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "tests/workloads/data",
                        help="folder to write to (%(default)s)")
    parser.add_argument("--data", type=pathlib.Path, default=common.DEBIAN_FOLDER,
                        help="folder of the IDX files (%(default)s)")
    options = parser.parse_args()
    common.start(seed=1)
    images, _ = common.load(options.data)[2]
    options.output.mkdir(parents=True, exist_ok=True)
    for name, network in NETWORKS.items():
        np.save(options.output / f"{name}.npy", outputs(network(), ROOT / "models" / f"{name}.onnx", images))


if __name__ == "__main__":
    main()
