# SPDX-License-Identifier: Apache-2.0
"""Files of scripts/train/medical.py: a network as ONNX, and all of a set with their tables in one archive."""
import zipfile
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Codes of weights hardly repeat: a twelfth smaller than with the strategy that zipfile takes.
zipfile._get_compressor = lambda *_: zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FILTERED)


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
