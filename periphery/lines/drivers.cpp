// SPDX-License-Identifier: Apache-2.0
#include "periphery/lines/drivers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "periphery/logic/gates.h"

namespace bitline::periphery {
namespace {

constexpr double taper = 4;

// Unit inverters' worth of transistors in a transmission gate of that resistance, at least one.
double gate_size(const Gates& g, double ohm) { return std::max(1.0, g.resistance_ohm() / (2 * ohm)); }

// Transistors that bear a high voltage do not shrink with the core: they are those of the generation that ran at it.
// Gate length 0.1 um a volt, as generations at 5, 3.3, 2.5 and 1.8 V had 0.5, 0.35, 0.25 and 0.18 um; unit inverter and
// cells in proportion to those of the SKY130 open library (0.13 um: n width 0.65 um, gate pitch 0.46 um, height 2.72
// um); current and capacitance per width those of the core, as constant-field scaling keeps them (Dennard 1974,
// doi:10.1109/JSSC.1974.1050511).
struct ThickOxide {
  double wider;     // unit width over the core's
  double pitch_m2;  // area of a unit cell, for each gate pitch of width
};
ThickOxide thick_oxide(const Technology& t, double high_V) {
  constexpr double m_per_V = 0.1e-6, width = 0.65 / 0.13, pitch = 0.46 / 0.13, height = 2.72 / 0.13;
  const double length_m = m_per_V * high_V;
  return {std::max(1.0, width * length_m / t.transistor->gate_width_m), pitch * height * length_m * length_m};
}

}  // namespace

UnitCost buffer_chain(const Technology& t, double load_F, const char* part) {
  const Gates g(t, part);
  // From the load backwards, down to the last stage that is no smaller than a unit. Chains of powers of four from the
  // unit up would be up to four times as large as the load asks.
  const double loads = load_F / g.inverter_input_F();  // unit inverters that would load as much
  const double stages = std::max(1.0, std::floor(std::log(loads) / std::log(taper)));
  // Unit inverters in all stages together.
  const double units = std::max(1.0, loads / taper) * (1 - std::pow(taper, -stages)) / (1 - 1 / taper);
  UnitCost c;
  c.energy_J = g.swing_J(units * (g.inverter_input_F() + g.inverter_output_F()));
  c.time_s = stages * g.fo4_s();
  // A wide inverter is as many fingers as units; fingers share their drains, so a finger takes one gate pitch.
  c.area_m2 = g.area_m2(units + stages);
  c.leakage_W = units * g.inverter_leakage_W();
  return c;
}

UnitCost analog_row_driver(const Technology& t, double switch_ohm, int levels) {
  const GivenCost& given = t.costs.driver;
  if (given.complete()) return with(given, {});
  const Gates g(t, "driver");
  const double size = gate_size(g, switch_ohm);
  const UnitCost chain = buffer_chain(t, size * g.inverter_input_F(), "driver");
  UnitCost c;
  // The switch to the read voltage closes and that to zero opens, and back again: each gate swings once.
  c.energy_J = 2 * (chain.energy_J + g.swing_J(size * g.inverter_input_F()));
  c.time_s = chain.time_s;
  c.area_m2 = levels * (chain.area_m2 + g.area_m2(size + 1));
  c.leakage_W = levels * chain.leakage_W;
  return with(given, c);
}

UnitCost gate_row_driver(const Technology& t, double load_F) {
  const GivenCost& given = t.costs.driver;
  return given.complete() ? with(given, {}) : with(given, buffer_chain(t, load_F, "driver"));
}

UnitCost level_shifter(const Technology& t, double high_V, double current_A) {
  const GivenCost& given = t.costs.level_shifter;
  if (given.complete()) return with(given, {});
  const Gates g(t, "level_shifter");
  const ThickOxide x = thick_oxide(t, high_V);
  constexpr double latch_units = 4;    // two pull-downs, two cross-coupled pull-ups, and the inverter of the input
  constexpr double spare_pitches = 3;  // ends of the three rows of diffusion
  const double output_units =
      std::max(1.0, current_A / (x.wider * t.vdd_V / (2 * std::numbers::ln2 * g.resistance_ohm())));
  const double units = latch_units + output_units;
  UnitCost c;
  c.energy_J = units * x.wider * (g.inverter_input_F() + g.inverter_output_F()) * high_V * high_V;
  c.time_s = 2 * g.fo4_s() * high_V / t.vdd_V;
  c.area_m2 = x.pitch_m2 * (units + spare_pitches);
  c.leakage_W = units * x.wider * g.inverter_leakage_W() * high_V / t.vdd_V;
  return with(given, c);
}

UnitCost column_switch(const Technology& t) {
  const GivenCost& given = t.costs.mux;
  if (given.complete()) return with(given, {});
  const Gates g(t, "mux");
  UnitCost c;
  c.energy_J = g.swing_J(2 * g.inverter_input_F() + g.inverter_output_F());  // the gate and the inverter before it
  c.time_s = g.fo4_s();
  c.area_m2 = 2 * g.area_m2(Gates::inverter_pitches);
  c.leakage_W = g.inverter_leakage_W();
  return with(given, c);
}

UnitCost decoder(const Technology& t, int outputs, const char* part) {
  const Gates g(t, part);
  const double bits = std::max(1.0, std::ceil(std::log2(outputs)));
  const double nands = bits - 1;  // NAND2 (and an inverter) in the tree of one output
  UnitCost c;
  // Address and complement drive half of the outputs' first gates each; of the trees, one falls and one rises.
  c.energy_J = t.toggle * bits * g.swing_J(g.inverter_output_F() + 0.5 * outputs * g.nand_input_F()) +
               g.swing_J(nands * (g.nand_output_F() + g.inverter_input_F()) + g.inverter_output_F());
  c.time_s = (1 + 2 * nands) * g.fo4_s();
  c.area_m2 =
      g.area_m2(2 * bits * Gates::inverter_pitches + outputs * (nands * Gates::nand_pitches + Gates::inverter_pitches));
  c.leakage_W = (2 * bits + outputs) * g.inverter_leakage_W() + outputs * nands * g.nand_leakage_W();
  return c;
}

}  // namespace bitline::periphery
