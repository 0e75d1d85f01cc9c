// SPDX-License-Identifier: Apache-2.0
#include "cost/area.h"

#include <algorithm>
#include <cmath>

#include "periphery/logic/arithmetic.h"

namespace bitline::cost {
namespace {

// So many of one part, at an array or on the chip.
struct Item {
  Part part;
  Kind kind;
  double count;
  const periphery::UnitCost& unit;
};

void add(ChipArea& area, const Item& i, double times) {
  const double m2 = times * i.count * i.unit.area_m2;
  area.parts_m2.add(i.part, m2);
  area.deviations_m2.add(i.kind, m2, i.unit.area_spread);
}

}  // namespace

ChipArea chip_area(const arch::Config& config, double arrays, const SumWidths& widths, const ChipParts& p,
                   const DigitalParts& digital, double buffer_bits) {
  const double rows = config.array.rows;
  // One adder at each converter and one rescaling unit for so many of them (at least one of each for an array), one
  // accumulator register for each column, registers for each row.
  const double units = std::max(1.0, p.own.converters);
  const double rescalers = std::ceil(units / config.periphery.rescale.shared_by);
  const double row_bits = rows * register_bits(plane_plan(config.input, true, true)),
               sum_bits = config.array.columns * widths.accumulator_bits;
  const double adders = units * widths.adder_bits;
  const bool shared = p.own.shared_by > 1;
  const Item of_array[] = {{Part::adc, Kind::converter, p.own.converters, p.own.adc},
                           {Part::driver, Kind::driver, p.lines.lines, p.own.row_driver},
                           {Part::driver, Kind::dac, p.lines.lines, p.own.dac},
                           {Part::driver, Kind::register_bit, row_bits, p.register_bit},
                           {Part::mux, Kind::column_switch, shared ? p.own.outputs : 0, p.own.column_switch},
                           {Part::mux, Kind::column_switch, shared ? 1.0 : 0, p.own.mux_decoder},
                           {Part::sample_hold, Kind::sample_hold, p.own.holds ? p.own.outputs : 0, p.own.sample_hold},
                           {Part::level_shifter, Kind::level_shifter,
                            p.level_shifters ? p.lines.lines + config.array.columns : 0, p.level_shifter},
                           {Part::shift_add, Kind::adder, adders, p.adder_bit},
                           {Part::accumulate, Kind::register_bit, sum_bits, p.register_bit}};
  ChipArea area;
  area.parts_m2.add(Part::array, arrays * p.lines.cells_m2);
  for (const Item& i : of_array) add(area, i, arrays);
  area.macro_m2 = area.parts_m2.total();
  const periphery::UnitCost rescale = rescaler(config.technology, widths.accumulator_bits, config.input.bits);
  const Item of_chip[] = {{Part::buffer, Kind::memory, buffer_bits, p.buffer_bit},
                          {Part::activation, Kind::adder, arrays * rescalers, rescale},
                          {Part::digital, Kind::digital, 1, digital.circuits},
                          {Part::digital, Kind::memory, digital.weight_bits, digital.weight_bit}};
  for (const Item& i : of_chip) add(area, i, 1);
  const auto leak = [&](const Item& i, double times) {
    area.leakage_W += times * i.count * i.unit.leakage_W;
    area.deviations_W.add(Kind::leakage, times * i.count * i.unit.leakage_W, i.unit.leakage_spread);
  };
  for (const Item& i : of_chip) leak(i, 1);
  if (const auto given_W = config.technology.leakage_W_per_array)
    area.leakage_W += arrays * *given_W;
  else
    for (const Item& i : of_array) leak(i, arrays);
  area.register_bits = arrays * (row_bits + sum_bits);
  return area;
}

Breakdown ChipArea::with(const Path& path, const arch::Periphery& periphery) const {
  Breakdown all = parts_m2;
  all.add(Part::interconnect, path.whole.area_m2);
  all.add(Part::floorplan, periphery.floorplan_overhead * all.total());
  return all;
}

Deviations ChipArea::deviations_with(const Path& path, const arch::Periphery& periphery) const {
  Deviations of_parts = deviations_m2, all;
  of_parts.add(Kind::wire, path.whole.area_m2, path.whole.area_spread);
  // Lines between macros are as long as a macro's side, which follows its converters.
  const auto side = [&](double off_m2) { return macro_m2 > 0 ? std::sqrt((macro_m2 + off_m2) / macro_m2) : 1; };
  of_parts.follow(Kind::converter, path.whole.area_m2 * (1 - side(-of_parts.below(Kind::converter))),
                  path.whole.area_m2 * (side(of_parts.above(Kind::converter)) - 1));
  all.add(of_parts, 1 + periphery.floorplan_overhead);
  return all;
}

}  // namespace bitline::cost
