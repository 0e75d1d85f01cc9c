// SPDX-License-Identifier: Apache-2.0
#include "chip/probe.h"

namespace bitline::chip {

LayerPlan probe_plan(const LayerPlan& plan, int rows) {
  LayerPlan probe;
  probe.cell = plan.cell;
  probe.settings = plan.settings;
  probe.lattice = plan.lattice;
  mapping::Block block;
  block.columns = 2 * plan.cell.highest + 1;
  block.rows = rows;
  std::vector<std::int16_t> codes;
  for (int r = 0; r < rows; ++r)
    for (int code = -plan.cell.highest; code <= plan.cell.highest; ++code)
      codes.push_back(static_cast<std::int16_t>(code));
  probe.matrix = workloads::dense_weights(plan.matrix.name, rows, block.columns, std::move(codes),
                                          plan.matrix.weight_bits, plan.matrix.input);
  probe.matrix.index = plan.matrix.index;
  probe.blocks.push_back(block);
  return probe;
}

}  // namespace bitline::chip
