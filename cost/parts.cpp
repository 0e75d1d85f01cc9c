// SPDX-License-Identifier: Apache-2.0
#include "cost/parts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "periphery/lines/drivers.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/logic/gates.h"
#include "periphery/memory/sram.h"

namespace bitline::cost {

using arch::Config;
using arch::Topology;
using array::CellLayout;
using periphery::Technology;
using periphery::UnitCost;

namespace {

// So large that with all devices at mid conductance it takes the configured share of the voltage.
double switch_ohm(const Config& config, double devices) {
  const double drop = config.periphery.driver_drop;
  return drop / (1 - drop) / (devices * 0.5 * (config.device.g_min_S + config.device.g_max_S));
}

}  // namespace

int bits_for(double largest) { return std::max(1, static_cast<int>(std::ceil(std::log2(largest + 1)))); }

int register_bits(const periphery::PlanePlan& planes) { return bits_for(planes.largest) + (planes.both_signs ? 1 : 0); }

int digital_sum_bits(const chip::LayerPlan& plan) {
  const workloads::IntegerWeights& m = plan.matrix;
  return 1 + bits_for(static_cast<double>(m.rows) * plan.cell.highest * m.input.highest());
}

UnitCost memory_bit(const Config& config, double bits, int word) {
  return config.periphery.buffer == arch::BufferKind::sram ? sram_bit(config.technology, bits, word)
                                                           : register_file_bit(config.technology, bits, word);
}

ArrayLines line_loads(const Config& config) {
  const Technology& t = config.technology;
  const CellLayout cell = layout(config.cell, config.quantization.weight_bits);
  const arch::ArrayGeometry g = array_geometry(config);
  const double rows = config.array.rows, columns = config.array.columns;
  ArrayLines a;
  a.lines = rows * g.lines_per_row;
  a.reference_columns = cell.offset ? cell.slices : 0;
  a.cells_m2 = rows * (columns + a.reference_columns) * g.column_area_m2;
  a.side_m = std::sqrt(rows * columns * g.column_area_m2);
  // One access transistor of unit width in series with each device: its drain hangs on the column, and on the row its
  // drain (voltage rows) or its gate (gated rows).
  double drain_F = 0, gate_F = 0;
  if (t.transistor)
    drain_F = t.transistor->drain_F_per_m * t.transistor->gate_width_m,
    gate_F = t.transistor->gate_F_per_m * t.transistor->gate_width_m;
  a.row_F = columns *
            (g.column_pitch_m * t.wire_F_per_m + (config.array.topology == Topology::voltage_rows ? drain_F : gate_F));
  a.column_F = a.lines * (g.row_pitch_m * t.wire_F_per_m + drain_F);
  if (config.wires.exact()) {
    const arch::SegmentResistance segment = segment_resistance(config);
    a.row_ohm = segment.row_ohm * columns, a.column_ohm = segment.column_ohm * a.lines;
  }
  return a;
}

LayerParts layer_parts(const Config& config, const arch::LayerConfig& settings, const ArrayLines& lines) {
  const Technology& t = config.technology;
  const CellLayout cell = layout(settings.cell, settings.quantization.weight_bits);
  const periphery::AdcCommon* adc = common(settings.adc);
  const bool voltages = config.array.topology == Topology::voltage_rows;
  const double columns = config.array.columns;
  LayerParts p;
  p.outputs = std::floor(columns / cell.columns_per_weight) * cell.conversions_per_weight();
  p.shared_by = adc ? adc->shared_by : 1;
  p.converters = adc ? std::ceil(p.outputs / adc->shared_by) : 0;
  p.adc = unit_cost(settings.adc, t, std::max(1, static_cast<int>(p.converters)));
  const double row_switch_ohm = switch_ohm(config, columns);
  if (voltages)  // zero and the read voltage, and its opposite where inputs or pairs need it
    p.row_driver = analog_row_driver(t, row_switch_ohm, 3);
  else
    p.row_driver = gate_row_driver(t, lines.row_F);
  if (settings.input.encoding == periphery::Encoding::analog) p.dac = dac(t, settings.input.bits);
  const int bits = adc ? adc->bits : 1;
  if (p.shared_by > 1) {
    p.column_switch = column_switch(t);
    if (t.transistor) p.mux_decoder = decoder(t, p.shared_by, "mux");
  }
  p.holds = p.shared_by > 1 || std::holds_alternative<periphery::AnalogSum>(settings.input.accumulate);
  if (p.holds) p.sample_hold = sample_hold(t, bits);
  // Elmore delay of a driven line with distributed resistance, Elmore, J. Appl. Phys. 19, 55 (1948),
  // doi:10.1063/1.1697872; to half an LSB.
  const double tau_s = (voltages ? row_switch_ohm : 0) * lines.row_F + 0.5 * lines.row_ohm * lines.row_F +
                       0.5 * lines.column_ohm * lines.column_F;
  p.settle_s = p.row_driver.time_s + tau_s * (bits + 1) * std::numbers::ln2;
  return p;
}

ChipParts chip_parts(const Config& config, double buffer_bits) {
  const Technology& t = config.technology;
  ChipParts p;
  p.lines = line_loads(config);
  p.own = layer_parts(config, {false, 1, config.cell, config.input, config.adc, config.quantization}, p.lines);
  p.register_bit = register_bit(t);
  p.adder_bit = adder_bit(t);
  p.idle_register_J = idle_register_J(t);
  p.buffer_bit = memory_bit(config, buffer_bits, config.periphery.bus_bits);
  const double write_V = write_pulse(config).voltage_V.value_or(0);
  p.level_shifters = write_V > t.core_limit();
  if (p.level_shifters) p.level_shifter = level_shifter(t, write_V, write_V * config.device.g_max_S);
  return p;
}

Path transfer_path(const Config& config, double arrays, double macro_m2) {
  const Technology& t = config.technology;
  const double side_m = std::sqrt(arrays * macro_m2), pitch_m = std::sqrt(macro_m2), across = std::sqrt(arrays);
  const double width = config.periphery.bus_bits;
  Path p;
  if (config.periphery.interconnect == arch::Interconnect::h_tree) {
    // From the middle, each branch half as long as the one two levels before: the side less one array's, and half an
    // array to its edge. All branches together are about 3/2 sqrt(arrays) sides long.
    p.bit = wire_bit(t, side_m - pitch_m + 0.5 * pitch_m);
    p.whole = times(wire_bit(t, 1.5 * across * side_m), 0, width);
  } else {
    // Buffers sit in the middle of the mesh: half a side away on average along x and y together.
    const UnitCost link = wire_bit(t, pitch_m), router = router_bit(t);
    const double hops = std::max(1.0, 0.5 * across);
    p.bit = times(sum(link, router), hops, 0);
    p.bit.time_s *= hops;
    p.whole = times(sum(times(link, 0, 2), router), 0, width * arrays);
  }
  return p;
}

}  // namespace bitline::cost
