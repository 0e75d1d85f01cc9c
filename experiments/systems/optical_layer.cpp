// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/optical_layer.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitline::experiments {

namespace {

// Responsivities on one side or the other: w = (R+ - R-), of which one is 0.
void round_column(workloads::Panel& panel, int column, int highest) {
  float largest = 0;
  const auto at = [&](int row) -> float& {
    return panel.weights[static_cast<std::size_t>(row) * static_cast<std::size_t>(panel.columns) +
                         static_cast<std::size_t>(column)];
  };
  for (int row = 0; row < panel.rows; ++row) largest = std::max(largest, std::abs(at(row)));
  if (largest == 0) return;
  const double step = double{largest} / highest;
  for (int row = 0; row < panel.rows; ++row) at(row) = static_cast<float>(std::nearbyint(at(row) / step) * step);
}

}  // namespace

workloads::Graph with_responsivities(workloads::Graph front, const arch::OpticalLayer& layer, const Random* chip) {
  std::uint32_t place = 0;
  for (workloads::Panel& panel : front.weights.front().panels) {
    for (int column = 0; column < panel.columns; ++column) round_column(panel, column, (1 << layer.bits) - 1);
    if (!chip || layer.spread == 0) continue;
    std::vector<float> z((panel.weights.size() + 3) / 4 * 4);
    chip->normals({Purpose::responsivity, 0, place, 0, 0}, z);
    place += static_cast<std::uint32_t>(z.size() / 4);
    for (std::size_t i = 0; i < panel.weights.size(); ++i)  // a responsivity is never negative
      panel.weights[i] *= std::max(0.f, 1 + static_cast<float>(layer.spread) * z[i]);
  }
  return front;
}

}  // namespace bitline::experiments
