// SPDX-License-Identifier: Apache-2.0
#include "periphery/memory/sram.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>

#include "periphery/lines/drivers.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/gates.h"

namespace bitline::periphery {
namespace {

constexpr double bank_rows = 128;
constexpr double read_swing = 0.2;  // of the supply, before the sense amplifier decides
constexpr double sense_units = 8;   // unit inverters in sense amplifier, precharge and write driver of a column

}  // namespace

UnitCost sram_bit(const Technology& t, double bits, int word) {
  const GivenCost& given = t.costs.buffer;
  if (given.complete()) return with(given, {});
  const Gates g(t, "buffer");
  if (!t.sram_cell_m2)
    refuse_config("technology.sram_cell", "is missing: the buffers' cost cannot be modelled",
                  "give it, or technology.costs.buffer.energy, area and leakage");
  // Cells are about twice as wide as high; a column has one drain for each cell, a cell two gates on its word line,
  // all of transistors half as wide as a library's.
  const double height_m = std::sqrt(*t.sram_cell_m2 / 2), width_m = 2 * height_m;
  const double rows = std::min(bank_rows, std::max(1.0, bits / word));
  const double bit_line_F = rows * (height_m * t.wire_F_per_m + 0.5 * g.n_drain_F());
  const double word_line_F = width_m * t.wire_F_per_m + 2 * 0.5 * g.n_gate_F();  // for each bit
  const double column_F = sense_units * (g.inverter_input_F() + g.inverter_output_F());
  const double banks = std::ceil(bits / (rows * word));
  const UnitCost select = decoder(t, static_cast<int>(rows), "buffer");
  UnitCost c;
  c.area_m2 = *t.sram_cell_m2 + g.area_m2(sense_units) / rows + select.area_m2 / (rows * word);
  const double side_m = std::sqrt(bits * c.area_m2);
  const UnitCost way = wire_bit(t, banks > 1 ? side_m : 0);
  const double read_J = g.swing_J(bit_line_F * read_swing), write_J = g.swing_J(bit_line_F);
  c.energy_J = 0.5 * (read_J + write_J) + g.swing_J(word_line_F + column_F) + select.energy_J / word + way.energy_J;
  c.time_s = select.time_s + 4 * g.fo4_s() + way.time_s;
  c.leakage_W = g.inverter_leakage_W() + sense_units * g.inverter_leakage_W() / rows + select.leakage_W / (rows * word);
  return with(given, c);
}

UnitCost register_file_bit(const Technology& t, double bits, int word) {
  const GivenCost& given = t.costs.buffer;
  if (given.complete()) return with(given, {});
  const Gates g(t, "buffer");
  const UnitCost hold = register_bit(t);
  const double words = std::max(1.0, bits / word), levels = std::ceil(std::log2(words + 1));
  const UnitCost select = decoder(t, static_cast<int>(std::min(words, 65536.0)), "buffer");
  UnitCost c;
  // Read: a tree of two-way multiplexers; write: one flip-flop (others' clocks are gated).
  const double read_J = 0.5 * t.toggle * levels * g.swing_J(2 * g.inverter_output_F() + g.inverter_input_F());
  c.energy_J = 0.5 * (hold.energy_J + read_J) + select.energy_J / word;
  c.time_s = hold.time_s + select.time_s;
  c.area_m2 = hold.area_m2 + g.area_m2(Gates::mux_pitches) + select.area_m2 / (words * word);
  c.leakage_W = hold.leakage_W + 2 * g.inverter_leakage_W() + select.leakage_W / (words * word);
  return with(given, c);
}

}  // namespace bitline::periphery
