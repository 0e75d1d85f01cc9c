// SPDX-License-Identifier: Apache-2.0
// Which nodes of an ONNX graph lead to its outputs, in order of computation.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workloads/onnx_model.h"

namespace bitline::workloads {

struct OnnxOrder {
  std::vector<int> nodes;           // numbers, in order of computation; as in the file where that is one
  std::map<std::string, int> uses;  // how many inputs of those nodes, and outputs of the graph, read a name
};

// Throws InputError: a name that is made twice or by nothing, nodes that wait for each other.
OnnxOrder order_of_nodes(const OnnxModel& model);

}  // namespace bitline::workloads
