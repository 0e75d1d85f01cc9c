// SPDX-License-Identifier: Apache-2.0
#include "cost/area.h"

#include <algorithm>

#include "periphery/logic/arithmetic.h"

namespace bitline::cost {
namespace {

struct Item {
  Part part;
  double area_m2, leakage_W;
};
Item item(Part part, double count, const periphery::UnitCost& c) {
  return {part, count * c.area_m2, count * c.leakage_W};
}
Item operator+(Item a, const Item& b) { return {a.part, a.area_m2 + b.area_m2, a.leakage_W + b.leakage_W}; }

}  // namespace

ChipArea chip_area(const arch::Config& config, double arrays, const SumWidths& widths, const ChipParts& p,
                   const DigitalParts& digital, double buffer_bits) {
  const double rows = config.array.rows;
  // One adder and one rescaling unit at each converter (at least one for each array), one accumulator register for each
  // column, registers for each row.
  const double units = std::max(1.0, p.own.converters);
  const double row_bits = rows * register_bits(plane_plan(config.input, true, true)),
               sum_bits = config.array.columns * widths.accumulator_bits;
  const double adders = units * widths.adder_bits;
  const bool shared = p.own.shared_by > 1;
  const Item of_array[] = {
      {Part::array, p.lines.cells_m2, 0},
      item(Part::adc, p.own.converters, p.own.adc),
      item(Part::driver, p.lines.lines, p.own.row_driver) + item(Part::driver, p.lines.lines, p.own.dac) +
          item(Part::driver, row_bits, p.register_bit),
      item(Part::mux, shared ? p.own.outputs : 0, p.own.column_switch) +
          item(Part::mux, shared ? 1 : 0, p.own.mux_decoder),
      item(Part::sample_hold, shared ? p.own.outputs : 0, p.own.sample_hold),
      item(Part::level_shifter, p.level_shifters ? p.lines.lines + config.array.columns : 0, p.level_shifter),
      item(Part::shift_add, adders, p.adder_bit),
      item(Part::accumulate, sum_bits, p.register_bit)};
  ChipArea area;
  double macro_W = 0;
  for (const Item& i : of_array) {
    area.parts_m2.add(i.part, arrays * i.area_m2);
    area.macro_m2 += arrays * i.area_m2;
    macro_W += i.leakage_W;
  }
  const Item of_chip[] = {
      item(Part::buffer, buffer_bits, p.buffer_bit),
      item(Part::activation, arrays * units, rescaler(config.technology, widths.accumulator_bits, config.input.bits)),
      {Part::digital, digital.area_m2, digital.leakage_W}};
  for (const Item& i : of_chip) {
    area.parts_m2.add(i.part, i.area_m2);
    area.leakage_W += i.leakage_W;
  }
  area.leakage_W += arrays * config.technology.leakage_W_per_array.value_or(macro_W);
  area.register_bits = arrays * (row_bits + sum_bits);
  return area;
}

Breakdown ChipArea::with(const Path& path, const arch::Periphery& periphery) const {
  Breakdown all = parts_m2;
  all.add(Part::interconnect, path.area_m2);
  all.add(Part::floorplan, periphery.floorplan_overhead * all.total());
  return all;
}

}  // namespace bitline::cost
