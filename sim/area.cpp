// SPDX-License-Identifier: Apache-2.0
#include "sim/area.h"

#include <algorithm>

#include "periphery/logic/arithmetic.h"

namespace bitline {

ChipArea chip_area(const Chip& chip, const std::vector<LayerActions>& layers, const ChipParts& p, double buffer_bits) {
  const Config& config = chip.config;
  const double arrays = chip.placement.arrays_total, rows = config.array.rows;
  int accumulator_bits = 1, adder_bits = 1;
  for (std::size_t l = 0; l < layers.size(); ++l)
    if (!chip.layers[l].settings.digital) {
      accumulator_bits = std::max(accumulator_bits, layers[l].accumulator_bits);
      adder_bits = std::max(adder_bits, layers[l].adder_bits);
    }
  // One adder and one rescaling unit at each converter (at least one for each array), one accumulator register for each
  // column, registers for each row.
  const double units = std::max(1.0, p.own.converters);
  const double row_bits = rows * register_bits(plane_plan(config.input, true, true)),
               sum_bits = config.array.columns * accumulator_bits;
  const double adders = units * adder_bits;
  struct Item {
    const char* name;
    double area_m2, leakage_W;
  };
  const auto item = [&](const char* name, double count, const UnitCost& c) {
    return Item{name, count * c.area_m2, count * c.leakage_W};
  };
  const auto plus = [](Item a, const Item& b) {
    return Item{a.name, a.area_m2 + b.area_m2, a.leakage_W + b.leakage_W};
  };
  const bool shared = p.own.shared_by > 1;
  const Item of_array[] = {
      {"array", p.lines.cells_m2, 0},
      item("adc", p.own.converters, p.own.adc),
      plus(plus(item("driver", p.lines.lines, p.own.row_driver), item("", p.lines.lines, p.own.dac)),
           item("", row_bits, p.register_bit)),
      plus(item("mux", shared ? p.own.outputs : 0, p.own.column_switch), item("", shared ? 1 : 0, p.own.mux_decoder)),
      item("sample_hold", shared ? p.own.outputs : 0, p.own.sample_hold),
      item("level_shifter", p.level_shifters ? p.lines.lines + config.array.columns : 0, p.level_shifter),
      item("shift_add", adders, p.adder_bit),
      item("accumulate", sum_bits, p.register_bit)};
  ChipArea area;
  double macro_W = 0;
  for (const Item& i : of_array) {
    area.parts_m2.emplace_back(i.name, arrays * i.area_m2);
    area.macro_m2 += arrays * i.area_m2;
    macro_W += i.leakage_W;
  }
  const Item of_chip[] = {
      item("buffer", buffer_bits, p.buffer_bit),
      item("activation", arrays * units, rescaler(config.technology, accumulator_bits, config.input.bits))};
  for (const Item& i : of_chip) {
    area.parts_m2.emplace_back(i.name, i.area_m2);
    area.leakage_W += i.leakage_W;
  }
  area.leakage_W += arrays * config.technology.leakage_W_per_array.value_or(macro_W);
  area.register_bits = arrays * (row_bits + sum_bits);
  return area;
}

Breakdown ChipArea::with(const Path& path, const Periphery& periphery) const {
  Breakdown all = parts_m2;
  all.emplace_back("interconnect", path.area_m2);
  all.emplace_back("floorplan", periphery.floorplan_overhead * total(all));
  return all;
}

}  // namespace bitline
