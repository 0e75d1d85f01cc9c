// SPDX-License-Identifier: Apache-2.0
// What a converter costs by its circuit: capacitors, comparators, logic. Inputs are taken as voltages over the supply;
// the stage that makes a voltage of a current is not in it.
//
// Capacitors: logic/capacitors.h. Switching: the monotonic scheme takes sum_{i=1}^{b-1} 2^{b-2-i} C_u V^2 on average,
// Liu et al., JSSC 45, 731 (2010), doi:10.1109/JSSC.2010.2042254. Comparator: a latch whose internal node is large
// enough for the same noise, 2 gamma kT / C with gamma = 1, and at least of eight unit inverters; each decision swings
// both sides: Nuzzo et al., IEEE Trans. Circuits Syst. I 55, 1441 (2008), doi:10.1109/TCSI.2008.917991 (noise of the
// latch). SAR logic: a sequencer of one flip-flop a bit, clocked every step, which clocks each bit of the code register
// once.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "periphery/adc/adc.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/logic/gates.h"

namespace bitline::periphery {
namespace {

constexpr double latch_units = 8;  // unit inverters of a latch: input pair, cross-coupled pairs, precharge, outputs

// One decision of one latch that resolves `bits`.
UnitCost comparator(const Technology& t, const Gates& g, int bits) {
  const double gates_F = latch_units * (g.inverter_input_F() + g.inverter_output_F());
  const double noise_F = 2 * noise_capacitor_F(t, bits);
  const double size = std::max(1.0, noise_F / gates_F);
  UnitCost c;
  c.energy_J = g.swing_J(2 * std::max(gates_F, noise_F));
  c.area_m2 = 2 * g.area_m2(latch_units * size + 1);
  c.leakage_W = 2 * latch_units * size * g.inverter_leakage_W();
  return c;
}

UnitCost circuit(const SarAdc& adc, const Technology& t, const Gates& g, int) {
  const int b = adc.common.bits;
  const double unit_F = unit_capacitor_F(t, b);
  double units = 0;
  for (int i = 1; i < b; ++i) units += std::ldexp(1.0, b - 2 - i);
  const UnitCost latch = comparator(t, g, b), hold = register_bit(t);
  const double flip_flops = 2 * b;
  UnitCost c;
  c.energy_J = g.swing_J(units * unit_F) + b * latch.energy_J + (b + 1) * b * idle_register_J(t) +
               b * (2 * hold.energy_J - idle_register_J(t));
  c.area_m2 = capacitor_area_m2(std::ldexp(unit_F, b)) + latch.area_m2 + flip_flops * hold.area_m2 +
              b * g.area_m2(2 * Gates::inverter_pitches);
  c.leakage_W = latch.leakage_W + flip_flops * hold.leakage_W + 2 * b * g.inverter_leakage_W();
  return c;
}

UnitCost circuit(const FlashAdc& adc, const Technology& t, const Gates& g, int) {
  const int b = adc.common.bits;
  const double latches = std::ldexp(1.0, b) - 1, adders = latches - b;  // a counter of ones
  const UnitCost latch = comparator(t, g, b), add = adder_bit(t), hold = register_bit(t);
  // The ladder of references settles to half an LSB within the clock: V^2 T / R with R = pi^2 T / ((b + 1) ln 2 C).
  const double ladder_F = latches * latch_units * g.inverter_input_F();
  UnitCost c;
  c.energy_J = latches * latch.energy_J + std::max(0.0, adders) * add.energy_J + b * hold.energy_J +
               g.swing_J(ladder_F) * (b + 1) * std::numbers::ln2 / (std::numbers::pi * std::numbers::pi);
  c.area_m2 = latches * latch.area_m2 + std::max(0.0, adders) * add.area_m2 + b * hold.area_m2;
  c.leakage_W = latches * latch.leakage_W + std::max(0.0, adders) * add.leakage_W + b * hold.leakage_W;
  return c;
}

UnitCost circuit(const RampAdc& adc, const Technology& t, const Gates& g, int converters) {
  const int b = adc.common.bits;
  const double ticks = std::ldexp(1.0, b), share = 1.0 / std::max(1, converters);
  const UnitCost latch = comparator(t, g, b), hold = register_bit(t);
  const double unit_F = unit_capacitor_F(t, b);
  UnitCost c;
  // Each tick: a decision here; for all together the counter (its bits toggle twice a tick on average) and one more
  // unit of the ramp's capacitor. The counter's value is kept once.
  const double counter_J = ticks * (b * idle_register_J(t) + 2 * toggle_register_J(t));
  c.energy_J = ticks * latch.energy_J + b * hold.energy_J + share * (counter_J + g.swing_J(ticks * unit_F));
  c.area_m2 = latch.area_m2 + b * hold.area_m2 + share * (b * hold.area_m2 + capacitor_area_m2(ticks * unit_F));
  c.leakage_W = latch.leakage_W + b * hold.leakage_W * (1 + share);
  return c;
}

}  // namespace

UnitCost adc_circuit(const Adc& adc, const Technology& t, int converters) {
  return std::visit(
      [&](const auto& kind) -> UnitCost {
        if constexpr (!requires { kind.common; }) {
          return {};
        } else {
          if (!t.transistor)
            refuse_config("adc.cost.model", "is circuit, but technology.transistor is missing to model it from",
                          "use model: regression, give adc.cost.energy and adc.cost.area, or a technology with "
                          "transistors such as 22nm");
          return circuit(kind, t, Gates(t, "register"), converters);
        }
      },
      adc);
}

}  // namespace bitline::periphery
