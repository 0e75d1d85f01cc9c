// SPDX-License-Identifier: Apache-2.0
#include "periphery/technology/simplifications.h"

namespace bitline::periphery {

std::vector<Simplification> simplifications(const Technology& t) {
  Simplification temperature{"Supply and temperature", {}}, costs{"Unit costs", {}}, leakage{"Leakage", {}};
  temperature.claims.push_back({"No supply droop, no self-heating: transistors have the technology's temperature.",
                                {"technology.droop", "technology.self_heating"},
                                {"technology.temperature"}});
  if (t.metal.temperature_K)
    temperature.claims.push_back(
        {"Array wires have a temperature of their own.", {}, {"technology.metal.temperature"}});
  else
    temperature.claims.push_back({"So do array wires.", {"technology.metal.temperature"}});
  if (t.transistor)
    costs.claims.push_back(
        {"Row drivers, column multiplexers, sample-and-hold, level shifters, buffers, adders, registers "
         "and wires: from the technology's transistors and the size of this array, without a layout; "
         "glitches and wires within a part are left out. Transistor figures come from public model "
         "cards, not from a foundry.",
         {},
         {"technology.transistor"}});
  else
    costs.claims.push_back(
        {"As given for each part: the technology has no transistors to find them from.", {"technology.transistor"}});
  costs.claims.push_back(
      {"Figures given in the configuration take the place of modelled ones; the table of unit costs says "
       "which is which. Data are random: a set share of bits changes from one datum to the next.",
       {},
       {"technology.toggle"}});
  if (t.leakage_W_per_array)
    leakage.claims.push_back(
        {"Of arrays with what stands around them as given; of other gates counted, half an inverter's "
         "transistors at a time.",
         {},
         {"technology.leakage"}});
  else
    leakage.claims.push_back(
        {"Of all gates counted, half an inverter's transistors at a time.", {"technology.leakage"}});
  leakage.claims.push_back(
      {"None of cells, of surveyed converters, and of anything not counted.", {"technology.cell_leakage"}});
  return {temperature, costs, leakage};
}

}  // namespace bitline::periphery
