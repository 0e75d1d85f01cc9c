// SPDX-License-Identifier: Apache-2.0
#include "cost/tariff.h"

#include <algorithm>
#include <utility>

#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"

namespace bitline::cost {

using arch::Config;
using chip::Chip;
using periphery::UnitCost;
using read::Action;
using read::Ledger;

namespace {

void add_off_chip(std::vector<Price>& list, const Config& config, const Ledger& planned) {
  if (!config.periphery.off_chip || planned[Action::off_chip_bit] == 0) return;
  const UnitCost dram = dram_bit(config.technology);
  list.push_back({Part::off_chip, Action::off_chip_bit, dram.energy_J, dram.spread});
}

// In the order in which a part's terms are added.
std::vector<Price> layer_prices(const Config& config, const Tariff& t, std::size_t l) {
  const LayerActions& a = t.layers[l].actions;
  const LayerParts& own = t.layers[l].parts;
  const UnitCost& mac = t.digital.layer_macs[l];
  const double add_J = t.parts.adder_bit.energy_J, hold_J = t.parts.register_bit.energy_J, keep_J = add_J + hold_J;
  std::vector<Price> list = {
      {Part::adc, Action::conversion, own.adc.energy_J, own.adc.spread},
      {Part::driver, Action::line_charge, t.parts.lines.row_F},
      {Part::driver, Action::line_activation, own.row_driver.energy_J},
      {Part::driver, Action::analog_level, own.dac.energy_J},
      {Part::driver, Action::register_bit, hold_J},
      {Part::mux, Action::held_sample, own.column_switch.energy_J},
      {Part::mux, Action::column_selection, own.mux_decoder.energy_J},
      {Part::sample_hold, Action::held_sample, own.sample_hold.energy_J},
      {Part::shift_add, Action::slice_bit, keep_J},
      {Part::shift_add, Action::plane_sum, a.adder_bits * add_J + a.accumulator_bits * hold_J},
      {Part::accumulate, Action::piece_bit, keep_J},
      {Part::buffer, Action::buffer_bit, t.parts.buffer_bit.energy_J},
      {Part::interconnect, Action::transfer_bit, t.path.bit.energy_J},
      // Rescaling multiplies the accumulator by a constant of the output's width (one adder row for each bit), then
      // compares.
      {Part::activation, Action::rescaling, rescaler(config.technology, a.accumulator_bits, a.output_bits).energy_J},
      {Part::digital, Action::bias_bit, add_J},
      {Part::digital, Action::weight_bit, t.digital.weight_bit.energy_J},
      {Part::digital, Action::mac, mac.energy_J, mac.spread}};
  add_off_chip(list, config, a.planned);
  return list;
}

std::vector<Price> node_prices(const Config& config, const Tariff& t, const Ledger& planned) {
  std::vector<Price> list = {{Part::buffer, Action::buffer_bit, t.parts.buffer_bit.energy_J}};
  for (std::size_t o = 0; o < periphery::operation_count; ++o) {
    const UnitCost& cost = t.digital.operations[o];
    list.push_back(
        {Part::digital, read::action_of(static_cast<periphery::DigitalOperation>(o)), cost.energy_J, cost.spread});
  }
  add_off_chip(list, config, planned);
  return list;
}

// A voltage row is charged to what it carries; a gated row's gate line to the supply.
double line_charge_V2(const Config& config, const chip::LayerPlan& plan, const Ledger& counted) {
  const double vdd_V = config.technology.vdd_V;
  return config.array.topology == arch::Topology::voltage_rows
             ? counted[Action::line_drive] * plan.v_step_V * plan.v_step_V
             : counted[Action::line_activation] * vdd_V * vdd_V;
}

Bill bill(const std::vector<Price>& prices, const Ledger& counts) {
  Bill sum{Breakdown(layer_energy_parts()), Breakdown(layer_energy_parts()), Breakdown(layer_energy_parts())};
  for (Breakdown* parts : {&sum.low_J, &sum.energy_J, &sum.high_J}) parts->add(Part::array, counts.array_J);
  for (const Price& p : prices) {
    const double joules = counts[p.action] * p.energy_J;
    sum.energy_J.add(p.part, joules);
    sum.low_J.add(p.part, joules / p.spread);
    sum.high_J.add(p.part, joules * p.spread);
  }
  return sum;
}

SumWidths widest_sums(const Chip& chip, const std::vector<LayerTariff>& layers) {
  SumWidths widths;
  for (std::size_t l = 0; l < layers.size(); ++l)
    if (!chip.layers[l].settings.digital) {
      widths.accumulator_bits = std::max(widths.accumulator_bits, layers[l].actions.accumulator_bits);
      widths.adder_bits = std::max(widths.adder_bits, layers[l].actions.adder_bits);
    }
  return widths;
}

}  // namespace

namespace {

double buffer_bits_of(const Config& config, const Chip& chip, const Dataflow& flow) {
  if (config.mapping.schedule != arch::Schedule::pipelined || chip.placement.loads > 1) return buffer_bits(flow);
  std::vector<int> periods;
  for (const FlowNode& node : flow.nodes)
    periods.push_back(node.only_moves || node.paid_by || (!node.layer && node.operation.empty()) ? 0
                      : node.layer ? chip.layers[*node.layer].copies.groups()
                                   : 1);
  return pipeline_buffer_bits(flow, periods);
}

}  // namespace

Tariff tariff(const Config& config, const Chip& chip, Dataflow flow) {
  const ArrayLines lines = line_loads(config);
  Tariff t;
  t.config = config;
  t.flow = std::move(flow);
  // Actions first: buffers must hold the largest layer, and wires span the area of everything else.
  t.layers.resize(chip.layers.size());
  t.nodes.resize(t.flow.nodes.size());
  for (std::size_t n = 0; n < t.flow.nodes.size(); ++n)
    if (const auto l = t.flow.nodes[n].layer) {
      LayerTariff& layer = t.layers[*l];
      layer.parts = layer_parts(config, layer_config(config, chip.layers[*l].matrix.name), lines);
      layer.actions = actions(config, chip, chip.layers[*l], layer.parts, traffic(t.flow, n));
    } else {
      t.nodes[n].planned = node_ledger(config, t.flow, n);
    }
  t.buffer_bits = std::max(2.0, buffer_bits_of(config, chip, t.flow));
  t.parts = chip_parts(config, t.buffer_bits);
  t.digital = digital_parts(config, chip, t.flow);
  const double arrays = chip.placement.arrays_total;
  t.area = chip_area(config, arrays, widest_sums(chip, t.layers), t.parts, t.digital, t.buffer_bits);
  t.path = transfer_path(config, arrays, t.area.macro_m2 / arrays);
  for (std::size_t l = 0; l < t.layers.size(); ++l) t.layers[l].prices = layer_prices(config, t, l);
  for (std::size_t n = 0; n < t.nodes.size(); ++n)
    if (!t.flow.nodes[n].layer) t.nodes[n].prices = node_prices(config, t, t.nodes[n].planned);
  return t;
}

Bill layer_bill(const Chip& chip, const Tariff& t, std::size_t layer, const Ledger& counted) {
  Ledger all = t.layers[layer].actions.planned;
  all.add(counted);
  all[Action::line_charge] = line_charge_V2(t.config, chip.layers[layer], counted);
  return bill(t.layers[layer].prices, all);
}

Bill node_bill(const Tariff& t, std::size_t node) { return bill(t.nodes[node].prices, t.nodes[node].planned); }

double data_energy_J(const Chip& chip, const Tariff& t, std::size_t layer, const Ledger& counted) {
  return counted.array_J + t.parts.lines.row_F * line_charge_V2(t.config, chip.layers[layer], counted) +
         counted[Action::line_activation] * t.layers[layer].parts.row_driver.energy_J;
}

}  // namespace bitline::cost
