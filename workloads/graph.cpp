// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace bitline::workloads {
namespace {

void check_panels(const Weights& w) {
  const auto fail = [&](const std::string& what) { throw InputError(fmt::format("weights '{}': {}", w.name, what)); };
  if (w.rows < 1 || w.columns < 1 || w.panels.empty())
    fail(fmt::format("{} panels in {} rows and {} columns", w.panels.size(), w.rows, w.columns));
  const auto finite = [](float x) { return std::isfinite(x); };
  if (!w.bias.empty() && w.bias.size() != static_cast<std::size_t>(w.columns))
    fail(fmt::format("{} bias values for {} outputs", w.bias.size(), w.columns));
  if (!std::ranges::all_of(w.bias, finite)) fail("a bias is NaN or infinite");
  for (const Panel& p : w.panels) {
    if (p.row < 0 || p.column < 0 || p.rows < 1 || p.columns < 1 || p.rows > w.rows - p.row ||
        p.columns > w.columns - p.column ||
        p.weights.size() != static_cast<std::size_t>(p.rows) * static_cast<std::size_t>(p.columns))
      fail(fmt::format("a panel of {} x {} at ({}, {}) with {} values does not lie in {} rows and {} columns", p.rows,
                       p.columns, p.row, p.column, p.weights.size(), w.rows, w.columns));
    if (!std::ranges::all_of(p.weights, finite)) fail("a weight is NaN or infinite");
  }
  // In order of rows, only panels that begin above the end of one can lie over it.
  std::vector<const Panel*> order;
  for (const Panel& p : w.panels) order.push_back(&p);
  std::ranges::sort(order, {}, &Panel::row);
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t k = i + 1; k < order.size() && order[k]->row < order[i]->row + order[i]->rows; ++k)
      if (order[k]->column < order[i]->column + order[i]->columns &&
          order[i]->column < order[k]->column + order[k]->columns)
        fail("two panels lie over each other");
}

// Walks a graph and the bodies of its loops; `used` counts positions of each weights.
class Checker {
 public:
  Checker(std::span<const Weights> weights, std::vector<std::size_t>& used) : weights_(weights), used_(used) {}

  void run(Graph& graph, std::size_t times) {
    std::vector<bool> made(graph.tensors.size(), false);
    const auto known = [&](int t) { return t >= 0 && static_cast<std::size_t>(t) < graph.tensors.size(); };
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
      const Tensor& tensor = graph.tensors[t];
      made[t] = tensor.is_constant();
      if (tensor.is_constant() && static_cast<std::int64_t>(tensor.values.size()) != tensor.shape.size())
        throw InputError(fmt::format("network '{}': constant '{}' has {} values for shape {}", graph.name, tensor.name,
                                     tensor.values.size(), to_string(tensor.shape)));
    }
    const auto fail = [&](const Node& node, const std::string& what) {
      throw InputError(fmt::format("network '{}', node '{}': {}", graph.name, node.name, what));
    };
    for (int t : graph.inputs) {
      if (!known(t)) throw InputError(fmt::format("network '{}' has an input that is no tensor", graph.name));
      made[static_cast<std::size_t>(t)] = true;
    }
    for (Node& node : graph.nodes) {
      if (!names_.insert(node.name).second) fail(node, "another node has this name");
      std::vector<Shape> in;
      for (int t : node.in) {
        if (!known(t) || !made[static_cast<std::size_t>(t)]) fail(node, "reads a tensor that is not made before it");
        in.push_back(graph.tensors[static_cast<std::size_t>(t)].shape);
      }
      if (auto* loop = std::get_if<Loop>(&node.op); loop && loop->body) enter(*loop, times);
      std::vector<Shape> out;
      try {
        out = output_shapes(node.op, in, weights_);
      } catch (const InputError& e) {
        fail(node, e.what());
      }
      if (node.out.size() != out.size())
        fail(node, fmt::format("makes {} tensors, not {}", out.size(), node.out.size()));
      for (std::size_t i = 0; i < out.size(); ++i) {
        const int t = node.out[i];
        if (!known(t) || made[static_cast<std::size_t>(t)]) fail(node, "makes a tensor that is there already");
        made[static_cast<std::size_t>(t)] = true;
        const Shape& said = graph.tensors[static_cast<std::size_t>(t)].shape;
        if (said != out[i])
          fail(node, fmt::format("its output is declared as {} but it gives {}", to_string(said), to_string(out[i])));
      }
      if (auto* product = std::get_if<Product>(&node.op)) {
        std::size_t& used = used_[static_cast<std::size_t>(product->weights)];
        product->first_position = used;
        used += times * positions(*product, in[0], weights_);
      }
    }
    for (int t : graph.outputs)
      if (!known(t) || !made[static_cast<std::size_t>(t)])
        throw InputError(fmt::format("network '{}' has an output that no node makes", graph.name));
  }

 private:
  void enter(Loop& loop, std::size_t times) {
    auto body = std::make_shared<Graph>(*loop.body);
    run(*body, times * static_cast<std::size_t>(std::max(loop.steps, 1)));
    loop.body = std::move(body);
  }

  std::span<const Weights> weights_;
  std::vector<std::size_t>& used_;
  std::set<std::string> names_;
};

struct OpName {
  std::string_view operator()(const Product&) const { return "product"; }
  std::string_view operator()(const MultiplyTensors&) const { return "multiply-tensors"; }
  std::string_view operator()(const Arithmetic& a) const {
    constexpr std::string_view names[] = {"add",   "subtract", "multiply", "divide",
                                          "power", "largest",  "smallest", "leak"};
    return names[static_cast<std::size_t>(a.kind)];
  }
  std::string_view operator()(const Select&) const { return "select"; }
  std::string_view operator()(const Activate& a) const {
    constexpr std::string_view names[] = {
        "relu",      "leaky-relu",  "clip",      "sigmoid", "tanh",       "elu",      "selu",         "celu",
        "gelu",      "gelu-tanh",   "silu",      "mish",    "softplus",   "softsign", "hard-sigmoid", "hard-swish",
        "threshold", "exponential", "logarithm", "root",    "reciprocal", "absolute", "negate",       "sign",
        "floor",     "ceiling",     "round",     "erf",     "sine",       "cosine",   "quantize"};
    static_assert(std::size(names) == static_cast<std::size_t>(Activate::Kind::quantize) + 1);
    return names[static_cast<std::size_t>(a.kind)];
  }
  std::string_view operator()(const Diode&) const { return "diode"; }
  std::string_view operator()(const Neuron&) const { return "neuron"; }
  std::string_view operator()(const Pool& p) const {
    return p.kind == Pool::Kind::largest ? "max-pool" : "average-pool";
  }
  std::string_view operator()(const Reduce& r) const {
    constexpr std::string_view names[] = {"mean", "sum", "maximum", "minimum", "product-of", "sum-of-squares"};
    return names[static_cast<std::size_t>(r.kind)];
  }
  std::string_view operator()(const Normalize&) const { return "normalize"; }
  std::string_view operator()(const Softmax& s) const { return s.logarithm ? "log-softmax" : "softmax"; }
  std::string_view operator()(const Overlap&) const { return "overlap"; }
  std::string_view operator()(const Reshape&) const { return "reshape"; }
  std::string_view operator()(const Transpose&) const { return "transpose"; }
  std::string_view operator()(const Concat&) const { return "concat"; }
  std::string_view operator()(const Slice&) const { return "slice"; }
  std::string_view operator()(const Pad&) const { return "pad"; }
  std::string_view operator()(const Gather&) const { return "gather"; }
  std::string_view operator()(const Resize&) const { return "resize"; }
  std::string_view operator()(const Loop&) const { return "loop"; }
};

void add_nodes(const Graph& graph, std::size_t times, std::vector<PlacedNode>& nodes) {
  for (const Node& node : graph.nodes) {
    if (const auto* loop = std::get_if<Loop>(&node.op)) {
      add_nodes(*loop->body, times * static_cast<std::size_t>(loop->steps), nodes);
    } else {
      nodes.push_back({&graph, &node, times});
    }
  }
}

struct OnlyMoves {
  bool operator()(const auto&) const { return false; }
  bool operator()(const Reshape&) const { return true; }
  bool operator()(const Transpose&) const { return true; }
  bool operator()(const Concat&) const { return true; }
  bool operator()(const Slice&) const { return true; }
  bool operator()(const Pad&) const { return true; }
  bool operator()(const Gather&) const { return true; }
};

}  // namespace

std::int64_t Weights::count() const {
  std::int64_t cells = 0;
  for (const Panel& p : panels) cells += std::int64_t{p.rows} * p.columns;
  return cells;
}

std::size_t bytes_of(const Graph& graph) {
  std::size_t bytes = sizeof graph + graph.nodes.size() * sizeof(Node);
  for (const Tensor& t : graph.tensors) bytes += sizeof t + t.values.size() * sizeof(float);
  for (const Weights& w : graph.weights)
    bytes += sizeof w + static_cast<std::size_t>(w.count()) * sizeof(float) + w.bias.size() * sizeof(float);
  for (const Node& node : graph.nodes)
    if (const auto* loop = std::get_if<Loop>(&node.op)) bytes += bytes_of(*loop->body);
  return bytes;
}

std::size_t Graph::output_size() const {
  std::int64_t size = 0;
  for (int t : outputs) size += tensors[static_cast<std::size_t>(t)].shape.size();
  return static_cast<std::size_t>(size);
}

std::string_view name_of(const Op& op) { return std::visit(OpName{}, op); }

bool only_moves(const Op& op) { return std::visit(OnlyMoves{}, op); }

std::vector<PlacedNode> all_nodes(const Graph& graph) {
  std::vector<PlacedNode> nodes;
  add_nodes(graph, 1, nodes);
  return nodes;
}

int append(Graph& graph, std::string name, Op op, std::vector<int> in) {
  return append(graph, graph.weights, std::move(name), std::move(op), std::move(in));
}

int append(Graph& graph, std::span<const Weights> weights, std::string name, Op op, std::vector<int> in) {
  std::vector<Shape> shapes;
  for (int t : in) shapes.push_back(graph.tensors.at(static_cast<std::size_t>(t)).shape);
  std::vector<Shape> made;
  try {
    made = output_shapes(op, shapes, weights);
  } catch (const InputError& e) {
    throw InputError(fmt::format("network '{}', node '{}': {}", graph.name, name, e.what()));
  }
  Node node{std::move(name), std::move(op), std::move(in), {}};
  for (std::size_t i = 0; i < made.size(); ++i) {
    node.out.push_back(static_cast<int>(graph.tensors.size()));
    graph.tensors.push_back({i == 0 ? node.name : fmt::format("{}.{}", node.name, i + 1), made[i], {}});
  }
  graph.nodes.push_back(std::move(node));
  return graph.nodes.back().out.front();
}

void check(Graph& graph) {
  if (graph.nodes.empty()) throw InputError(fmt::format("network '{}' has no nodes", graph.name));
  if (graph.inputs.empty() || graph.outputs.empty())
    throw InputError(fmt::format("network '{}' has {} inputs and {} outputs", graph.name, graph.inputs.size(),
                                 graph.outputs.size()));
  std::set<std::string> names;
  for (const Weights& w : graph.weights) {
    check_panels(w);
    if (!names.insert(w.name).second) throw InputError(fmt::format("two weights are called '{}'", w.name));
  }
  std::vector<std::size_t> used(graph.weights.size(), 0);
  Checker(graph.weights, used).run(graph, 1);
  for (std::size_t i = 0; i < used.size(); ++i)
    if (used[i] == 0) throw InputError(fmt::format("weights '{}' belong to no product", graph.weights[i].name));
}

}  // namespace bitline::workloads
