// SPDX-License-Identifier: Apache-2.0
// Converters from transistors and capacitors: by hand, and how they grow with bits.
#include <doctest/doctest.h>

#include <cmath>

#include "periphery/adc/adc.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "tests/periphery/technology.h"

namespace bitline::adc_circuit_test {
using namespace periphery;
using namespace bitline::test;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

SarAdc sar(int bits) { return {.common = {.bits = bits}}; }
FlashAdc flash(int bits) { return {.common = {.bits = bits}}; }
RampAdc ramp(int bits) { return {.common = {.bits = bits}, .clock_Hz = 1e9}; }

// round_technology() whose logic is free: comparators and capacitors remain.
Technology without_logic() {
  Technology t = round_technology();
  t.costs.adder = t.costs.register_bit = {.energy_J = 0, .time_s = {}, .area_m2 = 0, .leakage_W = 0};
  return t;
}

constexpr double fJ = 1e-15, latch_fJ = 2 * 8 * (1.5 + 1.2);  // a small latch: eight unit inverters on either side

}  // namespace

TEST_CASE("circuit converters grow with every bit, at every shipped node") {
  auto all = shipped_technologies();
  all.push_back({"round", round_technology()});
  for (const auto& [name, t] : all) {
    CAPTURE(name);
    for (int bits = 1; bits < 14; ++bits) {
      CAPTURE(bits);
      const auto rises = [&](const Adc& less, const Adc& more) {
        const UnitCost a = adc_circuit(less, t, 16), b = adc_circuit(more, t, 16);
        CHECK(std::isfinite(b.energy_J));
        CHECK(a.energy_J > 0);
        CHECK(a.energy_J < b.energy_J);
        CHECK(a.area_m2 < b.area_m2);
        CHECK(a.leakage_W < b.leakage_W);
        CHECK(a.origin == CostOrigin::circuit);
      };
      rises(sar(bits), sar(bits + 1));
      rises(ramp(bits), ramp(bits + 1));
      if (bits < 10) rises(flash(bits), flash(bits + 1));
    }
  }
}

TEST_CASE("successive approximation: capacitors switched monotonically, and a decision a bit") {
  const Technology t = without_logic();
  // Ten bits: 255.5 units of 0.5 fF (Liu 2010 gives 255.5 C V^2), ten decisions of a small latch.
  CHECK(unit_capacitor_F(t, 6) == 0.5e-15);
  double units = 0;
  for (int i = 1; i <= 5; ++i) units += std::pow(2, 6 - 2 - i);
  CHECK(units == 15.5);
  CHECK(adc_circuit(sar(6), t, 1).energy_J == near((units * 0.5 + 6 * latch_fJ) * fJ));
  // With logic: a sequencer of one flip-flop a bit, clocked in every step, and a code register clocked once; each is
  // written once.
  const Technology full = round_technology();
  const double idle_J = idle_register_J(full), write_J = register_bit(full).energy_J - idle_J;
  CHECK(adc_circuit(sar(6), full, 1).energy_J ==
        near((units * 0.5 + 6 * latch_fJ) * fJ + (7 * 6 + 6) * idle_J + 12 * write_J));
  // Registers with a given energy only: no clock is known, and nothing becomes negative.
  Technology given = full;
  given.costs.register_bit.energy_J = 1e-18;
  CHECK(adc_circuit(sar(6), given, 1).energy_J == near((units * 0.5 + 6 * latch_fJ) * fJ + 12 * 1e-18));
  CHECK(adc_circuit(ramp(2), given, 1).energy_J > 0);
}

TEST_CASE("where noise decides, half of the capacitance takes half of the energy") {
  Technology warm = without_logic(), cold = warm;
  warm.temperature_K = 400, cold.temperature_K = 200;
  CHECK(noise_capacitor_F(cold, 14) == near(0.5 * noise_capacitor_F(warm, 14)));
  CHECK(adc_circuit(sar(14), cold, 1).energy_J == near(0.5 * adc_circuit(sar(14), warm, 1).energy_J));
  CHECK(adc_circuit(ramp(14), cold, 1).energy_J == near(0.5 * adc_circuit(ramp(14), warm, 1).energy_J));
  // A quarter of LSB^2 takes four times the capacitor: one bit more, and one more decision of fourteen.
  const double thirteen_J = adc_circuit(sar(13), warm, 1).energy_J, fourteen_J = adc_circuit(sar(14), warm, 1).energy_J;
  CHECK(fourteen_J / thirteen_J > 4);
  CHECK(fourteen_J / thirteen_J < 4.5);
}

TEST_CASE("flash: a comparator for each threshold, so twice as many for each bit") {
  const Technology t = without_logic();
  const double one_m2 = adc_circuit(flash(1), t, 1).area_m2, one_W = adc_circuit(flash(1), t, 1).leakage_W;
  for (int bits = 1; bits <= 8; ++bits) {  // small latches: noise asks for more from nine bits on
    CAPTURE(bits);
    const double comparators = std::pow(2, bits) - 1;
    const UnitCost c = adc_circuit(flash(bits), t, 1);
    CHECK(c.area_m2 == near(comparators * one_m2));
    CHECK(c.leakage_W == near(comparators * one_W));
    // The ladder that all comparators hang on, eight inverters' inputs each, settles to half an LSB within the clock.
    const double ladder_fJ = comparators * 8 * 1.5 * (bits + 1) * std::log(2.0) / std::pow(std::acos(-1.0), 2);
    CHECK(c.energy_J == near((comparators * latch_fJ + ladder_fJ) * fJ));
  }
}

TEST_CASE("ramp: a decision at every tick; counter and ramp are shared by the converters of an array") {
  const Technology t = without_logic();
  // Six bits: 64 decisions here, 64 units of 0.5 fF for all.
  CHECK(adc_circuit(ramp(6), t, 1).energy_J == near((64 * latch_fJ + 64 * 0.5) * fJ));
  CHECK(adc_circuit(ramp(6), t, 4).energy_J == near((64 * latch_fJ + 64 * 0.5 / 4) * fJ));
  const Technology full = round_technology();
  const auto of = [&](int converters) { return adc_circuit(ramp(6), full, converters); };
  CHECK(of(1).energy_J - of(2).energy_J == doctest::Approx(2 * (of(2).energy_J - of(4).energy_J)).epsilon(1e-9));
  CHECK(of(1).area_m2 - of(2).area_m2 ==
        doctest::Approx(2 * (of(2).area_m2 - of(4).area_m2)).epsilon(1e-9).scale(1e-20));
  CHECK(of(1).energy_J > of(2).energy_J);
  CHECK(std::isfinite(of(0).energy_J));
}

TEST_CASE("the circuit model is asked when chosen, and names what it needs") {
  Technology t = round_technology();
  SarAdc adc = sar(2);
  adc.common.cost.model = AdcCostModel::circuit;
  const UnitCost c = unit_cost(adc, t, 1);
  CHECK(c.energy_J == adc_circuit(adc, t, 1).energy_J);
  CHECK(c.area_m2 == adc_circuit(adc, t, 1).area_m2);
  CHECK(c.leakage_W == adc_circuit(adc, t, 1).leakage_W);
  CHECK(c.time_s == near(3 / t.clock_Hz));
  CHECK(c.origin == CostOrigin::circuit);
  CHECK(c.energy_spread >= circuit_energy_spread);
  adc.common.cost.given.area_m2 = 7e-12;
  CHECK(unit_cost(adc, t, 1).energy_J == c.energy_J);
  CHECK(unit_cost(adc, t, 1).area_m2 == 7e-12);
  t.transistor.reset();
  CHECK_THROWS_WITH_AS(unit_cost(adc, t, 1), doctest::Contains("adc.cost.model"), ConfigError);
  adc.common.cost.given.energy_J = 1e-12;  // with the area: nothing is left to model
  CHECK(unit_cost(adc, t, 1).energy_J == 1e-12);
}

}  // namespace bitline::adc_circuit_test
