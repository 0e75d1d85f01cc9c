// SPDX-License-Identifier: Apache-2.0
#include "chip/row_conductance.h"

namespace bitline::chip {

using arch::Config;

namespace {

// What the cells that no block uses add to rows of which `columns_used` columns are used.
void add_unused(const Config& config, std::span<const int> columns_used, std::span<double> total_S) {
  if (config.mapping.unused != arch::Unused::g_min) return;
  const int per_column = std::holds_alternative<array::SignWeightedCell>(config.cell) ? 2 : 1;
  for (std::size_t at = 0; at < total_S.size(); ++at)
    total_S[at] += (config.array.columns - columns_used[at]) * per_column * config.device.g_min_S;
}

// sums[row] += each value of the row (rows, values of a row), in order; some rows side by side to hide each other's
// latency.
void add_rows(std::span<const double> values, std::size_t rows, double* sums) {
  constexpr std::size_t together = 8;
  const std::size_t width = values.size() / rows;
  std::size_t r = 0;
  for (; r + together <= rows; r += together) {
    const double* const first = values.data() + r * width;
    double sum[together];
    for (std::size_t i = 0; i < together; ++i) sum[i] = sums[r + i];
    for (std::size_t k = 0; k < width; ++k)
      for (std::size_t i = 0; i < together; ++i) sum[i] += first[i * width + k];
    for (std::size_t i = 0; i < together; ++i) sums[r + i] = sum[i];
  }
  for (; r < rows; ++r)
    for (std::size_t k = 0; k < width; ++k) sums[r] += values[r * width + k];
}

}  // namespace

std::vector<double> row_conductances(const Chip& chip,
                                     const std::function<void(std::size_t block, int row, double& total_S)>& add) {
  const auto rows = static_cast<std::size_t>(chip.config.array.rows);
  std::vector<double> total_S(static_cast<std::size_t>(chip.placement.arrays_used) * rows, 0);
  std::vector<int> columns_used(total_S.size(), 0);
  for (const auto& [plan, block] : layer_blocks(chip))
    for (int r = 0; r < block->rows; ++r) {
      const std::size_t at =
          static_cast<std::size_t>(block->array) * rows + static_cast<std::size_t>(block->array_row + r);
      add(block->id, r, total_S[at]);
      columns_used[at] += block->columns * plan->cell.columns_per_weight;
    }
  add_unused(chip.config, columns_used, total_S);
  return total_S;
}

std::vector<double> row_conductances(const Chip& chip, std::span<const PlacedDevices> array) {
  std::vector<double> total_S(static_cast<std::size_t>(chip.config.array.rows), 0);
  std::vector<int> columns_used(total_S.size(), 0);
  for (const auto& [plan, block, devices] : array) {
    double* const row_S = total_S.data() + block->array_row;
    for (const auto* g_S : {&devices->aged_S, &devices->reference_S})
      add_rows(*g_S, static_cast<std::size_t>(block->rows), row_S);
    for (int r = 0; r < block->rows; ++r)
      columns_used[static_cast<std::size_t>(block->array_row + r)] += block->columns * plan->cell.columns_per_weight;
  }
  add_unused(chip.config, columns_used, total_S);
  return total_S;
}

std::vector<double> sums_of_codes(const array::CellLayout& cell, const device::Device& device, const OfTarget& of) {
  std::vector<double> sums;
  for (int code = -cell.highest; code <= cell.highest; ++code) {
    double sum = 0;
    for (int s = 0; s < cell.slices; ++s) {
      const array::Targets t = targets(cell, device, cell.digit(code, s));
      sum += of(t.positive_S);
      if (cell.devices_per_slice() == 2) sum += of(t.negative_S);
    }
    sums.push_back(sum);
  }
  return sums;
}

double block_sum(const Config& config, const LayerPlan& plan, const mapping::Block& block,
                 const std::vector<double>& of_codes) {
  const workloads::IntegerWeights& m = plan.matrix;
  if (!codes_known(m))
    return static_cast<double>(block.rows) * block.columns *
           probabilities(config.workload.weights, m.weight_bits).mean(of_codes);
  double sum = 0;
  for (int r = 0; r < block.rows; ++r)
    for (std::int16_t code : row_codes(plan, block, r))
      sum += of_codes[static_cast<std::size_t>(code + plan.cell.highest)];
  return sum;
}

}  // namespace bitline::chip
