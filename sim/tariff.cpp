// SPDX-License-Identifier: Apache-2.0
#include "sim/tariff.h"

#include <algorithm>
#include <utility>

#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"

namespace bitline {
namespace {

// In the order in which a part's terms are added.
std::vector<Price> prices(const Config& config, const LayerTariff& layer, const ChipParts& chip, const Path& path) {
  const LayerActions& a = layer.actions;
  const LayerParts& own = layer.parts;
  const double add_J = chip.adder_bit.energy_J, hold_J = chip.register_bit.energy_J, keep_J = add_J + hold_J;
  std::vector<Price> list = {
      {Part::adc, Action::conversion, own.adc.energy_J, own.adc.spread},
      {Part::driver, Action::line_charge, chip.lines.row_F},
      {Part::driver, Action::line_activation, own.row_driver.energy_J},
      {Part::driver, Action::analog_level, own.dac.energy_J},
      {Part::driver, Action::register_bit, hold_J},
      {Part::mux, Action::held_sample, own.column_switch.energy_J},
      {Part::mux, Action::column_selection, own.mux_decoder.energy_J},
      {Part::sample_hold, Action::held_sample, own.sample_hold.energy_J},
      {Part::shift_add, Action::slice_bit, keep_J},
      {Part::shift_add, Action::plane_sum, a.adder_bits * add_J + a.accumulator_bits * hold_J},
      {Part::accumulate, Action::piece_bit, keep_J},
      {Part::buffer, Action::buffer_bit, chip.buffer_bit.energy_J},
      {Part::interconnect, Action::transfer_bit, path.bit.energy_J},
      // Rescaling multiplies the accumulator by a constant of the output's width (one adder row for each bit), then
      // compares.
      {Part::activation, Action::rescaling, rescaler(config.technology, a.accumulator_bits, a.output_bits).energy_J},
      {Part::digital, Action::product_bit, add_J}};
  if (config.periphery.off_chip && a.planned[Action::off_chip_bit] > 0) {
    const UnitCost dram = dram_bit(config.technology);
    list.push_back({Part::off_chip, Action::off_chip_bit, dram.energy_J, dram.spread});
  }
  return list;
}

// A voltage row is charged to what it carries; a gated row's gate line to the supply.
double line_charge_V2(const Config& config, const LayerPlan& plan, const Ledger& counted) {
  const double vdd_V = config.technology.vdd_V;
  return config.array.topology == Topology::voltage_rows ? counted[Action::line_drive] * plan.v_step_V * plan.v_step_V
                                                         : counted[Action::line_activation] * vdd_V * vdd_V;
}

}  // namespace

Tariff tariff(const Chip& chip, Dataflow flow) {
  const Config& config = chip.config;
  const ArrayLines lines = line_loads(config);
  Tariff t;
  t.flow = std::move(flow);
  // Actions first: buffers must hold the largest layer, and wires span the area of everything else.
  t.layers.resize(chip.layers.size());
  for (std::size_t n = 0; n < t.flow.nodes.size(); ++n)
    if (const auto l = t.flow.nodes[n].layer) {
      LayerTariff& layer = t.layers[*l];
      layer.parts = layer_parts(config, chip.layers[*l].settings, lines);
      layer.actions = actions(chip, chip.layers[*l], layer.parts, traffic(t.flow, n));
    }
  t.buffer_bits = std::max(2.0, buffer_bits(t.flow));
  t.parts = chip_parts(config, t.buffer_bits);
  SumWidths widths;
  for (std::size_t l = 0; l < t.layers.size(); ++l)
    if (!chip.layers[l].settings.digital) {
      widths.accumulator_bits = std::max(widths.accumulator_bits, t.layers[l].actions.accumulator_bits);
      widths.adder_bits = std::max(widths.adder_bits, t.layers[l].actions.adder_bits);
    }
  const double arrays = chip.placement.arrays_total;
  t.area = chip_area(config, arrays, widths, t.parts, t.buffer_bits);
  t.path = transfer_path(config, arrays, t.area.macro_m2 / arrays);
  for (LayerTariff& layer : t.layers) layer.prices = prices(config, layer, t.parts, t.path);
  return t;
}

Bill bill(const Chip& chip, const Tariff& t, std::size_t layer, const Ledger& counted) {
  Ledger all = t.layers[layer].actions.planned;
  all.add(counted);
  all[Action::line_charge] = line_charge_V2(chip.config, chip.layers[layer], counted);
  Bill sum{Breakdown(layer_energy_parts()), Breakdown(layer_energy_parts()), Breakdown(layer_energy_parts())};
  for (Breakdown* parts : {&sum.low_J, &sum.energy_J, &sum.high_J}) parts->add(Part::array, all.array_J);
  for (const Price& p : t.layers[layer].prices) {
    const double joules = all[p.action] * p.energy_J;
    sum.energy_J.add(p.part, joules);
    sum.low_J.add(p.part, joules / p.spread);
    sum.high_J.add(p.part, joules * p.spread);
  }
  return sum;
}

double data_energy_J(const Chip& chip, const Tariff& t, std::size_t layer, const Ledger& counted) {
  return counted.array_J + t.parts.lines.row_F * line_charge_V2(chip.config, chip.layers[layer], counted) +
         counted[Action::line_activation] * t.layers[layer].parts.row_driver.energy_J;
}

}  // namespace bitline
