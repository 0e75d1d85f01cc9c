// SPDX-License-Identifier: Apache-2.0
#include "read/drives.h"

#include <algorithm>

#include "chip/devices.h"

namespace bitline::read {

using chip::LayerPlan;
using mapping::Block;
using mapping::RowGroup;

namespace {

std::vector<std::vector<double>> reals(const std::vector<std::vector<std::uint64_t>>& counts) {
  std::vector<std::vector<double>> all;
  for (const auto& of_copy : counts) all.emplace_back(of_copy.begin(), of_copy.end());
  return all;
}

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

double joule_per_siemens(const LayerPlan& plan) { return plan.v_step_V * plan.v_step_V * plan.settings.input.t_read_s; }

}  // namespace

RowDrives row_drives(const Activity& activity) {
  return {reals(activity.row_drive), reals(activity.row_on), reals(activity.row_held), reals(activity.row_held_on)};
}

Ledger drive_ledger(const LayerPlan& plan, const RowDrives& drives, std::span<const BlockLoad> loads,
                    const Activity* pairs, std::optional<double> solved_J) {
  Ledger ledger;
  const double step_J = joule_per_siemens(plan);
  const int lines = arch::shares_column(plan.cell) ? 2 : 1;
  ledger.array_J = solved_J.value_or(0);
  for (std::size_t b = 0; b < loads.size(); ++b) {
    const Block& block = plan.blocks[b];
    const auto copy = static_cast<std::size_t>(block.copy);
    // Cells conduct as long as planes last; lines are charged for each plane, or as often as it is driven.
    const auto& conducting = plan.planes.weighted_in_time() ? drives.held[copy] : drives.drive[copy];
    const auto& conducting_on = plan.planes.weighted_in_time() ? drives.held_on[copy] : drives.on[copy];
    const auto& drive = plan.planes.driven_anew() ? drives.held[copy] : drives.drive[copy];
    const auto& on = plan.planes.driven_anew() ? drives.held_on[copy] : drives.on[copy];
    const bool by_rows = !loads[b].source_S && !solved_J;
    if (loads[b].source_S) ledger.array_J += step_J * power_S(plan, block, *loads[b].source_S, *pairs);
    for (int r = 0; r < block.rows; ++r) {
      const auto row = static_cast<std::size_t>(block.row + r);
      if (by_rows)
        ledger.full_scale_J += conducting_on[row] * step_J * plan.planes.largest * plan.planes.largest *
                               loads[b].row_S[static_cast<std::size_t>(r)];
      if (by_rows) ledger.array_J += conducting[row] * step_J * loads[b].row_S[static_cast<std::size_t>(r)];
      ledger[Action::line_drive] += drive[row] * lines;
      ledger[Action::line_activation] += on[row] * lines;
    }
  }
  return ledger;
}

Ledger read_ledger(const LayerPlan& plan, const chip::View& view, const Activity& activity) {
  if (activity.row_drive.empty()) return {};
  std::vector<BlockLoad> loads;
  for (const Block& block : plan.blocks) {
    const chip::BlockView& cells = view.blocks[block.id];
    loads.push_back({cells.row_power_S, cells.source_S.get()});
  }
  const bool solved = !plan.blocks.empty() && view.blocks[plan.blocks.front().id].solved.array;
  return drive_ledger(plan, row_drives(activity), loads, &activity,
                      solved ? std::optional(static_cast<double>(activity.supply_power) * plan.lattice.power_step_S *
                                             joule_per_siemens(plan))
                             : std::nullopt);
}

}  // namespace bitline::read
