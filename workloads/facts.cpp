// SPDX-License-Identifier: Apache-2.0
#include "workloads/facts.h"

#include <algorithm>

namespace bitline::workloads {
namespace {

bool activation_is_nonnegative(const Activate& a, bool before) {
  using Kind = Activate::Kind;
  switch (a.kind) {
    case Kind::relu:
    case Kind::sigmoid:
    case Kind::hard_sigmoid:
    case Kind::softplus:
    case Kind::exponential:
    case Kind::square_root:
    case Kind::absolute:
      return true;
    case Kind::leaky_relu:
      return before || a.alpha <= 0;
    case Kind::clip:
      return a.low >= 0 || (before && a.high >= 0);
    case Kind::threshold:
      return before || a.alpha >= 0;
    case Kind::quantize:
      return before || a.low >= 0;
    case Kind::negate:
    case Kind::logarithm:
    case Kind::sine:
    case Kind::cosine:
      return false;
    case Kind::hard_swish:
    case Kind::tanh:
    case Kind::elu:
    case Kind::selu:
    case Kind::celu:
    case Kind::gelu:
    case Kind::gelu_tanh:
    case Kind::silu:
    case Kind::mish:
    case Kind::softsign:
    case Kind::reciprocal:
    case Kind::sign:
    case Kind::floor:
    case Kind::ceiling:
    case Kind::round:
    case Kind::erf:
      return before;
  }
  return false;
}

bool at_least_zero(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float v) { return v >= 0; });
}

struct Nonnegative {
  const std::vector<Facts>& in;

  bool all() const {
    return std::ranges::all_of(in, [](const Facts& f) { return f.nonnegative; });
  }
  bool operator()(const Product&) const { return false; }
  bool operator()(const Arithmetic& a) const {
    using Kind = Arithmetic::Kind;
    if (a.kind == Kind::subtract) return false;
    if (a.kind == Kind::largest) return in[0].nonnegative || in[1].nonnegative;
    return a.kind == Kind::leak || a.kind == Kind::power ? in[0].nonnegative : all();
  }
  bool operator()(const Select&) const { return in[1].nonnegative && in[2].nonnegative; }
  bool operator()(const Activate& a) const { return activation_is_nonnegative(a, in[0].nonnegative); }
  bool operator()(const Diode& d) const { return in[0].nonnegative && d.noise == 0; }
  bool operator()(const Neuron&) const { return true; }
  bool operator()(const Reduce& r) const { return in[0].nonnegative || r.kind == Reduce::Kind::sum_of_squares; }
  bool operator()(const Normalize& n) const { return in[0].nonnegative && !n.centred; }
  bool operator()(const Softmax& s) const { return !s.logarithm; }
  bool operator()(const Pad& p) const { return in[0].nonnegative && p.value >= 0; }
  bool operator()(const Gather&) const { return in[0].nonnegative; }
  bool operator()(const Resize& r) const { return in[0].nonnegative && at_least_zero(r.weight); }
  bool operator()(const Loop&) const { return false; }
  bool operator()(const auto&) const { return all(); }  // moves, pools, sums of products
};

// Moves and maxima give values that were there before.
bool only_chooses(const Op& op) {
  const auto* pool = std::get_if<Pool>(&op);
  const auto* pad = std::get_if<Pad>(&op);
  return pad ? pad->value == 0 : only_moves(op) || (pool && pool->kind == Pool::Kind::largest);
}

// Every output is the mean of as many values.
bool averages_whole_windows(const Pool& pool) {
  const Window& w = pool.window;
  return pool.kind == Pool::Kind::average && !pool.ceil_mode &&
         w.pad_top + w.pad_left + w.pad_bottom + w.pad_right == 0;
}

std::optional<Steps> steps_after(const Op& op, const std::vector<Facts>& in) {
  const auto* a = std::get_if<Activate>(&op);
  if (a && a->kind == Activate::Kind::quantize) return Steps{a->alpha, a->low, a->high};
  if (const auto* n = std::get_if<Neuron>(&op)) return Steps{1.0 / n->pulses, 0, static_cast<double>(n->pulses)};
  if (in.size() != 1 || !in[0].steps) return {};
  if (const auto* pool = std::get_if<Pool>(&op); pool && averages_whole_windows(*pool)) {
    const double n = pool->window.kernel_height * pool->window.kernel_width;
    return Steps{in[0].steps->step / n, in[0].steps->lowest * n, in[0].steps->highest * n};
  }
  if (only_chooses(op)) return in[0].steps;
  if (a && a->kind == Activate::Kind::relu)
    return Steps{in[0].steps->step, std::max(in[0].steps->lowest, 0.0), std::max(in[0].steps->highest, 0.0)};
  return {};
}

Facts facts_after(const Node& node, const std::vector<Facts>& in) {
  Facts out{std::visit(Nonnegative{in}, node.op), false, steps_after(node.op, in)};
  const bool looks_up = std::holds_alternative<Gather>(node.op) && in.size() == 2;
  out.pixels = only_chooses(node.op) && !looks_up && std::ranges::all_of(in, &Facts::pixels);
  return out;
}

}  // namespace

std::vector<Facts> facts_of(const Graph& graph, const std::vector<Facts>& inputs) {
  std::vector<Facts> facts(graph.tensors.size());
  for (std::size_t t = 0; t < facts.size(); ++t)
    facts[t].nonnegative = graph.tensors[t].is_constant() && at_least_zero(graph.tensors[t].values);
  for (std::size_t i = 0; i < inputs.size(); ++i) facts[static_cast<std::size_t>(graph.inputs[i])] = inputs[i];
  for (const Node& node : graph.nodes) {
    std::vector<Facts> in;
    for (int t : node.in) in.push_back(facts[static_cast<std::size_t>(t)]);
    for (int t : node.out) facts[static_cast<std::size_t>(t)] = facts_after(node, in);
  }
  return facts;
}

std::vector<Facts> facts_in_loop(const Loop& loop, const std::vector<Facts>& in) {
  std::vector<Facts> inside = in;
  const auto carried = static_cast<std::size_t>(loop.carried);
  for (std::size_t i = 0; i < carried; ++i) inside[i] = {in[i].nonnegative, false, {}};
  // A carried tensor is what it is before the loop and after each step.
  for (bool changed = true; changed;) {
    changed = false;
    const std::vector<Facts> body = facts_of(*loop.body, inside);
    for (std::size_t i = 0; i < carried; ++i)
      if (inside[i].nonnegative && !body[static_cast<std::size_t>(loop.body->outputs[i])].nonnegative) {
        inside[i].nonnegative = false;
        changed = true;
      }
  }
  return inside;
}

}  // namespace bitline::workloads
