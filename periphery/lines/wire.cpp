// SPDX-License-Identifier: Apache-2.0
#include "periphery/lines/wire.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "periphery/logic/arithmetic.h"
#include "periphery/logic/gates.h"

namespace bitline::periphery {

UnitCost wire_bit(const Technology& t, double length_m) {
  UnitCost w;
  const double c = t.wire_F_per_m, swing = t.vdd_V * t.vdd_V;
  w.energy_J = 0.5 * t.toggle * c * length_m * swing;
  if (!t.metal.known() || !t.transistor || !(c > 0) || !(length_m > 0)) return w;
  const Metal& m = t.metal;
  const Gates g(t, "wire");
  const double r = *m.resistivity_ohm_m *
                   (1 + m.temperature_coefficient_per_K * (t.metal_temperature_K() - m.reference_K)) /
                   (*m.width_m * *m.thickness_m);
  const double R0 = g.resistance_ohm(), C0 = g.inverter_input_F(), Cp = g.inverter_output_F();
  const double size = std::max(1.0, std::sqrt(R0 * c / (r * C0))), spacing = std::sqrt(2 * R0 * (C0 + Cp) / (r * c));
  const double count = std::max(1.0, std::ceil(length_m / spacing)), piece = length_m / count;
  w.energy_J += 0.5 * t.toggle * count * size * g.swing_J(C0 + Cp);
  w.time_s = count * (std::numbers::ln2 * (R0 / size * (size * (C0 + Cp) + c * piece) + r * piece * size * C0) +
                      0.38 * r * c * piece * piece);
  w.area_m2 = count * g.area_m2(size + 1);
  w.leakage_W = count * size * g.inverter_leakage_W();
  return w;
}

UnitCost router_bit(const Technology& t) {
  const GivenCost& given = t.costs.router;
  if (given.complete()) return with(given, {});
  const Gates g(t, "router");
  constexpr double ports = 5;
  const UnitCost hold = register_bit(t);
  UnitCost c;
  // A multiplexer of five inputs passes two levels of two-way ones, whose switches load what they share.
  c.energy_J = 2 * hold.energy_J + 0.5 * t.toggle * g.swing_J(3 * (2 * g.inverter_output_F() + g.inverter_input_F()));
  c.time_s = hold.time_s;
  c.area_m2 = ports * (2 * hold.area_m2 + (ports - 1) * g.area_m2(Gates::mux_pitches));
  c.leakage_W = ports * (2 * hold.leakage_W + (ports - 1) * 2 * g.inverter_leakage_W());
  return with(given, c);
}

UnitCost dram_bit(const Technology& t) {
  constexpr double least_J = 1.3e-9 / 64, most_J = 2.6e-9 / 64;
  UnitCost c;
  c.energy_J = std::sqrt(least_J * most_J);
  c.origin = CostOrigin::survey;
  c.energy_spread = std::sqrt(most_J / least_J);
  return with(t.costs.dram, c);
}

}  // namespace bitline::periphery
