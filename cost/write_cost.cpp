// SPDX-License-Identifier: Apache-2.0
#include "cost/write_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "chip/row_conductance.h"
#include "device/pulse_heat.h"
#include "device/write_pulses.h"
#include "device/write_verify.h"

namespace bitline::cost {

using arch::Config;
using arch::WritePulse;
using chip::Chip;
using chip::LayerPlan;
using chip::sums_of_codes;
using mapping::Block;
using periphery::UnitCost;

namespace {

// Arrays are written at the same time, all loads of one after another: the fullest decides.
double slowest_array_s(const Chip& chip, const std::function<double(const LayerPlan&, const Block&)>& block_s) {
  std::map<int, double> busy_s;
  for (const LayerPlan& plan : chip.layers)
    for (const Block& block : plan.blocks) busy_s[block.array % chip.placement.arrays_total] += block_s(plan, block);
  double most_s = 0;
  for (const auto& [array, seconds] : busy_s) most_s = std::max(most_s, seconds);
  return most_s;
}

double devices_of(const LayerPlan& plan, const Block& block) {
  return static_cast<double>(block.rows) * block.columns * plan.cell.slices * plan.cell.devices_per_slice();
}

}  // namespace

namespace {

// Of a device with this target.
device::WritePath path_to(const Config& config, const Chip& chip, double target_S) {
  return chip.verify   ? chip.verify->path(target_S)
         : chip.pulses ? chip.pulses->path(target_S)
                       : device::straight_path(config.device.g_min_S, target_S, config.programming.pulses.value_or(1));
}

std::string missing_keys(const WritePulse& pulse, const WriteCost& cost) {
  return fmt::format("{}{}{}, or technology.{}", pulse.voltage_V ? "" : "programming.voltage",
                     pulse.voltage_V || pulse.length_s ? "" : " and ", pulse.length_s ? "" : "programming.pulse",
                     cost.energy_J ? "write_time"
                     : cost.time_s ? "write_energy"
                                   : "write_energy and technology.write_time");
}

std::string level_shifter_warning(const Config& config, double voltage_V) {
  return fmt::format(
      "{}: {} is more than the {} that transistors of this node bear: level shifters on all lines are counted",
      config.programming.voltage_V ? "programming.voltage" : "device.plasticity.potentiation.drive.amplitude",
      pretty(voltage_V, Unit::volt), pretty(config.technology.core_limit(), Unit::volt));
}

// Figures of the technology, which win over the model.
WriteCost given_cost(const Config& config, const Chip& chip, double devices) {
  const periphery::Technology& t = config.technology;
  WriteCost cost;
  if (t.write_energy_J) cost.energy_J = devices * *t.write_energy_J;
  if (t.write_time_s)
    cost.time_s = slowest_array_s(chip, [&](const LayerPlan& plan,
                                            const Block& block) { return devices_of(plan, block) * *t.write_time_s; }) /
                  config.programming.parallel;
  return cost;
}

// All devices written once, before scaling to counted pulses.
struct Pulses {
  double all = 0;
  WriteEnergy energy;
  std::map<const Block*, double> of_block;
};
// Pulses go with targets, so that neither energy nor time follows from their mean: all sums are formed code by code.
Pulses sum_pulses(const Chip& chip, const Tariff& tariff, const WritePulse& pulse) {
  const Config& config = tariff.config;
  const ChipParts& parts = tariff.parts;
  const bool verify = verifies(config);
  const double square_V2 = *pulse.voltage_V * *pulse.voltage_V, line_F = parts.lines.row_F + parts.lines.column_F;
  const UnitCost shifter = parts.level_shifters ? parts.level_shifter : UnitCost{};
  const auto of_path = [&](double device::WritePath::*sum) {
    return chip::OfTarget([&config, &chip, sum](double target_S) { return path_to(config, chip, target_S).*sum; });
  };
  Pulses sum;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    if (plan.settings.digital) continue;
    const double read_s = plan.settings.input.t_read_s, read_V = plan.settings.input.v_read_V;
    const auto of_codes = [&](double device::WritePath::*what) {
      return sums_of_codes(plan.cell, config.device, of_path(what));
    };
    const auto pulses = of_codes(&device::WritePath::pulses), during_S = of_codes(&device::WritePath::during_S),
               after_S = of_codes(&device::WritePath::after_S);
    double layer = 0, layer_during_S = 0, layer_after_S = 0;
    for (const Block& block : plan.blocks) {
      layer += sum.of_block[&block] = block_sum(config, plan, block, pulses);
      layer_during_S += block_sum(config, plan, block, during_S);
      layer_after_S += block_sum(config, plan, block, after_S);
    }
    WriteEnergy& e = sum.energy;
    e.device_J += pulse_heat_J(config.device.iv, layer_during_S, read_V, *pulse.voltage_V, *pulse.length_s);
    e.lines_J += layer * square_V2 * line_F;
    e.level_shifter_J += layer * 2 * shifter.energy_J;
    if (verify) {
      e.verify_read_J += layer_after_S * read_V * read_V * read_s;
      e.conversion_J += layer * tariff.layers[l].parts.adc.energy_J;
    }
    sum.all += layer;
  }
  return sum;
}

WriteEnergy scaled(const WriteEnergy& e, double by) {
  return {e.device_J * by, e.lines_J * by, e.level_shifter_J * by, e.verify_read_J * by, e.conversion_J * by};
}

}  // namespace

WriteCost write_cost(const Chip& chip, const Tariff& tariff, std::optional<double> counted) {
  const Config& config = tariff.config;
  const WritePulse pulse = write_pulse(config);
  const double devices = mapped_devices(chip);
  WriteCost cost = given_cost(config, chip, devices);
  if (tariff.parts.level_shifters) cost.warnings.push_back(level_shifter_warning(config, *pulse.voltage_V));
  if (!pulse.voltage_V || !pulse.length_s) {
    if (!cost.energy_J || !cost.time_s) cost.needs = missing_keys(pulse, cost);
    return cost;
  }
  const Pulses pulses = sum_pulses(chip, tariff, pulse);
  const bool verify = verifies(config);
  // Devices whose writes failed took more.
  const double scale = counted && pulses.all > 0 ? *counted * devices / pulses.all : 1;
  if (!cost.energy_J) {
    cost.parts = scaled(pulses.energy, scale);
    cost.energy_J = cost.parts->total();
  }
  if (!cost.time_s)
    cost.time_s =
        slowest_array_s(chip,
                        [&](const LayerPlan& plan, const Block& block) {
                          const auto layer = static_cast<std::size_t>(plan.matrix.index);
                          const double verify_s = plan.settings.input.t_read_s + tariff.layers[layer].parts.adc.time_s;
                          return scale * pulses.of_block.at(&block) * (*pulse.length_s + (verify ? verify_s : 0));
                        }) /
        config.programming.parallel;
  return cost;
}

std::optional<std::string> endurance_warning(const Config& config, const Chip& chip) {
  if (!config.device.endurance) return std::nullopt;
  double most = 0;
  for (const LayerPlan& plan : chip.layers)
    sums_of_codes(plan.cell, config.device, [&](double target_S) {
      most = std::max(most, path_to(config, chip, target_S).pulses);
      return 0.0;
    });
  const auto& refresh_s = config.programming.refresh_s;
  const auto* use = std::get_if<arch::InTime>(&config.use);
  const double until_s = config.age_s + (use ? use->span_s : 0);
  const double writes = 1 + (refresh_s ? std::floor(until_s / *refresh_s) : 0), needed = writes * most;
  if (needed <= *config.device.endurance) return std::nullopt;
  return fmt::format("device.endurance: {:.3g} pulses until the {}, but a device bears {:.3g}", needed,
                     use ? "end of its use" : "age of the run", *config.device.endurance);
}

}  // namespace bitline::cost
