// SPDX-License-Identifier: Apache-2.0
#include "sim/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "sim/area.h"
#include "sim/baseline.h"
#include "sim/schedule.h"
#include "sim/write_cost.h"

namespace bitline {
namespace {

// A voltage row is charged to what it carries; a gated row's gate line to the supply.
double line_energy_J(const Config& config, const LayerPlan& plan, const LayerCounts& counts, const ArrayLines& lines) {
  const double vdd_V = config.technology.vdd_V;
  return lines.row_F * (config.array.topology == Topology::voltage_rows
                            ? counts.line_drive * plan.v_step_V * plan.v_step_V
                            : counts.line_activations * vdd_V * vdd_V);
}

// By part, in the order of reports. Energies with a spread keep it for the interval of the total.
struct Part {
  const char* name;
  double joules;
  double spread = 1;
};

std::vector<Part> layer_energy(const Chip& chip, const LayerPlan& plan, const LayerActions& a,
                               const LayerCounts& counts, const ChipParts& parts, const LayerParts& own,
                               const Path& path) {
  const Periphery& periphery = chip.config.periphery;
  const double add_J = parts.adder_bit.energy_J, keep_J = add_J + parts.register_bit.energy_J;
  const double bits = a.bits_in + a.bits_out;
  const bool digital = plan.settings().digital, first = plan.matrix->index == 0,
             last = plan.matrix->index + 1 == static_cast<int>(chip.layers.size());
  const double crossing =
      !periphery.off_chip
          ? 0
          : (first ? static_cast<double>(plan.matrix->inputs) * plan.matrix->input.bits : 0) + (last ? a.bits_out : 0);
  const UnitCost dram = crossing > 0 ? dram_bit(chip.config.technology) : UnitCost{};
  return {
      {"array", counts.array_J},
      {"adc", a.conversions * own.adc.energy_J, own.adc.spread},
      {"driver", line_energy_J(chip.config, plan, counts, parts.lines) +
                     counts.line_activations * own.row_driver.energy_J + a.level_setups * own.dac.energy_J +
                     a.register_bits * parts.register_bit.energy_J},
      {"mux", a.samples * own.column_switch.energy_J + a.selections * own.mux_decoder.energy_J},
      {"sample_hold", a.samples * own.sample_hold.energy_J},
      {"shift_add", a.slice_sums * a.slice_bits * keep_J +
                        a.plane_sums * (a.adder_bits * add_J + a.accumulator_bits * parts.register_bit.energy_J)},
      {"accumulate", a.partial_sums * a.accumulator_bits * keep_J},
      {"buffer", bits * parts.buffer_bit.energy_J},
      {"interconnect", (bits + a.bits_between) * path.bit.energy_J},
      {"off_chip", crossing * dram.energy_J, dram.spread},
      // Rescaling multiplies the accumulator by a constant of the output's width (one adder row for each bit), then
      // compares.
      {"activation", a.outputs * rescaler(chip.config.technology, a.accumulator_bits, a.output_bits).energy_J},
      {"digital",
       digital ? a.products * (plan.cell().weight_bits * plan.matrix->input.bits + a.accumulator_bits) * add_J : 0}};
}

std::vector<CostLine> unit_costs(const ChipParts& p, const Path& path, double arrays, double columns) {
  std::vector<CostLine> lines{{"adc", "conversion", p.own.adc, arrays * p.own.converters},
                              {"row driver", "line activation", p.own.row_driver, arrays * p.lines.lines},
                              {"adder", "bit and addition", p.adder_bit, 0},
                              {"register", "bit and write", p.register_bit, 0},
                              {"buffer", "bit and access", p.buffer_bit, 0},
                              {"interconnect", "bit, from buffer to array", path.bit, 0}};
  if (p.own.dac.energy_J > 0) lines.push_back({"dac", "level", p.own.dac, arrays * p.lines.lines});
  if (p.own.shared_by > 1) {
    lines.push_back({"column switch", "switching", p.own.column_switch, arrays * p.own.outputs});
    lines.push_back({"sample and hold", "sample", p.own.sample_hold, arrays * p.own.outputs});
  }
  if (p.level_shifters)
    lines.push_back({"level shifter", "pulse", p.level_shifter, arrays * (p.lines.lines + columns)});
  return lines;
}

double tops_per_w(double macs, double joules) { return joules > 0 ? 2 * macs / joules * 1e-12 : 0; }

}  // namespace

double total(const Breakdown& parts) {
  double sum = 0;
  for (const auto& [name, value] : parts) sum += value;
  return sum;
}

double data_energy_J(const Chip& chip, const LayerPlan& plan, const LayerCounts& counts) {
  const ArrayLines lines = line_loads(chip.config);
  const LayerParts own = layer_parts(chip.config, plan.settings(), lines);
  return counts.array_J + line_energy_J(chip.config, plan, counts, lines) +
         counts.line_activations * own.row_driver.energy_J;
}

void add_costs(const Chip& chip, const std::vector<LayerCounts>& per_inference, std::optional<double> counted_pulses,
               Costs& result) {
  const Config& config = chip.config;
  const Technology& tech = config.technology;
  const double arrays = chip.placement.arrays_total;

  // Actions first: buffers must hold the largest layer, and wires span the area of everything else.
  std::vector<LayerActions> layers;
  std::vector<LayerParts> own;
  double macs = 0, buffer_bits = 1;
  const ArrayLines lines = line_loads(config);
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    own.push_back(layer_parts(config, plan.settings(), lines));
    LayerActions a = actions(chip, plan, own.back());
    a.output_bits = l + 1 < chip.layers.size() ? chip.layers[l + 1].matrix->input.bits : plan.matrix->input.bits;
    a.bits_out = a.outputs * a.output_bits;
    buffer_bits =
        std::max({buffer_bits, static_cast<double>(plan.matrix->inputs) * plan.matrix->input.bits, a.bits_out});
    macs += a.macs;
    layers.push_back(std::move(a));
  }
  const ChipParts parts = chip_parts(config, 2 * buffer_bits);  // one is filled while the other is read
  const ChipArea area = chip_area(chip, layers, parts, 2 * buffer_bits);
  const Path path = transfer_path(config, arrays, area.macro_m2 / arrays);
  result.area_breakdown_m2 = area.with(path, config.periphery);
  result.area_m2 = total(result.area_breakdown_m2);
  result.unused_arrays_m2 = std::max(0.0, arrays - chip.placement.arrays_used) * area.macro_m2 / arrays;

  result.energy_J.clear();
  result.layers.resize(chip.layers.size());
  std::vector<LayerTime> times;
  result.energy_low_J = result.energy_high_J = 0;
  double array_s = 0, adc_s = 0, digital_s = 0, moving_s = 0;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    const LayerActions& a = layers[l];
    LayerResult& out = result.layers[l];
    times.push_back(layer_time(config, a, transfer_s(config, *plan.matrix, a, path)));
    out.name = plan.matrix->name;
    out.energy_breakdown_J.clear();
    for (const Part& p : layer_energy(chip, plan, a, per_inference[l], parts, own[l], path)) {
      out.energy_breakdown_J.emplace_back(p.name, p.joules);
      result.energy_low_J += p.joules / p.spread, result.energy_high_J += p.joules * p.spread;
    }
    if (result.energy_J.empty())
      for (const auto& [name, joules] : out.energy_breakdown_J) result.energy_J.emplace_back(name, 0);
    for (std::size_t i = 0; i < result.energy_J.size(); ++i)
      result.energy_J[i].second += out.energy_breakdown_J[i].second;
    out.energy_J = total(out.energy_breakdown_J);
    out.latency_s = times[l].total_s();
    out.settle_s = plan.settings().digital ? 0 : own[l].settle_s;
    for (const auto& [array, work] : a.arrays)
      out.read_s = std::max(out.read_s, (work.drive_s + work.convert_s) / work.reads);
    out.conversions = a.conversions;
    out.macs = a.macs;
    out.arrays = static_cast<int>(a.arrays.size());
    array_s += times[l].array_s, adc_s += times[l].adc_s, digital_s += times[l].digital_s;
    moving_s += times[l].transfer_s;
    if (out.settle_s > plan.settings().input.t_read_s)
      result.warnings.push_back(fmt::format("{}: lines settle in {}, later than a read ends (input.t_read)", out.name,
                                            pretty(out.settle_s, Unit::second)));
  }

  const WriteCost write = write_cost(chip, parts, own, counted_pulses, result.warnings);
  const bool reloads = chip.placement.loads > 1;
  if (reloads && !(write.energy_J && write.time_s))
    result.warnings.push_back(
        fmt::format("arrays are reloaded for each image but neither programming.voltage and pulse nor "
                    "technology.write_{} is set: 0 "
                    "was charged for it",
                    !write.energy_J && !write.time_s ? "energy and write_time"
                    : write.energy_J                 ? "time"
                                                     : "energy"));
  const double reload_s = reloads ? write.time_s.value_or(0) : 0;
  const Timetable when = timetable(chip, layers, times, reload_s);
  result.timeline = when.timeline;
  if (!when.held_back.empty()) result.warnings.push_back(when.held_back);
  result.latency_s = {
      {"array", array_s}, {"adc", adc_s}, {"digital", digital_s}, {"transfer", moving_s}, {"reload", reload_s}};
  result.latency_per_inference_s = total(result.latency_s);
  result.throughput_per_s = 1 / when.period_s;

  const double leakage_W = area.leakage_W + path.leakage_W,
               idle_J = config.periphery.clock_gating
                            ? 0
                            : area.register_bits * parts.idle_register_J * tech.clock_Hz * when.period_s;
  const double reload_J = reloads ? write.energy_J.value_or(0) : 0, leakage_J = leakage_W * when.period_s;
  result.energy_J.emplace_back("clock", idle_J);
  result.energy_J.emplace_back("reload", reload_J);
  result.energy_J.emplace_back("leakage", leakage_J);
  result.energy_low_J += idle_J + reload_J + leakage_J, result.energy_high_J += idle_J + reload_J + leakage_J;
  result.energy_per_inference_J = total(result.energy_J);
  result.energy_write_J = write.energy_J;
  result.write_time_s = write.time_s;
  result.write_needs = write.needs;
  if (config.programming.refresh_s && write.energy_J)
    result.refresh_W = *write.energy_J / *config.programming.refresh_s;
  if (std::any_of(chip.layers.begin(), chip.layers.end(),
                  [](const LayerPlan& plan) { return plan.settings().digital; }))
    result.warnings.push_back("digital layers: the area of their unit and of its weight memory is not counted");

  // Inside an array: what its devices dissipate. A macro: with all that stands around it until sums are digital.
  const auto joules_of = [&](std::initializer_list<const char*> names) {
    double sum = 0;
    for (const auto& [name, joules] : result.energy_J)
      for (const char* n : names) sum += name == n ? joules : 0;
    return sum;
  };
  const double operations_per_s = 2 * macs * result.throughput_per_s * 1e-12;
  const double macro_J = joules_of({"array", "adc", "driver", "mux", "sample_hold", "shift_add", "accumulate"});
  result.tops_per_w = tops_per_w(macs, result.energy_per_inference_J);
  result.tops_per_mm2 = operations_per_s / (result.area_m2 * 1e6);
  result.one_bit_tops_per_w = result.tops_per_w * config.input.bits * config.quantization.weight_bits;
  result.boundaries = {
      {"array", "cells", tops_per_w(macs, joules_of({"array"})), operations_per_s / (area.cells_m2() * 1e6)},
      {"macro", "cells, drivers, converters, shift-add, accumulators", tops_per_w(macs, macro_J),
       operations_per_s / (area.macro_m2 * 1e6)},
      {"chip", "all parts, leakage", result.tops_per_w, result.tops_per_mm2}};
  result.efficiency_definition = fmt::format(
      "1 MAC = 2 operations; {}-bit inputs, {}-bit weights, {}-bit outputs of converters; whole chip: arrays, "
      "converters, drivers, digital periphery, buffers and interconnect; {}, no control",
      config.input.bits, config.quantization.weight_bits,
      common(config.adc) ? std::to_string(common(config.adc)->bits) : "ideal",
      config.periphery.off_chip ? "with off-chip traffic" : "no off-chip traffic");
  result.unit_costs = unit_costs(parts, path, arrays, config.array.columns);
  result.baselines = baselines(chip, layers, parts);
}

}  // namespace bitline
