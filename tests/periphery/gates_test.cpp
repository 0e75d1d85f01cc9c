// SPDX-License-Identifier: Apache-2.0
// Gates, registers and adders against figures calculated by hand or from their netlists.
#include "periphery/logic/gates.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "periphery/logic/arithmetic.h"
#include "tests/periphery/technology.h"

namespace bitline::gates_test {
using namespace periphery;
using namespace bitline::test;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }
constexpr double fF = 1e-15, fJ = 1e-15, ps = 1e-12, nW = 1e-9, um2 = 1e-12;

}  // namespace

TEST_CASE("gates: capacitances, swings, resistance, delay, leakage and area of round figures") {
  const Gates g(round_technology(), "adder");
  CHECK(g.inverter_input_F() == near(1.5 * fF));  // 0.5 and 1 um at 1 fF/um
  CHECK(g.inverter_output_F() == near(1.2 * fF));
  CHECK(g.nand_input_F() == near(2 * fF));     // 1 and 1 um: two in series as strong as one
  CHECK(g.nand_output_F() == near(2.4 * fF));  // 1 um of n, two of 1 um of p
  // Either transistor gives 250 uA: R = V / (2 ln 2 I).
  CHECK(g.resistance_ohm() == near(1 / (2 * std::log(2.0) * 250e-6)));
  CHECK(g.fo4_s() == near(2000 * (1.2 + 4 * 1.5) * fF));
  CHECK(g.inverter_leakage_W() == near(0.5 * nW));  // 0.5 nA of either transistor half of the time
  CHECK(g.area_m2(Gates::inverter_pitches) == near(1.6 * um2));
}

TEST_CASE("gates: a swing takes C V^2, a higher supply drives faster at the same current and leaks more") {
  Technology t = round_technology();
  const Gates one(t, "adder");
  CHECK(one.swing_J(3 * fF) == near(3 * fJ));
  t.vdd_V = 2;
  const Gates two(t, "adder");
  CHECK(two.swing_J(3 * fF) == near(12 * fJ));
  CHECK(two.resistance_ohm() == near(2 * one.resistance_ohm()));  // the same current takes twice the charge away
  CHECK(two.inverter_leakage_W() == near(2 * one.inverter_leakage_W()));
}

TEST_CASE("gates: leakage doubles every 0.301 decades of temperature, and currents change linearly") {
  Technology t = round_technology();
  const Gates room(t, "adder");
  for (const double doublings : {-2.0, 1.0, 2.0}) {
    CAPTURE(doublings);
    const double warmer_K = doublings * 60 * std::log10(2.0);
    t.temperature_K = 300 + warmer_K;
    const Gates g(t, "adder");
    CHECK(g.inverter_leakage_W() == near(room.inverter_leakage_W() * std::pow(2, doublings)));
    CHECK(g.nand_leakage_W() == near(room.nand_leakage_W() * std::pow(2, doublings)));
    CHECK(g.resistance_ohm() == near(room.resistance_ohm() / (1 - 0.001 * warmer_K)));
  }
}

TEST_CASE("gates: a NAND2 leaks the mean over its four inputs") {
  const Gates g(round_technology(), "adder");
  // Both transistors leak 0.5 nA per unit; the n side is twice as wide, two p transistors stand beside each other.
  const double unit_W = 0.5 * nW, both_off = 0.1 * 2 * unit_W, one_off = 2 * unit_W, p_side = 2 * unit_W;
  CHECK(g.nand_leakage_W() == near((both_off + 2 * one_off + p_side) / 4));
}

TEST_CASE("register: two inverters and eight gates for the clock, four inverters and four switches for the datum") {
  Technology t = round_technology();
  const double clock_fF = 2 * (1.5 + 1.2) + 8 * 0.75, datum_fF = 4 * (1.5 + 1.2) + 4 * 2 * 1.2;
  for (const double toggle : {0.0, 0.25, 0.5, 1.0}) {
    t.toggle = toggle;
    CHECK(register_bit(t).energy_J == near((clock_fF + 0.5 * toggle * datum_fF) * fJ));
    CHECK(idle_register_J(t) == near(clock_fF * fJ));
  }
  CHECK(register_bit(t).area_m2 == near(17 * 0.8 * um2));
  CHECK(register_bit(t).leakage_W == near(8 * 0.5 * nW));
  CHECK(register_bit(t).time_s > 0);
  // A given energy is of a write: nothing is left to say about the clock alone, whatever else is given.
  t.costs.register_bit.energy_J = 1e-18;
  CHECK(idle_register_J(t) == 0);
}

TEST_CASE("adder: the toggles of nine NAND2 over all operands") {
  const Technology t = round_technology();
  // Nodes: operands a, b, c (0, 1, 2), then gates 3..11; the last two are sum and carry out.
  const std::vector<std::array<int, 2>> inputs = {{0, 1}, {0, 3}, {1, 3}, {4, 5}, {6, 2},
                                                  {6, 7}, {2, 7}, {8, 9}, {3, 7}};
  std::array<int, 12> ones{}, fan_out{};
  for (int operands = 0; operands < 8; ++operands) {
    std::array<int, 12> node{operands & 1, operands >> 1 & 1, operands >> 2 & 1};
    for (std::size_t g = 0; g < inputs.size(); ++g)
      node[3 + g] = !(node[static_cast<std::size_t>(inputs[g][0])] && node[static_cast<std::size_t>(inputs[g][1])]);
    const int sum = node[0] + node[1] + node[2];
    REQUIRE(node[10] == sum % 2);
    REQUIRE(node[11] == sum / 2);
    for (std::size_t n = 0; n < node.size(); ++n) ones[n] += node[n];
  }
  for (const auto& gate : inputs)
    for (const int from : gate) ++fan_out[static_cast<std::size_t>(from)];
  // Two independent data differ at a node of probability p with 2 p (1 - p); a change takes half of C V^2.
  double joules = 0;
  for (std::size_t n = 0; n < ones.size(); ++n) {
    const double p = ones[n] / 8.0, farad = (n < 3 ? 0 : 2.4 * fF) + fan_out[n] * 2 * fF;
    joules += 0.5 * 2 * p * (1 - p) * farad;
  }
  const UnitCost bit = adder_bit(t);
  CHECK(bit.energy_J == near(joules));
  CHECK(bit.area_m2 == near(16 * 0.8 * um2));
  CHECK(bit.leakage_W == near(9 * Gates(t, "adder").nand_leakage_W()));
  // A carry passes two NAND2; the first of them drives three inputs.
  CHECK(std::abs(bit.time_s / (2 * 2000 * (2.4 + 3 * 2) * fF) - 1) < 0.01);
  CHECK(bit.time_s > 10 * ps);
  Technology quiet = t;
  quiet.toggle = 0.1;
  CHECK(adder_bit(quiet).energy_J == near(0.2 * joules));
}

TEST_CASE("arithmetic: sums of bits, growing with every bit") {
  const Technology t = round_technology();
  const UnitCost add = adder_bit(t), hold = register_bit(t);
  for (int bits = 1; bits <= 24; ++bits) {
    CAPTURE(bits);
    const UnitCost sum = accumulator(t, bits);
    CHECK(sum.energy_J == near(bits * (add.energy_J + hold.energy_J)));
    CHECK(sum.area_m2 == near(bits * (add.area_m2 + hold.area_m2)));
    CHECK(sum.leakage_W == near(bits * (add.leakage_W + hold.leakage_W)));
    CHECK(sum.time_s >= bits * add.time_s * 0.999);
    CHECK(rescaler(t, bits, 4).energy_J == near(bits * 5 * add.energy_J));
    CHECK(rescaler(t, 4, bits).energy_J == near(4 * (bits + 1) * add.energy_J));
  }
  // A 3 x 5 bit multiplier of full adders, a sum of 12 bits, registers for both operands.
  const UnitCost mac = multiply_accumulate(t, 3, 5, 12);
  CHECK(mac.energy_J == near(15 * add.energy_J + 12 * (add.energy_J + hold.energy_J) + 8 * hold.energy_J));
  CHECK(mac.area_m2 == near(15 * add.area_m2 + 12 * (add.area_m2 + hold.area_m2) + 8 * hold.area_m2));
  const auto less = [](const UnitCost& a, const UnitCost& b) {
    return a.energy_J < b.energy_J && a.area_m2 < b.area_m2 && a.leakage_W < b.leakage_W && a.time_s < b.time_s;
  };
  for (int bits = 2; bits < 16; ++bits) {
    CHECK(less(accumulator(t, bits), accumulator(t, bits + 1)));
    CHECK(less(rescaler(t, bits, 6), rescaler(t, bits + 1, 6)));
    CHECK(less(multiply_accumulate(t, bits, 6, 20), multiply_accumulate(t, bits + 1, 6, 20)));
    CHECK(less(multiply_accumulate(t, 6, 6, bits), multiply_accumulate(t, 6, 6, bits + 1)));
  }
}

TEST_CASE("technology: 28 nm lies between 32 and 22 nm, in logarithms over the node") {
  const auto at = [](const char* name) {
    for (const NamedTechnology& t : shipped_technologies())
      if (t.name == name) return t.technology;
    return Technology{};
  };
  const auto figures = [](const Technology& t) {
    const Transistor& x = *t.transistor;
    return std::vector<double>{t.vdd_V,
                               t.clock_Hz,
                               t.cell_area_m2,
                               t.sram_cell_m2.value(),
                               t.metal.width_m.value(),
                               t.metal.thickness_m.value(),
                               t.metal.resistivity_ohm_m.value(),
                               x.gate_F_per_m,
                               x.drain_F_per_m,
                               x.drive_n_A_per_m,
                               x.drive_p_A_per_m,
                               x.off_n_A_per_m,
                               x.off_p_A_per_m,
                               x.off_decade_K,
                               x.gate_width_m,
                               x.gate_pitch_m,
                               x.cell_height_m};
  };
  const std::vector<double> above = figures(at("32nm")), between = figures(at("28nm")), below = figures(at("22nm"));
  const double part = std::log(32. / 28) / std::log(32. / 22);
  for (std::size_t i = 0; i < between.size(); ++i) {
    INFO("figure ", i);
    const double expected = above[i] * std::pow(below[i] / above[i], part);
    CHECK(std::abs(between[i] / expected - 1) < 6e-4);  // given with four digits
  }
}

}  // namespace bitline::gates_test
