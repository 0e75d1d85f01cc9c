// SPDX-License-Identifier: Apache-2.0
#include "chip/wire_sample.h"

#include <algorithm>

namespace bitline::chip {

using array::CellLayout;

SampledReads sampled_reads(const LayerPlan& plan, const mapping::Block& block, const ArrayCircuit& circuit,
                           std::span<const std::int16_t> inputs) {
  SampledReads s;
  const auto rows = static_cast<std::size_t>(plan.matrix.rows),
             lines = static_cast<std::size_t>(circuit.crossbar().rows);
  const std::size_t vectors = inputs.size() / rows, planes = static_cast<std::size_t>(plan.planes.planes());
  const mapping::RowGroup& group = block.groups.front();
  for (std::size_t v = 0; v < vectors; ++v)
    for (std::size_t k = 0; k < std::min(planes, planes_each); ++k) {
      const auto plane = static_cast<int>((v * planes_each + k) * 5 % planes);  // all planes in turn
      std::vector<int> x(static_cast<std::size_t>(block.rows), 0);
      std::vector<double> line_V(lines, 0);
      for (int r = group.row; r < group.row + group.rows; ++r) {
        const int step = plane_value(plan.settings.input, plan.planes, plan.signed_inputs, plan.drives_both_signs,
                                     inputs[v * rows + static_cast<std::size_t>(r)], plane);
        x[static_cast<std::size_t>(r - block.row)] = step;
        for (int d = 0; d < circuit.lines_per_row(); ++d)
          line_V[static_cast<std::size_t>((block.array_row + r - block.row) * circuit.lines_per_row() + d)] =
              d == 0 ? step : -step;
      }
      if (std::all_of(x.begin(), x.end(), [](int step) { return step == 0; })) continue;
      s.x.push_back(std::move(x));
      s.v_V.insert(s.v_V.end(), line_V.begin(), line_V.end());
    }
  return s;
}

std::vector<double> sense_weights(const ArrayCircuit& circuit, const CellLayout& cell, std::size_t b, int conversion) {
  std::vector<double> w(static_cast<std::size_t>(circuit.crossbar().columns), 0);
  const int devices = cell.devices_per_slice(), conversions = cell.conversions_per_weight();
  const int weight = conversion / conversions, k = conversion % conversions;
  const int first = (weight * cell.slices + (cell.split_columns ? k / 2 : k)) * devices;
  if (cell.split_columns) {
    w[static_cast<std::size_t>(circuit.place(b, 0, first + k % 2).column)] = 1;
  } else {
    w[static_cast<std::size_t>(circuit.place(b, 0, first).column)] = 1;
    if (cell.pair && !arch::shares_column(cell))
      w[static_cast<std::size_t>(circuit.place(b, 0, first + 1).column)] = -1;
  }
  return w;
}

double without_wires(const PlacedDevices& placed, int conversion, std::span<const int> x) {
  const CellLayout& cell = placed.plan->cell;
  const BlockDevices& d = *placed.devices;
  const int devices = cell.devices_per_slice(), conversions = cell.conversions_per_weight();
  const int k = conversion % conversions, slice = cell.split_columns ? k / 2 : k;
  const auto width = static_cast<std::size_t>(placed.block->columns * cell.slices * devices),
             first = static_cast<std::size_t>((conversion / conversions * cell.slices + slice) * devices);
  const auto meant_S = [&](std::size_t i) {
    return d.aim_S.empty() ? d.aged_S[i] : d.aged_S[i] - d.aim_S[i] + d.target_S[i];
  };
  double sum = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    const std::size_t i = r * width + first;
    if (cell.split_columns)
      sum += x[r] * meant_S(i + static_cast<std::size_t>(k % 2));
    else
      sum += x[r] * (meant_S(i) - (cell.pair ? meant_S(i + 1) : 0));
  }
  return sum;
}

}  // namespace bitline::chip
