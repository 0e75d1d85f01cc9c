// SPDX-License-Identifier: Apache-2.0
#include "periphery/logic/arithmetic.h"

#include <numbers>

#include "periphery/logic/gates.h"

namespace bitline::periphery {
namespace {

struct FlipFlop {
  double clock_F, datum_F;
};
FlipFlop flip_flop(const Gates& g) {
  // Clock: two inverters, and eight gates of pass transistors, as many as four inverters have.
  return {2 * (g.inverter_input_F() + g.inverter_output_F()) + 4 * g.inverter_input_F(),
          4 * (g.inverter_input_F() + g.inverter_output_F()) + 8 * g.inverter_output_F()};
}

}  // namespace

UnitCost register_bit(const Technology& t) {
  const GivenCost& given = t.costs.register_bit;
  if (given.complete()) return with(given, {});
  const Gates g(t, "register");
  const FlipFlop f = flip_flop(g);
  UnitCost c;
  c.energy_J = g.swing_J(f.clock_F) + 0.5 * t.toggle * g.swing_J(f.datum_F);
  c.time_s = 4 * g.fo4_s();
  c.area_m2 = g.area_m2(Gates::flip_flop_pitches);
  c.leakage_W = 8 * g.inverter_leakage_W();  // two for the clock, four that hold, four switches as two
  return with(given, c);
}

double idle_register_J(const Technology& t) {
  // A given energy is that of a write; what the clock has of it is not known.
  if (t.costs.register_bit.energy_J) return 0;
  const Gates g(t, "register");
  return g.swing_J(flip_flop(g).clock_F);
}

double toggle_register_J(const Technology& t) {
  const GivenCost& given = t.costs.register_bit;
  if (given.energy_J) return *given.energy_J;
  const Gates g(t, "register");
  return 0.5 * g.swing_J(flip_flop(g).datum_F);
}

UnitCost adder_bit(const Technology& t) {
  const GivenCost& given = t.costs.adder;
  if (given.complete()) return with(given, {});
  const Gates g(t, "adder");
  const double in = g.nand_input_F(), out = g.nand_output_F();
  // Nodes of nine NAND2 by how often they toggle: operands and carry (two inputs each), the inner exclusive or (two),
  // sum and carry out: 1/2; the rest, which drive 3, 1, 1, 3, 1, 1 inputs: 3/8.
  const double half = 3 * 2 * in + (2 * in + out) + 2 * out, rare = 10 * in + 6 * out;
  UnitCost c;
  c.energy_J = 0.5 * g.swing_J(half / 2 + rare * 3 / 8) * t.toggle / 0.5;
  c.time_s = 2 * std::numbers::ln2 * g.resistance_ohm() * (out + 3 * in);  // a carry passes two NAND2
  c.area_m2 = g.area_m2(Gates::adder_pitches);
  c.leakage_W = 9 * g.nand_leakage_W();
  return with(given, c);
}

UnitCost accumulator(const Technology& t, int bits) {
  UnitCost add = times(adder_bit(t), bits, bits);
  const UnitCost hold = times(register_bit(t), bits, bits);
  add.time_s *= bits;
  return sum(add, hold);
}

UnitCost rescaler(const Technology& t, int bits, int by) {
  const UnitCost add = adder_bit(t);
  UnitCost c = times(add, static_cast<double>(bits) * (by + 1), static_cast<double>(bits) * (by + 1));
  c.time_s = add.time_s * (bits + by);
  return c;
}

UnitCost multiply_accumulate(const Technology& t, int a_bits, int b_bits, int sum_bits) {
  const UnitCost add = adder_bit(t), hold = register_bit(t);
  const double products = static_cast<double>(a_bits) * b_bits;
  UnitCost c = sum(times(add, products, products), accumulator(t, sum_bits));
  c = sum(c, times(hold, a_bits + b_bits, a_bits + b_bits));
  c.time_s = add.time_s * (a_bits + b_bits + sum_bits);
  return c;
}

}  // namespace bitline::periphery
