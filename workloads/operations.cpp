// SPDX-License-Identifier: Apache-2.0
#include "workloads/operations.h"

#include <algorithm>

#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

// What one value costs, as the formulas of compute_elements.cpp have it. Powers and the error function are counted as
// an exponential and a multiplication (polynomials in the exponent).
Operations of_activation(Activate::Kind kind) {
  using Kind = Activate::Kind;
  switch (kind) {
    case Kind::relu:
    case Kind::clip:
    case Kind::threshold:
    case Kind::absolute:
    case Kind::negate:
    case Kind::sign:
    case Kind::floor:
    case Kind::ceiling:
    case Kind::round:
      return {.comparisons = 1};
    case Kind::leaky_relu:
      return {.multiplications = 1, .comparisons = 1};
    case Kind::sigmoid:
      return {.additions = 1, .divisions = 1, .exponentials = 1};
    case Kind::silu:
      return {.additions = 1, .multiplications = 1, .divisions = 1, .exponentials = 1};
    case Kind::tanh:  // (1 - e^-2x) / (1 + e^-2x)
      return {.additions = 2, .multiplications = 1, .divisions = 1, .exponentials = 1};
    case Kind::elu:
    case Kind::celu:
      return {.additions = 1, .multiplications = 1, .exponentials = 1, .comparisons = 1};
    case Kind::selu:
      return {.additions = 1, .multiplications = 2, .exponentials = 1, .comparisons = 1};
    case Kind::gelu:
      return {.additions = 1, .multiplications = 4, .exponentials = 1};
    case Kind::gelu_tanh:
      return {.additions = 4, .multiplications = 6, .divisions = 1, .exponentials = 1};
    case Kind::mish:
      return {.additions = 3, .multiplications = 2, .divisions = 1, .exponentials = 3, .comparisons = 1};
    case Kind::softplus:
      return {.additions = 2, .exponentials = 2, .comparisons = 1};
    case Kind::softsign:
      return {.additions = 1, .divisions = 1, .comparisons = 1};
    case Kind::hard_sigmoid:
      return {.additions = 1, .multiplications = 1, .comparisons = 2};
    case Kind::hard_swish:
      return {.additions = 1, .multiplications = 2, .comparisons = 2};
    case Kind::exponential:
    case Kind::logarithm:
    case Kind::sine:
    case Kind::cosine:
      return {.exponentials = 1};
    case Kind::erf:
      return {.multiplications = 1, .exponentials = 1};
    case Kind::square_root:
    case Kind::reciprocal:
      return {.divisions = 1};
    case Kind::quantize:
      return {.multiplications = 2, .comparisons = 3};
  }
  return {};
}

Operations of_arithmetic(Arithmetic::Kind kind) {
  using Kind = Arithmetic::Kind;
  switch (kind) {
    case Kind::add:
    case Kind::subtract:
      return {.additions = 1};
    case Kind::multiply:
      return {.multiplications = 1};
    case Kind::divide:
      return {.divisions = 1};
    case Kind::power:
      return {.multiplications = 1, .exponentials = 1};
    case Kind::largest:
    case Kind::smallest:
      return {.comparisons = 1};
    case Kind::leak:
      return {.multiplications = 1, .comparisons = 1};
  }
  return {};
}

struct Counter {
  const Graph& graph;
  std::span<const Weights> weights;
  const Node& node;
  double bytes_of_value;

  const Tensor& tensor(int t) const { return graph.tensors[static_cast<std::size_t>(t)]; }
  const Tensor& in(std::size_t i) const { return tensor(node.in[i]); }
  double made() const { return static_cast<double>(tensor(node.out.front()).shape.size()); }
  double read() const { return static_cast<double>(in(0).shape.size()); }
  // A square needs no logarithm.
  bool squares() const {
    const std::vector<float>& exponent = in(1).values;
    return std::ranges::all_of(exponent, [](float v) { return v == 2; }) && !exponent.empty();
  }

  Operations operator()(const Product& p) const {
    const Weights& w = weights[static_cast<std::size_t>(p.weights)];
    const auto vectors = static_cast<double>(positions(p, in(0).shape, weights));
    const auto biases = static_cast<double>(std::ranges::count_if(w.bias, [](float b) { return b != 0; }));
    return {.macs = vectors * static_cast<double>(w.count()), .additions = vectors * biases};
  }
  Operations operator()(const MultiplyTensors&) const { return {.macs = made() * in(0).shape.from_end(0)}; }
  Operations operator()(const Arithmetic& a) const {
    if (a.kind == Arithmetic::Kind::power && squares()) return {.multiplications = made()};
    return made() * of_arithmetic(a.kind);
  }
  Operations operator()(const Select&) const { return {.comparisons = made()}; }
  Operations operator()(const Activate& a) const { return made() * of_activation(a.kind); }
  Operations operator()(const Pool& p) const {
    const double seen = made() * p.window.kernel_height * p.window.kernel_width;
    if (p.kind == Pool::Kind::largest) return {.comparisons = seen - made()};
    return {.additions = seen - made(), .multiplications = made()};  // by the reciprocal of a constant number
  }
  Operations operator()(const Reduce& r) const {
    using Kind = Reduce::Kind;
    const double steps = read() - made();
    switch (r.kind) {
      case Kind::mean:
        return {.additions = steps, .multiplications = made()};
      case Kind::sum:
        return {.additions = steps};
      case Kind::sum_of_squares:
        return {.additions = steps, .multiplications = read()};
      case Kind::product:
        return {.multiplications = steps};
      case Kind::largest:
      case Kind::smallest:
        return {.comparisons = steps};
    }
    return {};
  }
  Operations operator()(const Normalize& n) const {
    double groups = read();
    for (int axis : n.axes) groups /= in(0).shape.dims[static_cast<std::size_t>(axis)];
    // Mean; differences; squares and their sum; root and reciprocal; scaling.
    const double once = n.centred ? 2 * read() : 0;
    return {.additions = once + read(), .multiplications = 2 * read() + 2 * groups, .divisions = 2 * groups};
  }
  Operations operator()(const Softmax& s) const {
    const double groups = read() / in(0).shape.dims[static_cast<std::size_t>(s.axis)];
    if (s.logarithm)
      return {.additions = 3 * read() - groups, .exponentials = read() + groups, .comparisons = read() - groups};
    return {.additions = 2 * read() - groups,
            .multiplications = read(),
            .divisions = groups,
            .exponentials = read(),
            .comparisons = read() - groups};
  }
  Operations operator()(const Overlap& o) const { return {.additions = read() + (o.bias.empty() ? 0 : made())}; }
  Operations operator()(const Resize& r) const {
    const bool copies = r.taps == 1 && std::ranges::all_of(r.weight, [](float w) { return w == 1; });
    if (copies) return {};
    return {.additions = made() * (r.taps - 1), .multiplications = made() * r.taps};
  }
  Operations operator()(const Loop& loop) const {
    Operations all;
    for (const Node& inner : loop.body->nodes) all += count(*loop.body, weights, inner, bytes_of_value);
    return static_cast<double>(loop.steps) * all;
  }
  Operations operator()(const auto&) const { return {}; }  // moves

  static Operations count(const Graph& graph, std::span<const Weights> weights, const Node& node,
                          double bytes_of_value) {
    Operations all = std::visit(Counter{graph, weights, node, bytes_of_value}, node.op);
    // A product's traffic is that of arrays; a loop's is that of its nodes; a reshape moves nothing.
    if (std::holds_alternative<Product>(node.op) || std::holds_alternative<Loop>(node.op) ||
        std::holds_alternative<Reshape>(node.op))
      return all;
    double values = 0;
    for (const auto* tensors : {&node.in, &node.out})
      for (int t : *tensors) values += static_cast<double>(graph.tensors[static_cast<std::size_t>(t)].shape.size());
    all.bytes += values * bytes_of_value;
    return all;
  }
};

}  // namespace

Operations& Operations::operator+=(const Operations& o) {
  macs += o.macs;
  additions += o.additions;
  multiplications += o.multiplications;
  divisions += o.divisions;
  exponentials += o.exponentials;
  comparisons += o.comparisons;
  bytes += o.bytes;
  return *this;
}

Operations operator*(double times, Operations o) {
  o.macs *= times;
  o.additions *= times;
  o.multiplications *= times;
  o.divisions *= times;
  o.exponentials *= times;
  o.comparisons *= times;
  o.bytes *= times;
  return o;
}

Operations operations(const Graph& graph, const Node& node, double bytes_of_value) {
  return Counter::count(graph, graph.weights, node, bytes_of_value);
}

Operations operations(const Graph& graph, const PlacedNode& placed, double bytes_of_value) {
  return static_cast<double>(placed.times) * Counter::count(*placed.graph, graph.weights, *placed.node, bytes_of_value);
}

}  // namespace bitline::workloads
