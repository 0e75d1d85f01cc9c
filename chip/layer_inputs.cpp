// SPDX-License-Identifier: Apache-2.0
#include "chip/layer_inputs.h"

#include <algorithm>

#include "base/parallel.h"
#include "workloads/interpret.h"

namespace bitline::chip {
namespace {

// Whether a sample's position is among those taken.
bool taken(std::size_t sample, std::size_t position, std::size_t positions, std::size_t each) {
  const std::size_t start = (sample * 7919 + positions / 2) % positions,
                    stride = std::max<std::size_t>(1, positions / each);
  const std::size_t distance = (position + positions - start) % positions;
  return distance % stride == 0 && distance / stride < each;
}

}  // namespace

LayerInputs layer_inputs(const workloads::IntegerGraph& network, const workloads::Samples& samples, std::size_t count,
                         std::size_t positions_each) {
  using workloads::IntegerWeights, workloads::Vectors;
  constexpr std::size_t batch = 8;
  count = std::min(count, samples.count());
  std::vector<LayerInputs> parts((count + batch - 1) / batch, LayerInputs(network.weights.size()));
  parallel_for(parts.size(), [&](std::size_t part) {
    const std::size_t first = part * batch, n = std::min(batch, count - first);
    interpret(network, samples.of(first, n), first,
              [&](const workloads::IntegerWeights& w, std::span<const std::int16_t> in, const workloads::Vectors& v,
                  std::span<double> sums) {
                multiply_exactly(w, in, v, sums);
                std::vector<std::int16_t>& kept = parts[part][static_cast<std::size_t>(w.index)];
                const auto rows = static_cast<std::size_t>(w.rows);
                for (std::size_t k = 0; k < v.count; ++k)
                  if (taken(v.first_sample + k / v.positions, v.first_position + k % v.positions, w.positions,
                            positions_each))
                    kept.insert(kept.end(), in.begin() + static_cast<std::ptrdiff_t>(k * rows),
                                in.begin() + static_cast<std::ptrdiff_t>((k + 1) * rows));
              });
  });
  LayerInputs all(network.weights.size());
  for (const LayerInputs& part : parts)
    for (std::size_t l = 0; l < all.size(); ++l) all[l].insert(all[l].end(), part[l].begin(), part[l].end());
  return all;
}

}  // namespace bitline::chip
