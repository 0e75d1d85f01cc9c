// SPDX-License-Identifier: Apache-2.0
#include "sim/row_conductance.h"

namespace bitline {

std::vector<double> row_conductances(const Chip& chip,
                                     const std::function<void(std::size_t block, int row, double& total_S)>& add) {
  const Config& config = chip.config;
  const auto rows = static_cast<std::size_t>(config.array.rows);
  std::vector<double> total_S(static_cast<std::size_t>(chip.placement.arrays_used) * rows, 0);
  std::vector<int> columns_used(total_S.size(), 0);
  std::size_t number = 0;
  for (const auto& plan : chip.layers)
    for (const auto& block : plan.mapped->blocks) {
      for (int r = 0; r < block.rows; ++r) {
        const std::size_t at =
            static_cast<std::size_t>(block.array) * rows + static_cast<std::size_t>(block.array_row + r);
        add(number, r, total_S[at]);
        columns_used[at] += block.columns * plan.cell().columns_per_weight;
      }
      ++number;
    }
  if (config.mapping.unused == Unused::g_min) {
    const int per_column = std::holds_alternative<SignWeightedCell>(config.cell) ? 2 : 1;
    for (std::size_t at = 0; at < total_S.size(); ++at)
      total_S[at] += (config.array.columns - columns_used[at]) * per_column * config.device.g_min_S;
  }
  return total_S;
}

}  // namespace bitline
