// SPDX-License-Identifier: Apache-2.0
#include "sim/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/devices.h"

namespace bitline {
namespace {

int bits_for(double largest) { return std::max(1, static_cast<int>(std::ceil(std::log2(largest + 1)))); }

// What follows from one layer's plan alone.
struct LayerActions {
  double conversions = 0;    // per inference
  double register_bits = 0;  // written into row registers
  double partial_sums = 0;   // additions of pieces beyond the first
  double outputs = 0, macs = 0;
  int accumulator_bits = 0;
  double array_s = 0, adc_s = 0, digital_s = 0;
  std::map<int, double> array_busy_s;  // by array
};

// Bits of a row's register for one plane.
int register_bits(const PlanePlan& planes) { return bits_for(planes.largest) + (planes.both_signs ? 1 : 0); }

// Positions that one copy of a layer computes.
double share_of_copy(const LayerPlan& plan, int copy) {
  return std::ceil(static_cast<double>(plan.matrix->positions - copy) / plan.settings().duplicate);
}

LayerActions digital_actions(const LayerPlan& plan, double cycle_s) {
  const MatrixLayer& m = *plan.matrix;
  LayerActions a;
  a.outputs = static_cast<double>(m.columns) * m.positions;
  a.macs = static_cast<double>(m.rows) * m.columns * m.positions;
  a.accumulator_bits = 1 + bits_for(static_cast<double>(m.rows) * plan.cell().highest * m.input.highest());
  a.digital_s = static_cast<double>(m.rows) * m.positions * cycle_s;  // a multiply-accumulate per output and cycle
  return a;
}

LayerActions actions(const Chip& chip, const LayerPlan& plan) {
  const Technology& tech = chip.config.technology;
  const double cycle_s = 1 / tech.clock_Hz;
  if (plan.settings().digital) return digital_actions(plan, cycle_s);
  const MatrixLayer& m = *plan.matrix;
  const CellLayout& cell = plan.cell();
  const AdcCommon* adc = common(plan.settings().adc);
  const double planes = plan.planes.planes();
  const double convert_s = unit_cost(plan.settings().adc, tech.node_m, tech.clock_Hz).time_s;
  LayerActions a;
  a.outputs = static_cast<double>(m.columns) * m.positions;
  a.macs = static_cast<double>(m.rows - m.bias_rows) * m.columns * m.positions;
  std::map<std::pair<int, int>, std::pair<int, int>> pieces;  // (copy, column) -> (row groups digitised apart, columns)
  std::map<int, std::pair<double, double>> busy_s;            // array -> (driving, converting)
  double most_turns = 1;
  for (const auto& block : plan.mapped->blocks) {
    const double mine = share_of_copy(plan, block.copy),
                 reads = mine * planes * static_cast<double>(block.groups.size());
    const int width = block.columns * cell.conversions_per_weight();
    const double turns = adc ? std::min(adc->shared_by, width) : 1;
    most_turns = std::max(most_turns, turns);
    a.conversions += reads * width;
    a.register_bits += mine * planes * block.rows * register_bits(plan.planes);
    auto& [groups, columns] = pieces[{block.copy, block.column}];
    groups += static_cast<int>(block.groups.size());
    columns = block.columns;
    // Loads of one array (reload) take turns on it.
    auto& [driving, converting] = busy_s[block.array % chip.placement.arrays_total];
    driving += reads * plan.settings().input.t_read_s;
    converting += reads * turns * convert_s;
  }
  int most_pieces = 1;
  for (const auto& [key, piece] : pieces) {
    a.partial_sums += (piece.first - 1) * piece.second * share_of_copy(plan, key.first);
    most_pieces = std::max(most_pieces, piece.first);
  }
  for (const auto& [array, parts] : busy_s) {
    a.array_busy_s[array] = parts.first + parts.second;
    if (parts.first + parts.second > a.array_s + a.adc_s) a.array_s = parts.first, a.adc_s = parts.second;
  }
  // The largest code times every digital weight it can meet, and a sign.
  double plane_weight = 0, digit_weight = 0;
  for (double w : plan.planes.weight) plane_weight += std::abs(w);
  for (int k = 0; k < cell.slices; ++k) digit_weight += std::pow(cell.base, k);
  const double code = adc ? std::pow(2.0, plan.signed_current ? adc->bits - 1 : adc->bits)
                          : static_cast<double>(chip.config.array.rows) * cell.highest_digit * plan.planes.largest;
  a.accumulator_bits = 1 + bits_for(code * plane_weight * digit_weight * most_pieces);
  // Shift-add works in the shadow of the next read. What follows the last read: one cycle to shift and add, one for
  // each doubling of the pieces, and one for each column that takes its turn at the rescaling unit of a converter.
  a.digital_s = (1 + most_turns + std::ceil(std::log2(most_pieces))) * cycle_s * share_of_copy(plan, 0);
  return a;
}

// Devices that hold weights, all copies.
double mapped_devices(const Chip& chip) {
  double devices = 0;
  for (const auto& plan : chip.layers)
    if (!plan.settings().digital)
      devices += static_cast<double>(plan.matrix->rows) * plan.matrix->columns * plan.settings().duplicate *
                 plan.cell().slices * plan.cell().devices_per_slice();
  return devices;
}

// Geometry of one array with the chip's own cell and converter.
struct ArrayShape {
  double column_area_m2, side_m, row_line_F, converters, reference_columns, lines;
};
ArrayShape shape_of(const Config& config) {
  const Technology& tech = config.technology;
  const CellLayout cell = layout(config.cell, config.quantization.weight_bits);
  const bool pairs_in_cell = shares_column(cell);
  ArrayShape a;
  a.column_area_m2 = pairs_in_cell ? tech.cell_area_m2 : tech.cell_area_m2 / 2;
  a.side_m = std::sqrt(static_cast<double>(config.array.rows) * config.array.columns * a.column_area_m2);
  a.row_line_F = config.array.columns * std::sqrt(a.column_area_m2) * tech.wire_F_per_m;  // square cells
  const AdcCommon* adc = common(config.adc);
  const double outputs =
      static_cast<double>(config.array.columns / cell.columns_per_weight) * cell.conversions_per_weight();
  a.converters = adc ? std::ceil(outputs / adc->shared_by) : 0;
  a.reference_columns = cell.offset ? cell.slices : 0;
  a.lines = config.array.rows * (pairs_in_cell ? 2.0 : 1.0);
  return a;
}

}  // namespace

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

LayerCounts array_counts(const LayerPlan& plan, const LayerState& layer, const Activity& activity) {
  LayerCounts counts;
  if (activity.row_drive.empty()) return counts;
  const double joule_per_siemens = plan.v_step_V * plan.v_step_V * plan.settings().input.t_read_s;
  const int lines = shares_column(plan.cell()) ? 2 : 1;
  const bool solved = !layer.blocks.empty() && layer.blocks.front().solved.array;
  if (solved) counts.array_J = static_cast<double>(activity.supply_power) * layer.power_step_S * joule_per_siemens;
  for (std::size_t b = 0; b < layer.blocks.size(); ++b) {
    const Block& block = plan.mapped->blocks[b];
    const auto& drive = activity.row_drive[static_cast<std::size_t>(block.copy)];
    const auto& on = activity.row_on[static_cast<std::size_t>(block.copy)];
    if (layer.blocks[b].source_S)
      counts.array_J += joule_per_siemens * power_S(plan, block, *layer.blocks[b].source_S, activity);
    for (int r = 0; r < block.rows; ++r) {
      const auto row = static_cast<std::size_t>(block.row + r);
      if (!layer.blocks[b].source_S && !solved)
        counts.array_J += static_cast<double>(drive[row]) * joule_per_siemens *
                          layer.blocks[b].row_power_S[static_cast<std::size_t>(r)];
      counts.line_drive += static_cast<double>(drive[row]) * lines;
      counts.line_activations += static_cast<double>(on[row]) * lines;
    }
  }
  return counts;
}

namespace {

// A voltage row is charged to what it carries; a gated row's gate line to the supply.
double line_energy_J(const Config& config, const LayerPlan& plan, const LayerCounts& counts) {
  const double vdd_V = config.technology.vdd_V;
  return shape_of(config).row_line_F * (config.array.topology == Topology::voltage_rows
                                            ? counts.line_drive * plan.v_step_V * plan.v_step_V
                                            : counts.line_activations * vdd_V * vdd_V);
}

}  // namespace

double data_energy_J(const Chip& chip, const LayerPlan& plan, const LayerCounts& counts) {
  return counts.array_J + line_energy_J(chip.config, plan, counts);
}

void add_costs(const Chip& chip, const std::vector<LayerCounts>& per_inference, Result& result) {
  const Config& config = chip.config;
  const Technology& tech = config.technology;
  const ArrayShape shape = shape_of(config);
  const double add_J = tech.adder_J_per_bit + tech.register_J_per_bit;

  result.energy_J.clear();
  double t_array_s = 0, t_adc_s = 0, t_digital_s = 0, macs = 0, slowest_layer_s = 0, activation_bits = 0;
  int accumulator_bits = 1;
  std::map<int, double> array_busy_s;
  result.layers.resize(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    const MatrixLayer& m = *plan.matrix;
    const LayerActions a = actions(chip, plan);
    const LayerCounts& counts = per_inference[l];
    LayerResult& out = result.layers[l];
    const int output_bits = l + 1 < chip.layers.size() ? chip.layers[l + 1].matrix->input.bits : m.input.bits;
    const double bits_in = static_cast<double>(m.rows - m.bias_rows) * m.input.bits * m.positions,
                 bits_out = a.outputs * output_bits;
    activation_bits = std::max({activation_bits, static_cast<double>(m.inputs) * m.input.bits, bits_out});
    const double weight_bits = plan.cell().weight_bits;
    out.name = m.name;
    out.energy_breakdown_J = {
        {"array", counts.array_J},
        {"adc", a.conversions * unit_cost(plan.settings().adc, tech.node_m, tech.clock_Hz).energy_J},
        {"driver", line_energy_J(config, plan, counts) + a.register_bits * tech.register_J_per_bit},
        {"shift_add", a.conversions * a.accumulator_bits * add_J},
        {"accumulate", a.partial_sums * a.accumulator_bits * add_J},
        {"buffer", (bits_in + bits_out) * tech.buffer_J_per_bit},
        // Half of the bits toggle, a toggle costs C V^2 / 2 on average, and each crosses the side of one array.
        {"interconnect", 0.25 * (bits_in + bits_out) * shape.side_m * tech.wire_F_per_m * tech.vdd_V * tech.vdd_V},
        // Rescaling multiplies the accumulator by a constant of the output's width (one adder row for each bit), then
        // compares.
        {"activation", a.outputs * (output_bits + 1) * a.accumulator_bits * tech.adder_J_per_bit},
        {"digital", plan.settings().digital
                        ? a.macs * (weight_bits * m.input.bits + a.accumulator_bits) * tech.adder_J_per_bit
                        : 0}};
    if (result.energy_J.empty())
      for (const auto& [name, joules] : out.energy_breakdown_J) result.energy_J.emplace_back(name, 0);
    for (std::size_t i = 0; i < result.energy_J.size(); ++i)
      result.energy_J[i].second += out.energy_breakdown_J[i].second;
    out.energy_J = total(out.energy_breakdown_J);
    out.latency_s = a.array_s + a.adc_s + a.digital_s;
    out.conversions = a.conversions;
    out.macs = a.macs;
    out.arrays = static_cast<int>(a.array_busy_s.size());
    t_array_s += a.array_s, t_adc_s += a.adc_s, t_digital_s += a.digital_s, macs += a.macs;
    slowest_layer_s = std::max(slowest_layer_s, out.latency_s);
    if (!plan.settings().digital) accumulator_bits = std::max(accumulator_bits, a.accumulator_bits);
    for (const auto& [index, busy] : a.array_busy_s) array_busy_s[index] += busy;
  }

  const double arrays = chip.placement.arrays_total, devices = mapped_devices(chip);
  double reload_J = 0, reload_s = 0;
  if (chip.placement.loads > 1) {
    reload_J = devices * tech.write_energy_J.value_or(0);
    reload_s =
        devices * tech.write_time_s.value_or(0) / arrays;  // arrays are written at the same time, devices one by one
    if (!tech.write_energy_J || !tech.write_time_s)
      result.warnings.push_back(
          "arrays are reloaded for each image but technology.write_energy or write_time is unset: 0 was charged for "
          "it");
  }
  result.latency_s = {{"array", t_array_s}, {"adc", t_adc_s}, {"digital", t_digital_s}, {"reload", reload_s}};
  result.latency_per_inference_s = total(result.latency_s);
  // Pipelined: a new image starts as soon as the busiest layer, or array shared by several layers, is free.
  double busiest_s = slowest_layer_s;
  for (const auto& [index, busy] : array_busy_s) busiest_s = std::max(busiest_s, busy);
  const bool pipelined = config.mapping.schedule == Schedule::pipelined && chip.placement.loads == 1;
  result.throughput_per_s = 1 / (pipelined ? busiest_s : result.latency_per_inference_s);

  const UnitCost converter = unit_cost(config.adc, tech.node_m, tech.clock_Hz);
  const double leakage_W = (tech.leakage_W_per_array.value_or(0) + shape.converters * converter.leakage_W) * arrays;
  if (!tech.leakage_W_per_array) result.warnings.push_back("technology.leakage is unset: 0 was counted");
  result.energy_J.emplace_back("reload", reload_J);
  result.energy_J.emplace_back("leakage", leakage_W / result.throughput_per_s);
  result.energy_per_inference_J = total(result.energy_J);
  if (tech.write_energy_J) result.energy_write_J = devices * *tech.write_energy_J;
  if (std::any_of(chip.layers.begin(), chip.layers.end(),
                  [](const LayerPlan& plan) { return plan.settings().digital; }))
    result.warnings.push_back("digital layers: the area of their unit and of its weight memory is not counted");

  const PlanePlan planes = plane_plan(config.input, true, true);
  result.area_breakdown_m2 = {
      {"array", arrays * config.array.rows * (config.array.columns + shape.reference_columns) * shape.column_area_m2},
      {"adc", arrays * shape.converters * converter.area_m2},
      {"driver", arrays * (shape.lines * tech.driver_m2_per_row +
                           config.array.rows * register_bits(planes) * tech.register_m2_per_bit)},
      // One adder at each converter (at least one for each array), one accumulator register for each column.
      {"shift_add", arrays * std::max(1.0, shape.converters) * accumulator_bits * tech.adder_m2_per_bit},
      {"accumulate", arrays * config.array.columns * accumulator_bits * tech.register_m2_per_bit},
      {"buffer", 2 * activation_bits * tech.buffer_m2_per_bit},  // one is filled while the other is read
      {"activation",
       arrays * std::max(1.0, shape.converters) * (config.input.bits + 1) * accumulator_bits * tech.adder_m2_per_bit}};
  result.area_m2 = total(result.area_breakdown_m2);

  const double operations = 2 * macs;
  result.tops_per_w = operations / result.energy_per_inference_J * 1e-12;
  result.tops_per_mm2 = operations * result.throughput_per_s / (result.area_m2 * 1e6) * 1e-12;
  result.efficiency_definition = fmt::format(
      "1 MAC = 2 operations; {}-bit inputs, {}-bit weights; whole chip: arrays, converters, drivers, digital periphery "
      "and activation buffers; no off-chip traffic, no control",
      config.input.bits, config.quantization.weight_bits);
}

}  // namespace bitline
