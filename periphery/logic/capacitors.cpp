// SPDX-License-Identifier: Apache-2.0
#include "periphery/logic/capacitors.h"

#include <algorithm>
#include <cmath>

#include "periphery/logic/gates.h"

namespace bitline::periphery {
namespace {

constexpr double boltzmann_J_per_K = 1.380649e-23;
constexpr double least_unit_F = 0.5e-15, density_F_per_m2 = 1.5e-3;

}  // namespace

double noise_capacitor_F(const Technology& t, int bits) {
  return 12 * boltzmann_J_per_K * t.temperature_K * std::pow(4.0, bits) / (t.vdd_V * t.vdd_V);
}

double unit_capacitor_F(const Technology& t, int bits) {
  return std::max(least_unit_F, noise_capacitor_F(t, bits) / std::ldexp(1.0, bits));
}

double capacitor_area_m2(double farad) { return farad / density_F_per_m2; }

UnitCost sample_hold(const Technology& t, int bits) {
  const GivenCost& given = t.costs.sample_hold;
  if (given.complete()) return with(given, {});
  const Gates g(t, "sample_hold");
  const double keep_F = std::max(noise_capacitor_F(t, bits), unit_capacitor_F(t, bits));
  UnitCost c;
  c.energy_J = g.swing_J(keep_F + g.inverter_input_F());
  c.time_s = std::log(2.0) * (bits + 1) * 0.5 * g.resistance_ohm() * keep_F;  // to half an LSB through the switch
  c.area_m2 = capacitor_area_m2(keep_F) + g.area_m2(Gates::inverter_pitches);
  c.leakage_W = g.inverter_leakage_W();
  return with(given, c);
}

UnitCost dac(const Technology& t, int bits) {
  const GivenCost& given = t.costs.dac;
  if (given.complete()) return with(given, {});
  const Gates g(t, "dac");
  const double all_F = std::ldexp(unit_capacitor_F(t, bits), bits);
  UnitCost c;
  c.energy_J = g.swing_J(all_F + bits * (g.inverter_input_F() + g.inverter_output_F()));
  c.time_s = std::log(2.0) * (bits + 1) * 0.25 * g.resistance_ohm() * all_F;  // the largest bit holds half
  c.area_m2 = capacitor_area_m2(all_F) + bits * g.area_m2(2 * Gates::inverter_pitches);
  c.leakage_W = 2 * bits * g.inverter_leakage_W();
  return with(given, c);
}

}  // namespace bitline::periphery
