# SPDX-License-Identifier: Apache-2.0
"""ONNX files of scripts/train/inpainting.py, whose weights are integer codes with a step."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LARGEST = 7  # code of 4 bits


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
