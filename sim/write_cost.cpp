// SPDX-License-Identifier: Apache-2.0
#include "sim/write_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "sim/row_conductance.h"

namespace bitline {
namespace {

// Arrays are written at the same time, all loads of one after another: the fullest decides.
double slowest_array_s(const Chip& chip, const std::function<double(const LayerPlan&, const Block&)>& block_s) {
  std::map<int, double> busy_s;
  for (const LayerPlan& plan : chip.layers)
    for (const Block& block : plan.blocks)
      busy_s[block.array % chip.placement.arrays_total] += block_s(plan, block);
  double most_s = 0;
  for (const auto& [array, seconds] : busy_s) most_s = std::max(most_s, seconds);
  return most_s;
}

double devices_of(const LayerPlan& plan, const Block& block) {
  return static_cast<double>(block.rows) * block.columns * plan.cell.slices * plan.cell.devices_per_slice();
}

}  // namespace

WriteCost write_cost(const Chip& chip, const ChipParts& parts, const std::vector<LayerParts>& own,
                     std::optional<double> counted, std::vector<std::string>& warnings) {
  const Config& config = chip.config;
  const Technology& t = config.technology;
  const Programming& p = config.programming;
  const WritePulse pulse = write_pulse(config);
  const double devices = mapped_devices(chip);
  if (parts.level_shifters)
    warnings.push_back(
        fmt::format("{}: {} is more than the {} that transistors of this node bear: level shifters on "
                    "all lines are "
                    "counted",
                    p.voltage_V ? "programming.voltage" : "device.plasticity.potentiation.drive.amplitude",
                    pretty(*pulse.voltage_V, Unit::volt), pretty(t.core_limit(), Unit::volt)));
  const bool verify = verifies(config);
  WriteCost cost;
  if (t.write_energy_J) cost.energy_J = devices * *t.write_energy_J;
  if (t.write_time_s)
    cost.time_s = slowest_array_s(chip, [&](const LayerPlan& plan,
                                            const Block& block) { return devices_of(plan, block) * *t.write_time_s; }) /
                  p.parallel;
  if (!pulse.voltage_V || !pulse.length_s) {
    if (!cost.energy_J || !cost.time_s)
      cost.needs =
          fmt::format("{}{}{}, or technology.{}", pulse.voltage_V ? "" : "programming.voltage",
                      pulse.voltage_V || pulse.length_s ? "" : " and ", pulse.length_s ? "" : "programming.pulse",
                      cost.energy_J ? "write_time"
                      : cost.time_s ? "write_energy"
                                    : "write_energy and technology.write_time");
    return cost;
  }
  const double square_V2 = *pulse.voltage_V * *pulse.voltage_V, line_F = parts.lines.row_F + parts.lines.column_F;
  const UnitCost shifter = parts.level_shifters ? parts.level_shifter : UnitCost{};
  // Pulses go with targets, so that neither energy nor time follows from their mean: both are summed code by code.
  const OfTarget pulses = [&](double target_S) { return chip.mean_pulses(target_S); },
                 weighted_S = [&](double target_S) { return chip.mean_pulses(target_S) * target_S; };
  double all_pulses = 0, joules = 0;
  std::map<const Block*, double> block_pulses;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (plan.settings.digital) continue;
    const double read_s = plan.settings.input.t_read_s, read_V = plan.settings.input.v_read_V;
    const auto of_codes = sums_of_codes(plan.cell, config.device, pulses),
               of_codes_S = sums_of_codes(plan.cell, config.device, weighted_S);
    double layer = 0, layer_S = 0;
    for (const Block& block : plan.blocks) {
      layer += block_pulses[&block] = block_sum(config, plan, block, of_codes);
      layer_S += block_sum(config, plan, block, of_codes_S);
    }
    const double each_J = square_V2 * line_F + 2 * shifter.energy_J + (verify ? own[l].adc.energy_J : 0);
    joules += layer_S * (square_V2 * *pulse.length_s + (verify ? read_V * read_V * read_s : 0)) + layer * each_J;
    all_pulses += layer;
  }
  // Devices whose writes failed took more.
  const double scale = counted && all_pulses > 0 ? *counted * devices / all_pulses : 1;
  if (!cost.energy_J) cost.energy_J = scale * joules;
  if (!cost.time_s)
    cost.time_s = slowest_array_s(chip,
                                  [&](const LayerPlan& plan, const Block& block) {
                                    const double verify_s =
                                        plan.settings.input.t_read_s +
                                        own[static_cast<std::size_t>(plan.matrix.index)].adc.time_s;
                                    return scale * block_pulses[&block] * (*pulse.length_s + (verify ? verify_s : 0));
                                  }) /
                  p.parallel;
  return cost;
}

void warn_endurance(const Chip& chip, std::vector<std::string>& warnings) {
  const Config& config = chip.config;
  if (!config.device.endurance) return;
  double most = 0;
  for (const LayerPlan& plan : chip.layers)
    sums_of_codes(plan.cell, config.device, [&](double target_S) {
      most = std::max(most, chip.mean_pulses(target_S));
      return 0.0;
    });
  const auto& refresh_s = config.programming.refresh_s;
  const double writes = 1 + (refresh_s ? std::floor(config.age_s / *refresh_s) : 0), needed = writes * most;
  if (needed > *config.device.endurance)
    warnings.push_back(
        fmt::format("device.endurance: {:.3g} pulses until the age of the run, but a device bears {:.3g}", needed,
                    *config.device.endurance));
}

}  // namespace bitline
