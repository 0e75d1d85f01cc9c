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

std::vector<double> conductances_of_codes(const CellLayout& cell, const Device& device) {
  std::vector<double> g_S;
  for (int code = -cell.highest; code <= cell.highest; ++code) {
    double sum = 0;
    for (int s = 0; s < cell.slices; ++s) {
      const Targets t = targets(cell, device, cell.digit(code, s));
      sum += t.positive_S + t.negative_S;
    }
    g_S.push_back(sum);
  }
  return g_S;
}

double target_sum_S(const Config& config, const LayerPlan& plan) {
  const std::vector<double> g_S = conductances_of_codes(plan.cell(), config.device);
  const MatrixLayer& m = *plan.matrix;
  if (m.weights.empty())
    return static_cast<double>(m.rows) * m.columns * probabilities(config.workload.weights, m.weight_bits).mean(g_S);
  double sum_S = 0;
  for (const std::int16_t w : m.weights) sum_S += g_S[static_cast<std::size_t>(w + plan.cell().highest)];
  return sum_S;
}

}  // namespace bitline
