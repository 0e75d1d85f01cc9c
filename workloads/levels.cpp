// SPDX-License-Identifier: Apache-2.0
#include "workloads/levels.h"

#include <algorithm>

namespace bitline::workloads {
namespace {

constexpr int not_used = -1;

// `of_inputs`: products before each input of the graph or body. Returns those before each output.
std::vector<int> walk(const Graph& graph, const std::vector<int>& of_inputs, std::vector<int>& of_weights) {
  std::vector<int> before(graph.tensors.size(), 0);
  const auto at = [&](int tensor) -> int& { return before[static_cast<std::size_t>(tensor)]; };
  for (std::size_t i = 0; i < graph.inputs.size() && i < of_inputs.size(); ++i) at(graph.inputs[i]) = of_inputs[i];
  for (const Node& node : graph.nodes) {
    int most = 0;
    for (const int t : node.in) most = std::max(most, at(t));
    std::vector<int> after(node.out.size(), most);
    if (const auto* product = std::get_if<Product>(&node.op)) {
      int& level = of_weights[static_cast<std::size_t>(product->weights)];
      if (level == not_used) level = most;
      after.assign(after.size(), most + 1);
    } else if (const auto* loop = std::get_if<Loop>(&node.op)) {
      // It begins when all that it is given is there.
      const std::vector<int> made = walk(*loop->body, std::vector<int>(node.in.size(), most), of_weights);
      std::copy_n(made.begin(), std::min(made.size(), after.size()), after.begin());
    }
    for (std::size_t i = 0; i < node.out.size(); ++i) at(node.out[i]) = after[i];
  }
  std::vector<int> of_outputs;
  for (const int t : graph.outputs) of_outputs.push_back(at(t));
  return of_outputs;
}

}  // namespace

std::vector<int> levels_of_weights(const Graph& graph) {
  std::vector<int> levels(graph.weights.size(), not_used);
  walk(graph, std::vector<int>(graph.inputs.size(), 0), levels);
  for (int& level : levels) level = std::max(level, 0);
  return levels;
}

}  // namespace bitline::workloads
