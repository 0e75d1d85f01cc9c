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
    for (const auto& block : plan.blocks) {
      for (int r = 0; r < block.rows; ++r) {
        const std::size_t at =
            static_cast<std::size_t>(block.array) * rows + static_cast<std::size_t>(block.array_row + r);
        add(number, r, total_S[at]);
        columns_used[at] += block.columns * plan.cell.columns_per_weight;
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

std::vector<double> sums_of_codes(const CellLayout& cell, const Device& device, const OfTarget& of) {
  std::vector<double> sums;
  for (int code = -cell.highest; code <= cell.highest; ++code) {
    double sum = 0;
    for (int s = 0; s < cell.slices; ++s) {
      const Targets t = targets(cell, device, cell.digit(code, s));
      sum += of(t.positive_S);
      if (cell.devices_per_slice() == 2) sum += of(t.negative_S);
    }
    sums.push_back(sum);
  }
  return sums;
}

double block_sum(const Config& config, const LayerPlan& plan, const Block& block, const std::vector<double>& of_codes) {
  const MatrixLayer& m = plan.matrix;
  if (m.weights.empty())
    return static_cast<double>(block.rows) * block.columns *
           probabilities(config.workload.weights, m.weight_bits).mean(of_codes);
  double sum = 0;
  for (int r = 0; r < block.rows; ++r) {
    const std::int16_t* row =
        m.weights.data() + static_cast<std::size_t>(block.row + r) * static_cast<std::size_t>(m.columns) + block.column;
    for (int c = 0; c < block.columns; ++c) sum += of_codes[static_cast<std::size_t>(row[c] + plan.cell.highest)];
  }
  return sum;
}

}  // namespace bitline
