// SPDX-License-Identifier: Apache-2.0
// Small graphs and samples for the tests of this folder.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "workloads/graph.h"
#include "workloads/integer_graph.h"

namespace bitline::test {

class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : random_(seed, 0) {}
  std::uint32_t bits() { return random_.bits({.purpose = Purpose::test, .place = next_++})[0]; }
  int between(int low, int high) { return low + static_cast<int>(bits() % static_cast<std::uint32_t>(high - low + 1)); }
  float real() { return static_cast<float>(between(-1000, 1000)) / 1000.f; }  // -1..1
  std::vector<float> reals(std::size_t n) {
    std::vector<float> x(n);
    for (float& v : x) v = real();
    return x;
  }
  // Bytes divided by 255.
  std::vector<float> pixels(std::size_t n) {
    std::vector<float> x(n);
    for (float& v : x) v = static_cast<float>(between(0, 255)) / 255.f;
    return x;
  }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

// A graph, node by node; each reads the one before unless told otherwise.
struct GraphMaker {
  workloads::Graph graph;
  int flow = 0;

  explicit GraphMaker(std::vector<int> input) {
    graph.name = "test";
    graph.tensors.push_back({"x", {std::move(input)}, {}});
    graph.inputs = {0};
  }
  int add(workloads::Op op, std::vector<int> in = {}) {
    if (in.empty()) in = {flow};
    flow = workloads::append(graph, fmt::format("node{}", graph.nodes.size()), std::move(op), std::move(in));
    return flow;
  }
  int constant(std::vector<int> dims, std::vector<float> values) {
    graph.tensors.push_back({"constant", {std::move(dims)}, std::move(values)});
    return static_cast<int>(graph.tensors.size()) - 1;
  }
  int product(workloads::Weights weights, std::optional<workloads::Window> window = {}, std::vector<int> in = {}) {
    weights.name = fmt::format("node{}", graph.nodes.size());
    graph.weights.push_back(std::move(weights));
    return add(workloads::Product{static_cast<int>(graph.weights.size()) - 1, window, 0}, std::move(in));
  }
  int activate(workloads::Activate::Kind kind) { return add(workloads::Activate{.kind = kind}); }
  std::shared_ptr<const workloads::Graph> finish() {
    if (graph.outputs.empty()) graph.outputs = {flow};
    workloads::check(graph);
    return std::make_shared<const workloads::Graph>(graph);
  }
};

inline workloads::Weights dense(int rows, int columns, std::vector<float> weights, std::vector<float> bias = {}) {
  return {"", rows, columns, {{0, 0, rows, columns, std::move(weights)}}, std::move(bias)};
}
inline workloads::Weights dense(Numbers& numbers, int rows, int columns) {
  auto weights = numbers.reals(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  return dense(rows, columns, std::move(weights), numbers.reals(static_cast<std::size_t>(columns)));
}
// `groups` panels along the diagonal.
inline workloads::Weights grouped(Numbers& numbers, int groups, int rows, int columns) {
  workloads::Weights w{
      "", groups * rows, groups * columns, {}, numbers.reals(static_cast<std::size_t>(groups * columns))};
  for (int g = 0; g < groups; ++g)
    w.panels.push_back({g * rows, g * columns, rows, columns, numbers.reals(static_cast<std::size_t>(rows * columns))});
  return w;
}

inline auto code_bits(int weight_bits, int input_bits,
                      workloads::WeightScale scale = workloads::WeightScale::per_tensor) {
  return [=](int, const std::string&) {
    return workloads::LayerQuantization{.weight_bits = weight_bits, .input_bits = input_bits, .weight_scale = scale};
  };
}

// The same with a range of inputs of its own.
inline auto ranged(workloads::LayerQuantization bits, double coverage,
                   workloads::InputRange range = workloads::InputRange::coverage) {
  bits.input_range = range, bits.input_coverage = coverage;
  return [=](int, const std::string&) { return bits; };
}

// What an InputError says; "no error" when there is none.
inline std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace bitline::test
