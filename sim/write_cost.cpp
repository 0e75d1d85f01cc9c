// SPDX-License-Identifier: Apache-2.0
#include "sim/write_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "sim/row_conductance.h"

namespace bitline {
namespace {

// Arrays are written at the same time, all loads of one after another: the fullest decides.
double slowest_array_s(const Chip& chip, const std::function<double(const LayerPlan&)>& device_s) {
  std::map<int, double> busy_s;
  for (const LayerPlan& plan : chip.layers)
    for (const Block& block : plan.mapped->blocks)
      busy_s[block.array % chip.placement.arrays_total] += static_cast<double>(block.rows) * block.columns *
                                                           plan.cell().slices * plan.cell().devices_per_slice() *
                                                           device_s(plan);
  double most_s = 0;
  for (const auto& [array, seconds] : busy_s) most_s = std::max(most_s, seconds);
  return most_s;
}

}  // namespace

WriteCost write_cost(const Chip& chip, const ChipParts& parts, const std::vector<LayerParts>& own, double pulses,
                     std::vector<std::string>& warnings) {
  const Config& config = chip.config;
  const Technology& t = config.technology;
  const Programming& p = config.programming;
  const double devices = mapped_devices(chip);
  if (parts.level_shifters)
    warnings.push_back(
        fmt::format("programming.voltage: {} is more than the {} that transistors of this node bear: level shifters on "
                    "all lines are "
                    "counted",
                    pretty(*p.voltage_V, Unit::volt), pretty(t.core_limit_V.value_or(1.1 * t.vdd_V), Unit::volt)));
  const bool verify = verifies(config);
  WriteCost cost;
  if (t.write_energy_J) cost.energy_J = devices * *t.write_energy_J;
  if (t.write_time_s)
    cost.time_s = slowest_array_s(chip, [&](const LayerPlan&) { return *t.write_time_s; }) / p.parallel;
  if (!p.voltage_V || !p.pulse_s) {
    if (!cost.energy_J || !cost.time_s)
      cost.needs = fmt::format("{}{}{}, or technology.{}", p.voltage_V ? "" : "programming.voltage",
                               p.voltage_V || p.pulse_s ? "" : " and ", p.pulse_s ? "" : "programming.pulse",
                               cost.energy_J ? "write_time"
                               : cost.time_s ? "write_energy"
                                             : "write_energy and technology.write_time");
    return cost;
  }
  const double square_V2 = *p.voltage_V * *p.voltage_V, line_F = parts.lines.row_F + parts.lines.column_F;
  const UnitCost shifter = parts.level_shifters ? parts.level_shifter : UnitCost{};
  double joules = 0;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (plan.settings().digital) continue;
    const double copies = plan.settings().duplicate, read_s = plan.settings().input.t_read_s;
    const double read_V = plan.settings().input.v_read_V;
    const double count = static_cast<double>(plan.matrix->rows) * plan.matrix->columns * copies * plan.cell().slices *
                         plan.cell().devices_per_slice();
    const double sum_S = copies * target_sum_S(config, plan);
    const double each_J = square_V2 * line_F + 2 * shifter.energy_J + (verify ? own[l].adc.energy_J : 0);
    joules += pulses * (sum_S * (square_V2 * *p.pulse_s + (verify ? read_V * read_V * read_s : 0)) + count * each_J);
  }
  if (!cost.energy_J) cost.energy_J = joules;
  if (!cost.time_s)
    cost.time_s = slowest_array_s(chip,
                                  [&](const LayerPlan& plan) {
                                    const double verify_s =
                                        plan.settings().input.t_read_s +
                                        own[static_cast<std::size_t>(plan.matrix->index)].adc.time_s;
                                    return pulses * (*p.pulse_s + (verify ? verify_s : 0));
                                  }) /
                  p.parallel;
  return cost;
}

}  // namespace bitline
