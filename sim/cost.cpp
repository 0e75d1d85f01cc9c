// SPDX-License-Identifier: Apache-2.0
#include "sim/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace bitline {
namespace {

int bits_for(double largest) { return std::max(1, static_cast<int>(std::ceil(std::log2(largest + 1)))); }

// What follows from one layer's plan alone.
struct LayerActions {
  double conversions = 0;        // per inference
  double row_loads = 0;          // input bits moved into row registers
  double partial_sums = 0;       // additions of pieces beyond the first
  double outputs = 0, macs = 0;
  int accumulator_bits = 0;
  double array_s = 0, adc_s = 0, digital_s = 0;
  std::map<int, double> array_busy_s;  // by array
};

LayerActions actions(const Chip& chip, const LayerPlan& plan) {
  LayerActions a;
  const MatrixLayer& m = *plan.matrix;
  const CellLayout& cell = plan.cell();
  const Technology& tech = chip.config.technology;
  const double positions = m.positions;
  a.outputs = m.columns * positions;
  a.macs = static_cast<double>(m.rows) * m.columns * positions;
  const double cycle = 1 / tech.clock_Hz;
  if (plan.settings().digital) {
    // One multiply-accumulate per output and cycle.
    a.accumulator_bits = bits_for(static_cast<double>(m.rows) * cell.highest * m.input.highest());
    a.digital_s = m.rows * positions * cycle;
    return a;
  }
  const AdcCommon* adc = common(plan.settings().adc);
  const double planes = plan.planes.planes();
  const double largest_sum = adc ? std::pow(2.0, adc->bits) : static_cast<double>(chip.config.array.rows) * cell.highest_digit;
  a.accumulator_bits = bits_for(largest_sum * std::pow(2.0, planes) * std::pow(static_cast<double>(cell.base), cell.slices - 1));
  const double convert_s = unit_cost(plan.settings().adc, tech.node_m, tech.clock_Hz).time_s;
  std::map<std::pair<int, int>, int> pieces;  // (copy, column) -> row groups digitised apart
  std::map<int, std::pair<double, double>> busy;  // array -> (driving, converting)
  for (const auto& block : plan.mapped->blocks) {
    // Positions are shared out among the copies.
    const double mine = std::ceil((positions - block.copy) / plan.settings().duplicate);
    const double reads = mine * planes * static_cast<double>(block.groups.size());
    const int width = block.columns * cell.conversions_per_weight();
    a.conversions += reads * width;
    a.row_loads += mine * planes * block.rows;
    pieces[{block.copy, block.column}] += static_cast<int>(block.groups.size());
    const double turns = adc ? std::min(adc->shared_by, width) : 1;
    auto& [drive, convert] = busy[block.array];
    drive += reads * plan.settings().input.t_read_s;
    convert += reads * turns * convert_s;
  }
  for (const auto& [key, count] : pieces) {
    const auto column_blocks = std::find_if(plan.mapped->blocks.begin(), plan.mapped->blocks.end(), [&](const Block& b) { return b.copy == key.first && b.column == key.second; });
    a.partial_sums += (count - 1) * column_blocks->columns * std::ceil((positions - key.first) / plan.settings().duplicate);
  }
  for (const auto& [array, parts] : busy) {
    a.array_busy_s[array] = parts.first + parts.second;
    if (parts.first + parts.second > a.array_s + a.adc_s) a.array_s = parts.first, a.adc_s = parts.second;
  }
  // Shift-add works in the shadow of the next read; adding the pieces, the activation and the last shift do not.
  int most = 0;
  for (const auto& [key, count] : pieces) most = std::max(most, count);
  a.digital_s = (2 + std::ceil(std::log2(std::max(1, most)))) * cycle * std::ceil(positions / plan.settings().duplicate);
  return a;
}

}  // namespace

LayerCounts array_counts(const LayerPlan& plan, const LayerState& layer, const Activity& activity) {
  LayerCounts counts;
  if (activity.row_drive.empty()) return counts;
  const double joule_per_siemens = plan.v_step_V * plan.v_step_V * plan.settings().input.t_read_s;
  const int lines = plan.cell().pair && !plan.cell().split_columns && plan.cell().columns_per_weight == plan.cell().slices ? 2 : 1;
  for (std::size_t b = 0; b < layer.blocks.size(); ++b) {
    const Block& block = plan.mapped->blocks[b];
    const auto& drive = activity.row_drive[static_cast<std::size_t>(block.copy)];
    const auto& on = activity.row_on[static_cast<std::size_t>(block.copy)];
    for (int r = 0; r < block.rows; ++r) {
      const auto row = static_cast<std::size_t>(block.row + r);
      counts.array_J += static_cast<double>(drive[row]) * joule_per_siemens * layer.blocks[b].row_power_S[static_cast<std::size_t>(r)];
      counts.row_activations += static_cast<double>(on[row]) * lines;
    }
  }
  return counts;
}

void add_costs(const Chip& chip, const std::vector<LayerCounts>& per_inference, Result& result) {
  const Config& config = chip.config;
  const Technology& tech = config.technology;
  const double pitch = std::sqrt(tech.cell_area_m2);  // square cells
  const bool pairs_in_cell = std::holds_alternative<SignWeightedCell>(config.cell);
  const double column_area = pairs_in_cell ? tech.cell_area_m2 : tech.cell_area_m2 / 2;
  const double row_line_J = config.array.columns * pitch * tech.wire_F_per_m;  // capacitance of one row line

  double array = 0, adc = 0, driver = 0, shift_add = 0, accumulate = 0, buffer = 0, interconnect = 0, activation = 0, digital = 0;
  double t_array = 0, t_adc = 0, t_digital = 0, macs = 0, slowest_layer_s = 0;
  int accumulator_bits = 1;
  double largest_activation_bits = 0;
  std::map<int, double> array_busy_s;
  const double array_side = std::sqrt(static_cast<double>(config.array.rows) * config.array.columns * column_area);

  result.layers.resize(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    const MatrixLayer& m = *plan.matrix;
    const LayerActions a = actions(chip, plan);
    const UnitCost converter = unit_cost(plan.settings().adc, tech.node_m, tech.clock_Hz);
    const double v = plan.settings().input.v_read_V;
    LayerResult& out = result.layers[l];
    out.name = m.name;
    const double output_bits = l + 1 < chip.layers.size() ? chip.layers[l + 1].matrix->input.bits : m.input.bits;
    const double bits_in = static_cast<double>(m.rows) * m.input.bits * m.positions, bits_out = a.outputs * output_bits;
    largest_activation_bits = std::max(largest_activation_bits, std::max(bits_in / std::max(1, m.positions) * m.positions, bits_out));
    Breakdown& parts = out.energy_breakdown_J;
    parts = {{"array", per_inference[l].array_J},
             {"adc", a.conversions * converter.energy_J},
             // The line is charged to the read voltage; its input register is written once for each plane.
             {"driver", per_inference[l].row_activations * row_line_J * v * v + a.row_loads * tech.register_J_per_bit},
             {"shift_add", a.conversions * a.accumulator_bits * (tech.adder_J_per_bit + tech.register_J_per_bit)},
             {"accumulate", a.partial_sums * a.accumulator_bits * (tech.adder_J_per_bit + tech.register_J_per_bit)},
             {"buffer", (bits_in + bits_out) * tech.buffer_J_per_bit},
             // Half of the bits toggle, each over the side of one array.
             {"interconnect", 0.5 * (bits_in + bits_out) * array_side * tech.wire_F_per_m * tech.vdd_V * tech.vdd_V},
             // Rescaling multiplies the accumulator by a constant of the input's width (one adder row for each bit), then compares.
             {"activation", a.outputs * (m.input.bits + 1) * a.accumulator_bits * tech.adder_J_per_bit},
             {"digital", plan.settings().digital ? a.macs * (plan.cell().weight_bits * m.input.bits + a.accumulator_bits) * tech.adder_J_per_bit : 0}};
    out.energy_J = total(parts);
    array += parts[0].second, adc += parts[1].second, driver += parts[2].second, shift_add += parts[3].second, accumulate += parts[4].second;
    buffer += parts[5].second, interconnect += parts[6].second, activation += parts[7].second, digital += parts[8].second;
    out.latency_s = a.array_s + a.adc_s + a.digital_s;
    out.conversions = a.conversions;
    out.macs = a.macs;
    t_array += a.array_s, t_adc += a.adc_s, t_digital += a.digital_s, macs += a.macs;
    slowest_layer_s = std::max(slowest_layer_s, out.latency_s);
    accumulator_bits = std::max(accumulator_bits, a.accumulator_bits);
    for (const auto& [index, busy] : a.array_busy_s) array_busy_s[index % std::max(1, chip.placement.arrays_total)] += busy;
    out.arrays = static_cast<int>(a.array_busy_s.size());
  }

  double reload_J = 0, reload_s = 0;
  if (chip.placement.loads > 1) {
    double devices = 0;
    for (const auto& plan : chip.layers) devices += static_cast<double>(plan.matrix->weights.size()) * plan.settings().duplicate * plan.cell().slices * plan.cell().devices_per_slice();
    reload_J = devices * tech.write_energy_J.value_or(0);
    reload_s = devices * tech.write_time_s.value_or(0) / std::max(1, chip.placement.arrays_total);
    if (!tech.write_energy_J || !tech.write_time_s) result.warnings.push_back("arrays are reloaded for each image but technology.write_energy or write_time is unset: 0 was charged for it");
  }
  result.latency_s = {{"array", t_array}, {"adc", t_adc}, {"digital", t_digital}, {"reload", reload_s}};
  result.latency_per_inference_s = total(result.latency_s);
  // Pipelined: a new image starts as soon as the busiest layer, or array shared by several layers, is free.
  double busiest = slowest_layer_s;
  for (const auto& [index, busy] : array_busy_s) busiest = std::max(busiest, busy);
  const bool pipelined = config.mapping.schedule == Schedule::pipelined && chip.placement.loads == 1;
  result.throughput_per_s = 1 / (pipelined ? busiest : result.latency_per_inference_s);
  const double leakage_W = tech.leakage_W_per_array.value_or(0) * chip.placement.arrays_total;
  result.energy_J = {{"array", array}, {"adc", adc}, {"driver", driver}, {"shift_add", shift_add}, {"accumulate", accumulate}, {"buffer", buffer},
                     {"interconnect", interconnect}, {"activation", activation}, {"digital", digital}, {"reload", reload_J},
                     {"leakage", leakage_W / result.throughput_per_s}};
  if (!tech.leakage_W_per_array) result.warnings.push_back("technology.leakage is unset: 0 was counted");
  result.energy_per_inference_J = total(result.energy_J);

  const double arrays = chip.placement.arrays_total;
  const AdcCommon* common_adc = common(config.adc);
  const double converters = common_adc ? std::ceil(static_cast<double>(config.array.columns) / common_adc->shared_by) : 0;
  const double reference_columns = std::holds_alternative<OffsetCell>(config.cell) ? 1 : 0;
  const double lines = config.array.rows * (pairs_in_cell ? 2.0 : 1.0);
  const UnitCost converter = unit_cost(config.adc, tech.node_m, tech.clock_Hz);
  result.area_breakdown_m2 = {
      {"array", arrays * config.array.rows * (config.array.columns + reference_columns) * column_area},
      {"adc", arrays * converters * converter.area_m2},
      {"driver", arrays * (lines * tech.driver_m2_per_row + config.array.rows * tech.register_m2_per_bit)},
      {"shift_add", arrays * std::max(1.0, converters) * accumulator_bits * (tech.adder_m2_per_bit + tech.register_m2_per_bit)},
      // One accumulator for each output column of an array.
      {"accumulate", arrays * config.array.columns * accumulator_bits * (tech.adder_m2_per_bit + tech.register_m2_per_bit)},
      {"buffer", 2 * largest_activation_bits * tech.buffer_m2_per_bit},
      {"activation", arrays * std::max(1.0, converters) * (config.input.bits + 1) * accumulator_bits * tech.adder_m2_per_bit}};
  result.area_m2 = total(result.area_breakdown_m2);

  const double operations = 2 * macs;
  result.tops_per_w = operations / result.energy_per_inference_J * 1e-12;
  result.tops_per_mm2 = operations * result.throughput_per_s / (result.area_m2 * 1e6) * 1e-12;
  result.efficiency_definition = fmt::format("1 MAC = 2 operations; {}-bit inputs, {}-bit weights; whole chip: arrays, converters, drivers, digital periphery and activation buffers; no off-chip traffic, no control",
                                             config.input.bits, config.quantization.weight_bits);
  if (tech.write_energy_J) {
    double devices = 0;
    for (const auto& plan : chip.layers)
      if (!plan.settings().digital) devices += static_cast<double>(plan.matrix->weights.size()) * plan.settings().duplicate * plan.cell().slices * plan.cell().devices_per_slice();
    result.energy_write_J = devices * *tech.write_energy_J;
  }
}

}  // namespace bitline
