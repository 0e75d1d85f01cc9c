// SPDX-License-Identifier: Apache-2.0
#include "sim/graph_flow.h"

#include <algorithm>
#include <set>

#include "workloads/operations.h"

namespace bitline {
namespace {

class Flow {
  using Graph = workloads::Graph;
  using Node = workloads::Node;
  using Loop = workloads::Loop;
  using IntegerGraph = workloads::IntegerGraph;

 public:
  explicit Flow(const IntegerGraph& network) : network_(network) {
    last_bits_ = network.weights.empty() ? 8 : network.weights.back().input.bits;
    const Graph& graph = *network.graph;
    std::vector<std::size_t> numbers(graph.tensors.size(), unknown);
    for (int t : graph.inputs) numbers[index(t)] = add(graph, t, needed_bits(graph));
    walk(graph, numbers, needed_bits(graph), 1);
  }
  Dataflow take() { return std::move(flow_); }

 private:
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  // By tensor: bits of the codes that the next products read of it; of a pooled, added ... tensor those of what is made
  // of it.
  std::vector<int> needed_bits(const Graph& graph) const {
    std::vector<int> bits(graph.tensors.size(), 0);
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
      int needed = 0;
      if (const auto* product = std::get_if<workloads::Product>(&node->op))
        needed = network_.weights[index(product->weights)].input.bits;
      else
        for (int t : node->out) needed = std::max(needed, bits[index(t)]);
      for (int t : node->in) bits[index(t)] = std::max(bits[index(t)], needed);
    }
    for (int& b : bits)
      if (b == 0) b = last_bits_;
    return bits;
  }

  std::size_t add(const Graph& graph, int tensor, const std::vector<int>& bits) {
    const workloads::Tensor& t = graph.tensors[index(tensor)];
    return flow_.add_tensor({t.name, static_cast<double>(t.shape.size()), bits[index(tensor)], {}, {}});
  }

  void walk(const Graph& graph, std::vector<std::size_t>& numbers, const std::vector<int>& bits, std::size_t times) {
    for (const Node& node : graph.nodes) {
      if (const auto* loop = std::get_if<Loop>(&node.op)) {
        walk_loop(graph, node, *loop, numbers, bits, times);
        continue;
      }
      if (std::holds_alternative<workloads::Reshape>(node.op)) {
        numbers[index(node.out[0])] = numbers[index(node.in[0])];
        if (numbers[index(node.out[0])] == unknown) numbers[index(node.out[0])] = add(graph, node.in[0], bits);
        continue;
      }
      FlowNode made = described(graph, node, times);
      for (int t : node.in)
        if (numbers[index(t)] != unknown) made.in.push_back(numbers[index(t)]);
      for (int t : node.out) made.out.push_back(numbers[index(t)] = add(graph, t, bits));
      flow_.add_node(std::move(made));
    }
  }

  // A loop's tensors are those of its body: carried ones and sequences enter, the body's outputs leave.
  void walk_loop(const Graph& graph, const Node& node, const Loop& loop, std::vector<std::size_t>& numbers,
                 const std::vector<int>& bits, std::size_t times) {
    const Graph& body = *loop.body;
    std::vector<std::size_t> inner(body.tensors.size(), unknown);
    const std::vector<int> inner_bits = needed_bits(body);
    for (std::size_t i = 0; i < body.inputs.size() && i < node.in.size(); ++i)
      inner[index(body.inputs[i])] = numbers[index(node.in[i])];
    walk(body, inner, inner_bits, times * index(loop.steps));
    for (std::size_t i = 0; i < node.out.size(); ++i) {
      const std::size_t made = i < body.outputs.size() ? inner[index(body.outputs[i])] : unknown;
      numbers[index(node.out[i])] = made != unknown ? made : add(graph, node.out[i], bits);
    }
  }

  FlowNode described(const Graph& graph, const Node& node, std::size_t times) {
    FlowNode made{node.name, std::string(name_of(node.op)), {}, {}, {}, {}};
    const workloads::Operations one = operations(*network_.graph, workloads::PlacedNode{&graph, &node, times});
    OperationCounts& c = made.counts;
    c.macs = one.macs, c.additions = one.additions, c.multiplications = one.multiplications;
    c.divisions = one.divisions, c.exponentials = one.exponentials, c.comparisons = one.comparisons;
    for (int t : node.out)
      c.values_written += static_cast<double>(times) * static_cast<double>(graph.tensors[index(t)].shape.size());
    c.values_read = std::max(0.0, one.bytes - c.values_written);
    if (const auto* product = std::get_if<workloads::Product>(&node.op))
      if (met_.insert(product->weights).second) {
        made.layer = index(product->weights);
        made.name = network_.weights[*made.layer].name;
      }
    return made;
  }

  const IntegerGraph& network_;
  int last_bits_ = 8;
  std::set<int> met_;  // weights whose first product has been met
  Dataflow flow_;
};

}  // namespace

Dataflow graph_flow(const workloads::IntegerGraph& network) { return Flow(network).take(); }

}  // namespace bitline
