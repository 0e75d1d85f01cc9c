// SPDX-License-Identifier: Apache-2.0
// Networks from ONNX files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/graph.h"

namespace bitline::workloads {

// Reads an ONNX file of operator set 7 or newer as PyTorch, TensorFlow and others write it: any graph of the operators
// that onnx_operators() lists, with one input and one output, each sample by itself. What depends on constants and
// shapes alone is computed here; constants added to or multiplied with a product's outputs, and batch norms, are folded
// into its weights; nodes that the output does not need are left out. Weights may lie in files beside it, which are
// appended to `other_files`. A layer is called after its weights ("fc1.weight" is fc1), else after its node.
//
// Throws InputError naming the file and the node: what no operator knows (all of them at once), cycles, missing
// initializers, NaN weights, shapes that do not fit, sizes beyond any network.
Graph read_onnx(const std::filesystem::path& file, std::vector<std::filesystem::path>* other_files = nullptr);

// The same from memory; `name` stands for the file.
Graph parse_onnx(std::string_view bytes, const std::string& name);

// Files that `file` says its weights are in, each once, whether they exist or not; read_onnx() opens those it needs.
// None where the file is no ONNX model. A file that holds all its weights is only looked through.
std::vector<std::filesystem::path> onnx_weight_files(const std::filesystem::path& file);

// Their names, in order.
std::vector<std::string_view> onnx_operators();

}  // namespace bitline::workloads
