// SPDX-License-Identifier: Apache-2.0
#include "chip/layer_inputs.h"

#include <algorithm>

#include "base/parallel.h"
#include "workloads/interpret.h"

namespace bitline::chip {
namespace {

std::size_t stride_of(std::size_t positions, std::size_t each) { return std::max<std::size_t>(1, positions / each); }

bool has_loops(const workloads::Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const auto& n) { return std::holds_alternative<workloads::Loop>(n.op); });
}

// Codes of what is taken of each sample.
std::size_t codes_of_sample(const workloads::IntegerWeights& w, std::size_t each) {
  const std::size_t stride = stride_of(w.positions, each);
  return std::min(each, (w.positions + stride - 1) / stride) * static_cast<std::size_t>(w.rows);
}

// Whether a sample's position is among those taken.
bool taken(std::size_t sample, std::size_t position, std::size_t positions, std::size_t each) {
  const std::size_t start = (sample * 7919 + positions / 2) % positions, stride = stride_of(positions, each);
  const std::size_t distance = (position + positions - start) % positions;
  return distance % stride == 0 && distance / stride < each;
}

}  // namespace

LayerInputs layer_inputs(const workloads::IntegerGraph& network, const workloads::Samples& samples, std::size_t count,
                         std::size_t positions_each) {
  using workloads::IntegerWeights, workloads::Vectors;
  // Part of the result where there are loops, whose steps come one after another for all samples of a batch.
  constexpr std::size_t most = 8;
  const std::size_t batch = has_loops(*network.graph) ? most : samples_together(*network.graph, most);
  count = std::min(count, samples.count());
  LayerInputs all;
  for (const IntegerWeights& w : network.weights) all.emplace_back(count * codes_of_sample(w, positions_each));
  const workloads::ExactProducts multiply(network);
  parallel_for((count + batch - 1) / batch, [&](std::size_t part) {
    const std::size_t first = part * batch, n = std::min(batch, count - first);
    std::vector<std::int16_t*> next;
    for (const IntegerWeights& w : network.weights)
      next.push_back(all[next.size()].data() + first * codes_of_sample(w, positions_each));
    interpret(network, samples.of(first, n), first,
              [&](const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& v, std::span<double> sums) {
                multiply(w, in, v, sums);
                std::int16_t*& to = next[static_cast<std::size_t>(w.index)];
                const auto rows = static_cast<std::size_t>(w.rows);
                for (std::size_t k = 0; k < v.count; ++k)
                  if (taken(v.first_sample + k / v.positions, v.first_position + k % v.positions, w.positions,
                            positions_each))
                    to = std::copy_n(in.data() + k * rows, rows, to);
              });
  });
  return all;
}

}  // namespace bitline::chip
