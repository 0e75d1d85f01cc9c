// SPDX-License-Identifier: Apache-2.0
#include "workloads/split.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::workloads {
namespace {

// Weights that stand at `index` in the whole graph become those at 0 of the front; the others move up.
void renumber(std::vector<Node>& nodes, int index, const Graph& graph) {
  for (Node& node : nodes) {
    if (std::holds_alternative<Loop>(node.op))
      throw InputError(fmt::format("network '{}': node '{}' is a loop, so its first product cannot be taken apart",
                                   graph.name, node.name));
    auto* product = std::get_if<Product>(&node.op);
    if (!product) continue;
    if (product->weights == index)
      throw InputError(
          fmt::format("network '{}': node '{}' uses the first product's weights again", graph.name, node.name));
    if (product->weights > index) --product->weights;
  }
}

void check_reads(const SplitGraph& split, const std::vector<Node>& before) {
  for (const Node& node : split.rest.nodes)
    for (const int t : node.in) {
      const bool early = std::ranges::any_of(before, [&](const Node& n) { return std::ranges::count(n.out, t) > 0; });
      if (early || std::ranges::count(split.front.inputs, t) > 0)
        throw InputError(fmt::format("network '{}': node '{}' reads what comes before the first product",
                                     split.rest.name, node.name));
    }
}

}  // namespace

SplitGraph split_after_first_product(const Graph& graph) {
  const auto first =
      std::ranges::find_if(graph.nodes, [](const Node& n) { return std::holds_alternative<Product>(n.op); });
  if (first == graph.nodes.end())
    throw InputError(fmt::format("network '{}' has no product outside of loops", graph.name));
  const int index = std::get<Product>(first->op).weights, made = first->out.front();
  SplitGraph split{graph, graph};
  split.front.nodes.assign(graph.nodes.begin(), first + 1);
  split.front.weights = {graph.weights[static_cast<std::size_t>(index)]};
  std::get<Product>(split.front.nodes.back().op).weights = 0;
  split.front.outputs = {made};
  split.rest.nodes.assign(first + 1, graph.nodes.end());
  split.rest.weights.erase(split.rest.weights.begin() + index);
  split.rest.inputs = {made};
  renumber(split.rest.nodes, index, graph);
  check_reads(split, {graph.nodes.begin(), first});
  check(split.front);
  check(split.rest);
  return split;
}

}  // namespace bitline::workloads
