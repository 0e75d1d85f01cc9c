// SPDX-License-Identifier: Apache-2.0
#include "arch/lines.h"

#include <cmath>

#include "base/error.h"

namespace bitline::arch {

bool shares_column(const array::CellLayout& cell) { return cell.pair && cell.columns_per_weight == cell.slices; }

ArrayGeometry array_geometry(const Config& config) {
  const bool pairs_in_cell = shares_column(layout(config.cell, config.quantization.weight_bits));
  ArrayGeometry g;
  g.lines_per_row = pairs_in_cell ? 2 : 1;
  g.column_area_m2 = pairs_in_cell ? config.technology.cell_area_m2 : config.technology.cell_area_m2 / 2;
  g.column_pitch_m = std::sqrt(g.column_area_m2);  // square cells
  g.row_pitch_m = g.column_pitch_m / g.lines_per_row;
  return g;
}

double wire_ohm(const Config& config, double length_m) {
  if (!config.technology.metal.known())
    refuse_config("wires",
                  "exact wires need their resistance, and technology.metal has no width, thickness and resistivity",
                  "give wires.row and wires.column, such as \"2.2 ohm\"");
  const periphery::Metal& m = config.technology.metal;
  const double resistivity_ohm_m =
      *m.resistivity_ohm_m *
      (1 + m.temperature_coefficient_per_K * (config.technology.metal_temperature_K() - m.reference_K));
  return resistivity_ohm_m * length_m / (*m.width_m * *m.thickness_m);
}

SegmentResistance segment_resistance(const Config& config) {
  const ArrayGeometry g = array_geometry(config);
  return {config.wires.row_ohm ? *config.wires.row_ohm : wire_ohm(config, g.column_pitch_m),
          config.wires.column_ohm ? *config.wires.column_ohm : wire_ohm(config, g.row_pitch_m)};
}

array::Lines array_lines(const Config& config) {
  const SegmentResistance segment = segment_resistance(config);
  return {{segment.row_ohm},
          {segment.column_ohm},
          {config.wires.driver_ohm},
          {config.wires.sense_ohm},
          {config.wires.driver_far_ohm.value_or(array::not_connected_ohm)},
          {config.wires.sense_far_ohm.value_or(array::not_connected_ohm)}};
}

}  // namespace bitline::arch
