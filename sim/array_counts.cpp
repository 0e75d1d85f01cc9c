// SPDX-License-Identifier: Apache-2.0
// Energy that arrays dissipate for the drives that a run counted.
#include <algorithm>

#include "sim/cost.h"
#include "sim/devices.h"

namespace bitline {
namespace {

// Sum over reads of x^T source x for the rows of a block: tr(source S), S = sum of x x^T over reads.
double power_S(const LayerPlan& plan, const Block& block, const std::vector<double>& source_S,
               const Activity& activity) {
  double sum = 0;
  for (const RowGroup& group : block.groups) {
    const auto at = std::find_if(plan.groups.begin(), plan.groups.end(),
                                 [&](const RowGroup& g) { return g.row == group.row && g.rows == group.rows; });
    const auto& pairs =
        activity.pair_drive[static_cast<std::size_t>(block.copy)][static_cast<std::size_t>(at - plan.groups.begin())];
    const auto rows = static_cast<std::size_t>(group.rows), first = static_cast<std::size_t>(group.row - block.row);
    for (std::size_t r = 0; r < rows; ++r) {
      const double* source = source_S.data() + (first + r) * static_cast<std::size_t>(block.rows) + first;
      for (std::size_t k = 0; k < r; ++k) sum += 2 * source[k] * static_cast<double>(pairs[r * rows + k]);
      sum += source[r] * static_cast<double>(pairs[r * rows + r]);
    }
  }
  return sum;
}

}  // namespace

LayerCounts array_counts(const LayerPlan& plan, const View& view, const Activity& activity) {
  LayerCounts counts;
  if (activity.row_drive.empty()) return counts;
  const double joule_per_siemens = plan.v_step_V * plan.v_step_V * plan.settings.input.t_read_s;
  const int lines = shares_column(plan.cell) ? 2 : 1;
  const bool solved = !plan.blocks.empty() && view.blocks[plan.blocks.front().id].solved.array;
  if (solved) counts.array_J = static_cast<double>(activity.supply_power) * plan.lattice.power_step_S * joule_per_siemens;
  for (const Block& block : plan.blocks) {
    const BlockView& cells = view.blocks[block.id];
    const auto& drive = activity.row_drive[static_cast<std::size_t>(block.copy)];
    const auto& on = activity.row_on[static_cast<std::size_t>(block.copy)];
    if (cells.source_S)
      counts.array_J += joule_per_siemens * power_S(plan, block, *cells.source_S, activity);
    for (int r = 0; r < block.rows; ++r) {
      const auto row = static_cast<std::size_t>(block.row + r);
      if (!cells.source_S && !solved)
        counts.array_J += static_cast<double>(drive[row]) * joule_per_siemens *
                          cells.row_power_S[static_cast<std::size_t>(r)];
      counts.line_drive += static_cast<double>(drive[row]) * lines;
      counts.line_activations += static_cast<double>(on[row]) * lines;
    }
  }
  return counts;
}

}  // namespace bitline
