// SPDX-License-Identifier: Apache-2.0
#include "workloads/operations.h"

#include <algorithm>

#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

// What one value costs a unit that tabulates tanh, erf, the logistic function, the logarithm and the sine.
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
    case Kind::silu:  // x times the logistic function
      return {.multiplications = 1, .lookups = 1};
    case Kind::elu:
    case Kind::celu:
      return {.additions = 1, .multiplications = 1, .comparisons = 1, .exponentials = 1};
    case Kind::selu:
      return {.additions = 1, .multiplications = 2, .comparisons = 1, .exponentials = 1};
    case Kind::gelu:  // 0.5 x (1 + erf(x / sqrt 2))
      return {.additions = 1, .multiplications = 3, .lookups = 1};
    case Kind::gelu_tanh:  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
      return {.additions = 2, .multiplications = 6, .lookups = 1};
    case Kind::mish:  // x n / (n + 2), n = e^x (e^x + 2); x itself where e^x is large
      return {.additions = 2, .multiplications = 2, .comparisons = 1, .exponentials = 1, .divisions = 1};
    case Kind::softplus:  // log(1 + e^x); x itself where it is large
      return {.additions = 1, .comparisons = 1, .exponentials = 1, .lookups = 1};
    case Kind::softsign:
      return {.additions = 1, .comparisons = 1, .divisions = 1};
    case Kind::hard_sigmoid:
      return {.additions = 1, .multiplications = 1, .comparisons = 2};
    case Kind::hard_swish:
      return {.additions = 1, .multiplications = 2, .comparisons = 2};
    case Kind::exponential:
      return {.exponentials = 1};
    case Kind::sigmoid:
    case Kind::tanh:
    case Kind::erf:
    case Kind::logarithm:
    case Kind::sine:
    case Kind::cosine:
      return {.lookups = 1};
    case Kind::square_root:
      return {.square_roots = 1};
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
    case Kind::power:  // e^(exponent log x)
      return {.multiplications = 1, .exponentials = 1, .lookups = 1};
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
  Operations operator()(const Diode&) const { return {}; }  // analog devices: no work for a digital unit
  // Spikes are counted; what makes them is no digital operation.
  Operations operator()(const Neuron& n) const { return {.additions = made() * n.pulses}; }
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
    return {.additions = once + read(),
            .multiplications = 2 * read() + 2 * groups,
            .divisions = groups,
            .square_roots = groups};
  }
  Operations operator()(const Softmax& s) const {
    const double groups = read() / in(0).shape.dims[static_cast<std::size_t>(s.axis)];
    if (s.logarithm)
      return {
          .additions = 3 * read() - groups, .comparisons = read() - groups, .exponentials = read(), .lookups = groups};
    return {.additions = 2 * read() - groups,
            .multiplications = read(),
            .comparisons = read() - groups,
            .exponentials = read(),
            .divisions = groups};
  }
  Operations operator()(const Overlap& o) const { return {.additions = read() + (o.bias.empty() ? 0 : made())}; }
  Operations operator()(const Resize& r) const {
    const bool copies = r.taps == 1 && std::ranges::all_of(r.weight, [](float w) { return w == 1; });
    if (copies) return {};
    return {.additions = made() * (r.taps - 1), .multiplications = made() * r.taps};
  }
  Operations operator()(const Loop& loop) const {
    Operations all;
    for (const Node& inner : loop.body->nodes) all += count(*loop.body, weights, inner);
    return static_cast<double>(loop.steps) * all;
  }
  Operations operator()(const auto&) const { return {}; }  // moves

  static Operations count(const Graph& graph, std::span<const Weights> weights, const Node& node) {
    Operations all = std::visit(Counter{graph, weights, node}, node.op);
    // A product's traffic is that of arrays; a loop's is that of its nodes; a reshape moves nothing.
    if (std::holds_alternative<Product>(node.op) || std::holds_alternative<Loop>(node.op) ||
        std::holds_alternative<Reshape>(node.op))
      return all;
    // A softmax reads its input for the maximum, for the sum and for the results.
    const double reads = std::holds_alternative<Softmax>(node.op) ? 3 : 1;
    const auto size = [&](int t) {
      return static_cast<double>(graph.tensors[static_cast<std::size_t>(t)].shape.size());
    };
    for (int t : node.in) all.values_read += reads * size(t);
    for (int t : node.out) all.values_written += size(t);
    return all;
  }
};

}  // namespace

Operations& Operations::operator+=(const Operations& o) {
  macs += o.macs;
  additions += o.additions;
  multiplications += o.multiplications;
  comparisons += o.comparisons;
  exponentials += o.exponentials;
  divisions += o.divisions;
  square_roots += o.square_roots;
  lookups += o.lookups;
  values_read += o.values_read;
  values_written += o.values_written;
  return *this;
}

Operations operator*(double times, Operations o) {
  o.macs *= times;
  o.additions *= times;
  o.multiplications *= times;
  o.comparisons *= times;
  o.exponentials *= times;
  o.divisions *= times;
  o.square_roots *= times;
  o.lookups *= times;
  o.values_read *= times;
  o.values_written *= times;
  return o;
}

Operations operations(const Graph& graph, const Node& node) { return Counter::count(graph, graph.weights, node); }

Operations operations(const Graph& graph, const PlacedNode& placed) {
  return static_cast<double>(placed.times) * Counter::count(*placed.graph, graph.weights, *placed.node);
}

}  // namespace bitline::workloads
