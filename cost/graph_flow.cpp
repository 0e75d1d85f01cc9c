// SPDX-License-Identifier: Apache-2.0
#include "cost/graph_flow.h"

#include <algorithm>
#include <set>

#include "workloads/operations.h"

namespace bitline::cost {

using workloads::Activate;
using workloads::Pool;

namespace {

// Selects, moves or thresholds values.
bool keeps_codes(const workloads::Op& op) {
  using workloads::Activate, workloads::Pool;
  if (const auto* pool = std::get_if<Pool>(&op)) return pool->kind == Pool::Kind::largest;
  if (const auto* activate = std::get_if<Activate>(&op))
    return activate->kind == Activate::Kind::relu || activate->kind == Activate::Kind::clip;
  return workloads::only_moves(op);
}

class GraphFlow {
  using Graph = workloads::Graph;
  using Node = workloads::Node;
  using Numbers = std::vector<std::size_t>;  // of flow tensors, by the graph's

 public:
  explicit GraphFlow(const workloads::IntegerGraph& network) : network_(network) {
    const Graph& graph = *network.graph;
    Numbers numbers(graph.tensors.size(), unknown);
    for (int t : graph.inputs) numbers[index(t)] = add(graph, t);
    walk(graph, numbers, 1);
  }
  Dataflow take() { return std::move(flow_); }

 private:
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  std::size_t add(const Graph& graph, int tensor) {
    const workloads::Tensor& t = graph.tensors[index(tensor)];
    return flow_.add_tensor({t.name, static_cast<double>(t.shape.size()), 0, {}, {}});
  }

  void walk(const Graph& graph, Numbers& numbers, std::size_t times) {
    std::vector<int> readers(graph.tensors.size(), 0);
    for (const Node& node : graph.nodes)
      for (int t : node.in) ++readers[index(t)];
    for (int t : graph.outputs) ++readers[index(t)];
    for (const Node& node : graph.nodes) {
      if (const auto* loop = std::get_if<workloads::Loop>(&node.op)) {
        walk_loop(graph, node, *loop, numbers, times);
        continue;
      }
      const std::size_t first_in = numbers[index(node.in[0])];
      if (std::holds_alternative<workloads::Reshape>(node.op) && first_in != unknown) {
        numbers[index(node.out[0])] = first_in;
        continue;
      }
      FlowNode made = described(graph, node, times);
      if (const auto product = rescaled_by(node, first_in, readers)) {
        made.counts = {};
        made.paid_by = product;
        numbers[index(node.out[0])] = first_in;
        flow_.add_node(std::move(made));
        continue;
      }
      for (int t : node.in)
        if (numbers[index(t)] != unknown) made.in.push_back(numbers[index(t)]);
      for (int t : node.out) made.out.push_back(numbers[index(t)] = add(graph, t));
      flow_.add_node(std::move(made));
    }
  }

  // The product whose rescaling this activation is part of.
  std::optional<std::size_t> rescaled_by(const Node& node, std::size_t in, const std::vector<int>& readers) const {
    if (!std::holds_alternative<workloads::Activate>(node.op) || !keeps_codes(node.op)) return {};
    if (in == unknown || readers[index(node.in[0])] != 1) return {};
    const auto producer = flow_.tensors[in].producer;
    return producer && flow_.nodes[*producer].layer && flow_.tensors[in].consumers.empty() ? producer : std::nullopt;
  }

  // A loop's tensors are those of its body: carried ones and sequences enter, the body's outputs leave.
  void walk_loop(const Graph& graph, const Node& node, const workloads::Loop& loop, Numbers& numbers,
                 std::size_t times) {
    const Graph& body = *loop.body;
    Numbers inner(body.tensors.size(), unknown);
    for (std::size_t i = 0; i < body.inputs.size() && i < node.in.size(); ++i)
      inner[index(body.inputs[i])] = numbers[index(node.in[i])];
    walk(body, inner, times * index(loop.steps));
    for (std::size_t i = 0; i < node.out.size(); ++i) {
      const std::size_t made = i < body.outputs.size() ? inner[index(body.outputs[i])] : unknown;
      numbers[index(node.out[i])] = made != unknown ? made : add(graph, node.out[i]);
    }
  }

  FlowNode described(const Graph& graph, const Node& node, std::size_t times) {
    FlowNode made{.name = node.name,
                  .operation = std::string(name_of(node.op)),
                  .keeps_codes = keeps_codes(node.op),
                  .only_moves = workloads::only_moves(node.op)};
    if (const auto* product = std::get_if<workloads::Product>(&node.op)) {
      if (!met_.insert(product->weights).second) return made;
      made.layer = index(product->weights);
      made.name = network_.weights[*made.layer].name;
      return made;
    }
    made.counts = operations(*network_.graph, workloads::PlacedNode{&graph, &node, times});
    return made;
  }

  const workloads::IntegerGraph& network_;
  std::set<int> met_;  // weights whose first product has been met
  Dataflow flow_;
};

}  // namespace

Dataflow graph_flow(const arch::Config& config, const chip::Chip& chip, const workloads::IntegerGraph& network) {
  Dataflow flow = GraphFlow(network).take();
  std::vector<int> bits;
  for (const chip::LayerPlan& plan : chip.layers) bits.push_back(plan.matrix.input.bits);
  set_bits(flow, bits, config.periphery.digital.bits);
  return flow;
}

}  // namespace bitline::cost
