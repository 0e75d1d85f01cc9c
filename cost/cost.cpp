// SPDX-License-Identifier: Apache-2.0
#include "cost/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "cost/baseline.h"
#include "cost/schedule.h"
#include "cost/write_cost.h"

namespace bitline::cost {

using arch::Config;
using chip::Chip;
using periphery::UnitCost;
using read::Ledger;

namespace {

// --- layers ---------------------------------------------------------------------------------------------------------

LayerCosts layer_costs(const chip::LayerPlan& plan, const LayerTariff& tariff, const Bill& bill) {
  const LayerActions& a = tariff.actions;
  LayerCosts out;
  out.name = plan.matrix.name;
  out.energy_breakdown_J = bill.energy_J;
  out.energy_J = out.energy_breakdown_J.total();
  out.settle_s = plan.settings.digital ? 0 : tariff.parts.settle_s;
  for (const auto& [array, work] : a.arrays)
    out.read_s = std::max(out.read_s, (work.drive_s + work.convert_s) / work.reads);
  out.conversions = a.planned[read::Action::conversion];
  out.macs = a.macs;
  out.arrays = static_cast<int>(a.busy_s.size());
  return out;
}

void charge(Costs& costs, const Bill& bill) {
  costs.energy_J.add(bill.energy_J);
  costs.energy_deviations_J.add(bill.deviations_J);
}

void add_layers(Costs& costs, const Chip& chip, const Tariff& tariff, std::span<const Ledger> counted) {
  costs.energy_J = Breakdown(layer_energy_parts());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const Bill b = layer_bill(chip, tariff, l, counted[l]);
    charge(costs, b);
    costs.layers.push_back(layer_costs(chip.layers[l], tariff.layers[l], b));
    if (const LayerCosts& out = costs.layers.back(); out.settle_s > chip.layers[l].settings.input.t_read_s)
      costs.warnings.push_back(fmt::format("{}: lines settle in {}, later than a read ends (input.t_read)", out.name,
                                           pretty(out.settle_s, Unit::second)));
  }
}

// Nodes of layers cost what their layer does.
void add_nodes(Costs& costs, const Chip& chip, const Tariff& tariff) {
  for (std::size_t n = 0; n < tariff.flow.nodes.size(); ++n) {
    const FlowNode& node = tariff.flow.nodes[n];
    NodeCosts out{
        .name = node.name, .operation = node.operation, .only_moves = node.only_moves, .macs = node.counts.macs};
    if (node.layer) {
      const LayerCosts& layer = costs.layers[*node.layer];
      out.is_layer = true;
      out.on_arrays = !chip.layers[*node.layer].settings.digital;
      out.macs = layer.macs, out.energy_breakdown_J = layer.energy_breakdown_J;
    } else {
      const Bill b = node_bill(tariff, n);
      charge(costs, b);
      out.energy_breakdown_J = b.energy_J;
    }
    out.energy_J = out.energy_breakdown_J.total();
    if (node.paid_by) out.paid_by = tariff.flow.nodes[*node.paid_by].name;
    costs.nodes.push_back(std::move(out));
  }
}

// --- the whole chip -------------------------------------------------------------------------------------------------

void add_area(Costs& costs, const Chip& chip, const Tariff& tariff) {
  const double arrays = chip.placement.arrays_total;
  costs.area_breakdown_m2 = tariff.area.with(tariff.path, tariff.config.periphery);
  costs.area_m2 = costs.area_breakdown_m2.total();
  costs.area_deviations_m2 = tariff.area.deviations_with(tariff.path, tariff.config.periphery);
  costs.area_low_m2 = costs.area_m2 - costs.area_deviations_m2.below();
  costs.area_high_m2 = costs.area_m2 + costs.area_deviations_m2.above();
  costs.unused_arrays_m2 = std::max(0.0, arrays - chip.placement.arrays_used) * tariff.area.macro_m2 / arrays;
}

// Energy and time of rewriting arrays for each inference.
struct Reload {
  double energy_J = 0, time_s = 0;
};
Reload add_writing(Costs& costs, const Chip& chip, const Tariff& tariff, std::optional<double> pulses_per_device) {
  const WriteCost write = write_cost(chip, tariff, pulses_per_device);
  costs.warnings.insert(costs.warnings.end(), write.warnings.begin(), write.warnings.end());
  costs.energy_write_J = write.energy_J;
  costs.write_parts = write.parts;
  costs.write_time_s = write.time_s;
  costs.write_needs = write.needs;
  if (tariff.config.programming.refresh_s && write.energy_J)
    costs.refresh_W = *write.energy_J / *tariff.config.programming.refresh_s;
  if (chip.placement.loads <= 1) return {};
  // What leaks does so for as long as writing takes.
  costs.time_is_bound = !write.time_s, costs.energy_is_bound = !write.energy_J || !write.time_s;
  if (costs.energy_is_bound)
    costs.warnings.push_back(
        fmt::format("arrays are reloaded for each image but neither programming.voltage and pulse nor "
                    "technology.write_{} is set: what it takes is not counted, so that {} only bounds",
                    !write.energy_J && !write.time_s ? "energy and write_time"
                    : write.energy_J                 ? "time"
                                                     : "energy",
                    !write.time_s ? "energy, time and efficiency are" : "energy and efficiency are"));
  return {write.energy_J.value_or(0), write.time_s.value_or(0)};
}

Breakdown by_part_s(const NodeTime& t) {
  return {{Part::array, t.array_s}, {Part::adc, t.adc_s}, {Part::digital, t.digital_s}, {Part::transfer, t.transfer_s}};
}

// Returns the time from one inference to the next.
double add_times(Costs& costs, const Chip& chip, const Tariff& tariff, double reload_s) {
  const std::vector<NodeTime> times = node_times(chip, tariff);
  for (std::size_t n = 0; n < times.size(); ++n) {
    costs.nodes[n].latency_s = times[n].total_s();
    if (const auto layer = tariff.flow.nodes[n].layer) {
      costs.layers[*layer].latency_s = times[n].total_s();
      costs.layers[*layer].latency_breakdown_s = by_part_s(times[n]);
    }
  }
  Timetable when = timetable(chip, tariff, times, reload_s);
  costs.timeline = std::move(when.timeline);
  if (when.held_back) costs.warnings.push_back(*when.held_back);
  costs.latency_s = by_part_s(when.longest);
  costs.latency_s.add(Part::reload, reload_s);
  costs.latency_per_inference_s = costs.latency_s.total();
  costs.throughput_per_s = 1 / when.period_s;
  return when.period_s;
}

// What no layer is charged with.
void add_whole_chip(Costs& costs, const Tariff& tariff, double reload_J, double period_s) {
  const UnitCost& wires = tariff.path.whole;
  const double clock_J =
      tariff.config.periphery.clock_gating
          ? 0
          : tariff.area.register_bits * tariff.parts.idle_register_J * tariff.config.technology.clock_Hz * period_s;
  costs.energy_J.add({{Part::clock, clock_J},
                      {Part::reload, reload_J},
                      {Part::leakage, (tariff.area.leakage_W + wires.leakage_W) * period_s}});
  costs.energy_per_inference_J = costs.energy_J.total();
  // Reloading has none: it is what devices dissipate, and lines and shifters on top are not told apart.
  Deviations& off_J = costs.energy_deviations_J;
  off_J.add(Kind::register_bit, clock_J, tariff.parts.register_bit.energy_spread);
  off_J.add(tariff.area.deviations_W, period_s);
  off_J.add(Kind::leakage, wires.leakage_W * period_s, wires.leakage_spread);
  costs.energy_low_J = costs.energy_per_inference_J - off_J.below();
  costs.energy_high_J = costs.energy_per_inference_J + off_J.above();
}

// --- figures of merit -----------------------------------------------------------------------------------------------

double tops_per_w(double macs, double joules) { return joules > 0 ? 2 * macs / joules * 1e-12 : 0; }

void add_efficiency(Costs& costs, const Config& config, const ChipArea& area) {
  double macs = 0;
  for (const NodeCosts& node : costs.nodes) macs += node.macs;
  const double operations_per_s = 2 * macs * costs.throughput_per_s * 1e-12;
  costs.tops_per_w = tops_per_w(macs, costs.energy_per_inference_J);
  costs.tops_per_mm2 = operations_per_s / (costs.area_m2 * 1e6);
  costs.one_bit_tops_per_w = costs.tops_per_w * config.input.bits * config.quantization.weight_bits;
  // Inside an array: what its devices dissipate. A macro: with all that stands around it until sums are digital.
  costs.boundaries = {
      {"array", "cells", tops_per_w(macs, costs.energy_J.inside(Boundary::cells)),
       operations_per_s / (area.parts_m2.inside(Boundary::cells) * 1e6)},
      {"macro", "cells, drivers, converters, shift-add, accumulators",
       tops_per_w(macs, costs.energy_J.inside(Boundary::macro)), operations_per_s / (area.macro_m2 * 1e6)},
      {"chip", "all parts, leakage", tops_per_w(macs, costs.energy_J.inside(Boundary::chip)), costs.tops_per_mm2}};
  if (config.periphery.off_chip)
    costs.boundaries.push_back(
        {"system", "the chip, and its traffic with external memory", costs.tops_per_w, costs.tops_per_mm2});
  costs.efficiency_definition = fmt::format(
      "1 MAC = 2 operations; {}-bit inputs, {}-bit weights, {}-bit outputs of converters; whole chip: arrays, "
      "converters, drivers, digital periphery, buffers and interconnect; {}, no control",
      config.input.bits, config.quantization.weight_bits,
      common(config.adc) ? std::to_string(common(config.adc)->bits) : "ideal",
      config.periphery.off_chip ? "with off-chip traffic" : "no off-chip traffic");
}

std::vector<CostLine> unit_costs(const Config& config, const Tariff& tariff, double arrays) {
  const ChipParts& p = tariff.parts;
  std::vector<CostLine> lines{
      {Component::adc, p.own.adc, arrays * p.own.converters, adc_price_because(config.adc, config.technology)},
      {Component::row_driver, p.own.row_driver, arrays * p.lines.lines},
      {Component::adder, p.adder_bit, 0},
      {Component::register_bit, p.register_bit, 0},
      {Component::buffer, p.buffer_bit, 0},
      {Component::interconnect, tariff.path.bit, 0}};
  if (p.own.dac.energy_J > 0) lines.push_back({Component::dac, p.own.dac, arrays * p.lines.lines});
  if (p.own.shared_by > 1) lines.push_back({Component::column_switch, p.own.column_switch, arrays * p.own.outputs});
  if (p.own.holds) lines.push_back({Component::sample_hold, p.own.sample_hold, arrays * p.own.outputs});
  if (p.level_shifters)
    lines.push_back({Component::level_shifter, p.level_shifter, arrays * (p.lines.lines + config.array.columns)});
  const periphery::DigitalUnit& unit = config.periphery.digital;
  for (std::size_t o = 0; o < periphery::operation_count; ++o)
    if (const periphery::UnitCost& cost = tariff.digital.operations[o]; cost.energy_J > 0) {
      const auto operation = static_cast<periphery::DigitalOperation>(o);
      lines.push_back({component_of(operation), cost, 1.0 * (is_special(operation) ? unit.special_lanes : unit.lanes)});
    }
  return lines;
}

// Of the chip's own converters, the model in use first.
std::vector<ConverterPrice> converter_prices(const Config& config, double converters) {
  using periphery::AdcCostModel;
  const periphery::AdcCommon* adc = common(config.adc);
  if (!adc) return {};
  const AdcCostModel used = adc_model_choice(config.adc, config.technology).model;
  std::vector<AdcCostModel> models{used};
  for (const AdcCostModel other : {AdcCostModel::survey, AdcCostModel::circuit, AdcCostModel::regression})
    if (other != used) models.push_back(other);
  std::vector<ConverterPrice> prices;
  for (const AdcCostModel model : models)
    if (adc_model_applies(model, config.adc, config.technology)) {
      const UnitCost c =
          adc_model_cost(model, config.adc, config.technology, std::max(1, static_cast<int>(converters)));
      prices.push_back({names_of(model)[static_cast<std::size_t>(model)], c.energy_J, c.area_m2});
    }
  return prices;
}

}  // namespace

Costs price(const Chip& chip, const Tariff& tariff, std::span<const Ledger> counted,
            std::optional<double> pulses_per_device) {
  Costs costs;
  add_layers(costs, chip, tariff, counted);
  add_nodes(costs, chip, tariff);
  add_area(costs, chip, tariff);
  const Reload reload = add_writing(costs, chip, tariff, pulses_per_device);
  const double period_s = add_times(costs, chip, tariff, reload.time_s);
  add_whole_chip(costs, tariff, reload.energy_J, period_s);
  add_efficiency(costs, tariff.config, tariff.area);
  costs.unit_costs = unit_costs(tariff.config, tariff, chip.placement.arrays_total);
  costs.converter_prices = converter_prices(tariff.config, tariff.parts.own.converters);
  costs.baselines = baselines(chip, tariff);
  return costs;
}

}  // namespace bitline::cost
