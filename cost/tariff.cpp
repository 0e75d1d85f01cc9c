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

// Assumed: a stage in class AB takes about half of one in class A, one with a branch of its own for bias twice as much.
constexpr double row_stage_spread = 2;

Price price_of(Part part, Action action, Kind kind, const UnitCost& unit, double units = 1) {
  return {part, action, units * unit.energy_J, kind, unit.energy_spread};
}

void add_off_chip(std::vector<Price>& list, const Config& config, const Ledger& planned) {
  if (!config.periphery.off_chip || planned[Action::off_chip_bit] == 0) return;
  list.push_back(price_of(Part::off_chip, Action::off_chip_bit, Kind::off_chip, dram_bit(config.technology)));
}

// In the order in which a part's terms are added.
std::vector<Price> layer_prices(const Config& config, const Tariff& t, std::size_t l) {
  const LayerActions& a = t.layers[l].actions;
  const LayerParts& own = t.layers[l].parts;
  const UnitCost &add = t.parts.adder_bit, &hold = t.parts.register_bit;
  std::vector<Price> list = {
      price_of(Part::adc, Action::conversion, Kind::converter, own.adc),
      {Part::driver, Action::line_charge, t.parts.lines.row_F, Kind::driver, periphery::circuit_energy_spread},
      price_of(Part::driver, Action::line_activation, Kind::driver, own.row_driver),
      price_of(Part::driver, Action::analog_level, Kind::dac, own.dac),
      price_of(Part::driver, Action::register_bit, Kind::register_bit, hold),
      price_of(Part::mux, Action::held_sample, Kind::column_switch, own.column_switch),
      price_of(Part::mux, Action::column_selection, Kind::column_switch, own.mux_decoder),
      price_of(Part::sample_hold, Action::held_sample, Kind::sample_hold, own.sample_hold),
      price_of(Part::shift_add, Action::slice_bit, Kind::adder, add),
      price_of(Part::shift_add, Action::slice_bit, Kind::register_bit, hold),
      price_of(Part::shift_add, Action::plane_sum, Kind::adder, add, a.adder_bits),
      price_of(Part::shift_add, Action::plane_sum, Kind::register_bit, hold, a.accumulator_bits),
      price_of(Part::accumulate, Action::piece_bit, Kind::adder, add),
      price_of(Part::accumulate, Action::piece_bit, Kind::register_bit, hold),
      price_of(Part::buffer, Action::buffer_bit, Kind::memory, t.parts.buffer_bit),
      price_of(Part::interconnect, Action::transfer_bit, Kind::wire, t.path.bit),
      // Rescaling multiplies the accumulator by a constant of the output's width (one adder row for each bit), then
      // compares.
      price_of(Part::activation, Action::rescaling, Kind::adder,
               rescaler(config.technology, a.accumulator_bits, a.output_bits)),
      price_of(Part::activation, Action::column_scaling, Kind::adder,
               rescaler(config.technology, a.accumulator_bits, a.output_bits)),
      price_of(Part::digital, Action::bias_bit, Kind::adder, add),
      price_of(Part::digital, Action::weight_bit, Kind::memory, t.digital.weight_bit),
      price_of(Part::digital, Action::mac, Kind::digital, t.digital.layer_macs[l])};
  add_off_chip(list, config, a.planned);
  return list;
}

std::vector<Price> node_prices(const Config& config, const Tariff& t, const Ledger& planned) {
  std::vector<Price> list = {price_of(Part::buffer, Action::buffer_bit, Kind::memory, t.parts.buffer_bit)};
  for (std::size_t o = 0; o < periphery::operation_count; ++o)
    list.push_back(price_of(Part::digital, read::action_of(static_cast<periphery::DigitalOperation>(o)), Kind::digital,
                            t.digital.operations[o]));
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
  Bill sum{Breakdown(layer_energy_parts()), {}};
  sum.energy_J.add(Part::array, counts.array_J);
  for (const Price& p : prices) {
    const double joules = counts[p.action] * p.energy_J;
    sum.energy_J.add(p.part, joules);
    sum.deviations_J.add(p.kind, joules, p.spread);
  }
  return sum;
}

// What stages that hold rows take beyond what devices dissipate: the current of the largest input, from their supply.
double row_stages_J(const Config& config, const chip::LayerPlan& plan, const Ledger& counted) {
  const auto supply_V = config.periphery.row_supply_V;
  if (!supply_V || counted.full_scale_J == 0) return 0;
  return counted.full_scale_J * *supply_V / (plan.v_step_V * plan.planes.largest) - counted.array_J;
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
  Bill sum = bill(t.layers[layer].prices, all);
  const double stages_J = row_stages_J(t.config, chip.layers[layer], counted);
  sum.energy_J.add(Part::driver, stages_J);
  sum.deviations_J.add(Kind::driver, stages_J, row_stage_spread);
  return sum;
}

Bill node_bill(const Tariff& t, std::size_t node) { return bill(t.nodes[node].prices, t.nodes[node].planned); }

double data_energy_J(const Chip& chip, const Tariff& t, std::size_t layer, const Ledger& counted) {
  return counted.array_J + row_stages_J(t.config, chip.layers[layer], counted) +
         t.parts.lines.row_F * line_charge_V2(t.config, chip.layers[layer], counted) +
         counted[Action::line_activation] * t.layers[layer].parts.row_driver.energy_J;
}

}  // namespace bitline::cost
