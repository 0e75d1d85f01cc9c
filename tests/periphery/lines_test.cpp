// SPDX-License-Identifier: Apache-2.0
// What stands at lines' ends, capacitors, wires with repeaters, and memory, by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "periphery/lines/drivers.h"
#include "periphery/lines/wire.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/logic/capacitors.h"
#include "periphery/logic/gates.h"
#include "periphery/memory/sram.h"
#include "tests/periphery/technology.h"

namespace bitline::lines_test {
using namespace periphery;
using namespace bitline::test;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }
constexpr double fF = 1e-15, fJ = 1e-15, ps = 1e-12, nW = 1e-9, um = 1e-6, um2 = 1e-12, pitch = 0.8 * um2;
constexpr double fo4_s = 14.4 * ps, inverter_fF = 1.5 + 1.2;  // of round_technology()

}  // namespace

TEST_CASE("buffer chain: stages of 3.125 and 12.5 inverters drive fifty") {
  const Technology t = round_technology();
  const UnitCost c = buffer_chain(t, 50 * 1.5 * fF, "driver");
  CHECK(c.energy_J == near(15.625 * inverter_fF * fJ));  // its load is not in it
  CHECK(c.time_s == near(2 * fo4_s));
  CHECK(c.area_m2 == near((15.625 + 2) * pitch));
  CHECK(c.leakage_W == near(15.625 * 0.5 * nW));
  for (const double load_F : {0.0, 1e-18, 1.5 * fF, 5 * fF})  // one inverter where that is enough
    CHECK(buffer_chain(t, load_F, "driver").energy_J == near(inverter_fF * fJ));
  double last_J = 0;
  for (double load_F = fF; load_F < 1e-11; load_F *= 1.3) {
    const double now_J = buffer_chain(t, load_F, "driver").energy_J;
    CHECK(now_J >= last_J);
    // Without jumps: a third of its load, and at most one inverter more or less.
    CHECK(std::abs(now_J / (inverter_fF * fJ) - std::max(1.0, load_F / (1.5 * fF) / 3)) < 1.34);
    last_J = now_J;
  }
  CHECK(gate_row_driver(t, 50 * 1.5 * fF).energy_J == near(c.energy_J));
}

TEST_CASE("switches: as wide as their resistance asks, never below a unit") {
  const Technology t = round_technology();
  const double unit_ohm = Gates(t, "mux").resistance_ohm();
  // A hundred units: 25, 6.25 and 1.5625 inverters drive their gates, 150 fF.
  const UnitCost two = analog_row_driver(t, unit_ohm / 200, 2), three = analog_row_driver(t, unit_ohm / 200, 3);
  CHECK(two.energy_J == near(2 * (32.8125 * inverter_fF + 150) * fJ));  // the switches to the voltage and to zero
  CHECK(two.time_s == near(3 * fo4_s));
  CHECK(two.area_m2 == near(2 * (32.8125 + 3 + 100 + 1) * pitch));
  CHECK(two.leakage_W == near(2 * 32.8125 * 0.5 * nW));
  CHECK(three.area_m2 == near(1.5 * two.area_m2));
  CHECK(three.leakage_W == near(1.5 * two.leakage_W));
  CHECK(three.energy_J == near(two.energy_J));  // levels that rest take nothing
  CHECK(analog_row_driver(t, unit_ohm / 400, 3).energy_J > three.energy_J);
}

TEST_CASE("column switch: a unit transmission gate and the inverter before it") {
  const UnitCost c = column_switch(round_technology());
  CHECK(c.energy_J == near((2 * 1.5 + 1.2) * fJ));
  CHECK(c.time_s == near(fo4_s));
  CHECK(c.area_m2 == near(4 * pitch));
  CHECK(c.leakage_W == near(0.5 * nW));
}

TEST_CASE("decoder: four address bits select one of sixteen") {
  const Technology t = round_technology();
  const UnitCost c = decoder(t, 16, "mux");
  // Half of the address bits change; each with its complement swings an inverter's output and eight NAND2. One tree of
  // three NAND2 with inverters falls, one rises.
  CHECK(c.energy_J == near((0.5 * 4 * (1.2 + 8 * 2) + 3 * (2.4 + 1.5) + 1.2) * fJ));
  CHECK(c.time_s == near(7 * fo4_s));
  CHECK(c.area_m2 == near((8 * 2 + 16 * (3 * 3 + 2)) * pitch));
  CHECK(c.leakage_W == near((8 + 16) * 0.5 * nW + 48 * Gates(t, "mux").nand_leakage_W()));
  UnitCost last;
  for (int outputs = 1; outputs <= 4096; outputs *= 2) {
    const UnitCost now = decoder(t, outputs, "mux");
    CHECK(std::isfinite(now.energy_J));
    CHECK(now.energy_J > last.energy_J);
    CHECK(now.area_m2 > last.area_m2);
    CHECK(now.time_s >= last.time_s);
    last = now;
  }
}

TEST_CASE("level shifter: transistors of the generation that ran at the voltage, whatever the core's node") {
  Technology t = round_technology();
  // 3 V: 0.3 um long, so 1.5 um wide, three times the core's; a gate pitch of 0.3 / 0.13 times SKY130's 0.46 um and a
  // height of as many times 2.72 um. Ten units of output for ten times what one carries, four of the latch.
  const double unit_A = 3 * 1 / (2 * std::log(2.0) * Gates(t, "level_shifter").resistance_ohm());
  const double thick_pitch = 0.46 * 2.72 * um2 * (0.3 / 0.13) * (0.3 / 0.13);
  const UnitCost c = level_shifter(t, 3, 10 * unit_A);
  CHECK(c.energy_J == near(14 * 3 * inverter_fF * 9 * fJ));
  CHECK(c.time_s == near(2 * 3 * fo4_s));
  CHECK(c.area_m2 == near((14 + 3) * thick_pitch));
  CHECK(c.leakage_W == near(14 * 3 * 0.5 * 3 * nW));
  CHECK(level_shifter(t, 3, 0).area_m2 == near((4 + 1 + 3) * thick_pitch));  // never below a unit
  CHECK(level_shifter(t, 5, 0).area_m2 == near(level_shifter(t, 3, 0).area_m2 * 25 / 9));
  // Nothing of it shrinks with the core.
  double smallest_m2 = 1, largest_m2 = 0;
  for (const auto& [name, shipped] : shipped_technologies()) {
    smallest_m2 = std::min(smallest_m2, level_shifter(shipped, 3, 0).area_m2);
    largest_m2 = std::max(largest_m2, level_shifter(shipped, 3, 0).area_m2);
  }
  CHECK(smallest_m2 == near(largest_m2));
}

TEST_CASE("capacitors: thermal noise as large as quantization noise, and no unit below 0.5 fF") {
  Technology t = round_technology();
  for (int bits = 1; bits <= 16; ++bits) {
    CAPTURE(bits);
    const double lsb_V = t.vdd_V / std::pow(2, bits), farad = noise_capacitor_F(t, bits);
    CHECK(1.380649e-23 * 300 / farad == near(lsb_V * lsb_V / 12));
    CHECK(unit_capacitor_F(t, bits) >= 0.5 * fF);
    CHECK(unit_capacitor_F(t, bits) * std::pow(2, bits) >= farad * (1 - 1e-12));
    CHECK(sample_hold(t, bits).energy_J < sample_hold(t, bits + 1).energy_J * (1 + 1e-12));
    CHECK(dac(t, bits).energy_J < dac(t, bits + 1).energy_J);
    CHECK(dac(t, bits).area_m2 < dac(t, bits + 1).area_m2);
  }
  CHECK(unit_capacitor_F(t, 4) == 0.5 * fF);
  CHECK(capacitor_area_m2(15 * fF) == near(10 * um2));
  // Four bits: sixteen units of 0.5 fF, and a switch of an inverter's gates and drains for each bit.
  CHECK(dac(t, 4).energy_J == near((8 + 4 * inverter_fF) * fJ));
  CHECK(dac(t, 4).area_m2 == near(8 / 1.5 * um2 + 4 * 4 * pitch));
  CHECK(sample_hold(t, 4).energy_J == near((0.5 + 1.5) * fJ));
  // Where noise decides, half of the temperature takes half of the capacitor and of the energy.
  const double warm_J = sample_hold(t, 14).energy_J;
  t.temperature_K = 150;
  CHECK(std::abs(sample_hold(t, 14).energy_J / warm_J - 0.5) < 1e-3);
}

TEST_CASE("wire: half of the bits toggle, repeaters where there is metal, and none are faster") {
  Technology t = round_technology();
  const double length_m = 30e-3, ohm_per_m = 24e-9 / (0.2 * um * 0.3 * um), F_per_m = t.wire_F_per_m;
  const double ohm = Gates(t, "wire").resistance_ohm();
  // Delay by the Elmore sum of a chain of `count` repeaters of `size` units, and twice the wire's own without them.
  const auto delay_s = [&](double size, double count) {
    const double piece_m = length_m / count, wire_F = F_per_m * piece_m, wire_ohm = ohm_per_m * piece_m;
    return count * (std::log(2.0) * (ohm / size * (size * inverter_fF * fF + wire_F) + wire_ohm * size * 1.5 * fF) +
                    0.38 * wire_ohm * wire_F);
  };
  const double size = std::sqrt(ohm * F_per_m / (ohm_per_m * 1.5 * fF));
  const double count = std::ceil(length_m / std::sqrt(2 * ohm * inverter_fF * fF / (ohm_per_m * F_per_m)));
  REQUIRE(size > 1);
  REQUIRE(count > 20);
  const UnitCost w = wire_bit(t, length_m);
  CHECK(w.time_s == near(delay_s(size, count)));
  for (const double other : {0.5, 0.8, 1.25, 2.0}) {
    CAPTURE(other);
    CHECK(delay_s(other * size, count) > w.time_s);
    CHECK(delay_s(size, std::round(other * count)) > w.time_s);
  }
  // A quarter of C V^2: half of the bits change, and a change takes half.
  CHECK(w.energy_J == near(0.25 * (F_per_m * length_m + count * size * inverter_fF * fF)));
  CHECK(w.area_m2 == near(count * (size + 1) * pitch));
  CHECK(w.leakage_W == near(count * size * 0.5 * nW));
  // Repeated wires are linear in length, bare ones quadratic.
  CHECK(std::abs(wire_bit(t, 2 * length_m).time_s / w.time_s - 2) < 0.05);
  CHECK(wire_bit(t, 0).energy_J == 0);
  Technology quiet = t;
  quiet.toggle = 0.25;
  CHECK(wire_bit(quiet, length_m).energy_J == near(0.5 * w.energy_J));
  t.metal.width_m.reset();
  const UnitCost bare = wire_bit(t, length_m);
  CHECK(bare.energy_J == near(0.25 * F_per_m * length_m));
  CHECK(bare.time_s == 0);
  CHECK(bare.area_m2 == 0);
  t.wire_F_per_m *= 0.5;
  CHECK(wire_bit(t, length_m).energy_J == near(0.5 * bare.energy_J));
}

TEST_CASE("wire: hot metal resists more, so repeaters stand closer") {
  Technology cold = round_technology(), hot = cold;
  cold.metal.temperature_coefficient_per_K = hot.metal.temperature_coefficient_per_K = 0.004;
  cold.metal.temperature_K = cold.metal.reference_K;
  hot.metal.temperature_K = hot.metal.reference_K + 100;
  CHECK(wire_bit(hot, 30e-3).time_s > wire_bit(cold, 30e-3).time_s);
  hot.metal.temperature_K.reset();  // the technology's own
  hot.temperature_K = hot.metal.reference_K + 100;
  Technology weak = hot;
  weak.metal.temperature_K = cold.metal.reference_K;
  CHECK(wire_bit(hot, 30e-3).time_s > wire_bit(weak, 30e-3).time_s);
}

TEST_CASE("router and off-chip memory") {
  const Technology t = round_technology();
  const UnitCost hold = register_bit(t), r = router_bit(t);
  CHECK(r.energy_J == near(2 * hold.energy_J + 0.25 * 3 * (2 * 1.2 + 1.5) * fJ));
  CHECK(r.area_m2 == near(5 * (2 * hold.area_m2 + 4 * 7 * pitch)));
  // 1.3 to 2.6 nJ for 64 bits: their geometric mean, with a factor of the square root of two to either.
  const UnitCost d = dram_bit(t);
  CHECK(d.energy_J * d.energy_spread == near(2.6e-9 / 64));
  CHECK(d.energy_J / d.energy_spread == near(1.3e-9 / 64));
  CHECK(d.origin == CostOrigin::survey);
}

TEST_CASE("memory: one bank of 128 rows and 64 columns by hand") {
  const Technology t = round_technology();
  const UnitCost select = decoder(t, 128, "buffer"), c = sram_bit(t, 128 * 64, 64);
  // Cells of 1 um2, twice as wide as high: a bit line passes 128 drains of half a unit, a word line two such gates.
  const double high_um = std::sqrt(0.5), bit_line_fF = 128 * (high_um * 0.2 + 0.2);
  const double word_line_fF = 2 * high_um * 0.2 + 2 * 0.25, column_fF = 8 * inverter_fF;
  CHECK(c.energy_J == near((0.5 * (0.2 + 1) * bit_line_fF + word_line_fF + column_fF) * fJ + select.energy_J / 64));
  CHECK(c.area_m2 == near(1 * um2 + 8 * pitch / 128 + select.area_m2 / (128 * 64)));
  CHECK(c.leakage_W == near((1 + 8 / 128.0) * 0.5 * nW + select.leakage_W / (128 * 64)));
  CHECK(c.time_s == near(select.time_s + 4 * fo4_s));
  // Every further bank is reached over wires.
  double last_J = 0;
  for (double bits = 64; bits < 1e9; bits *= 4) {
    const UnitCost now = sram_bit(t, bits, 64);
    CHECK(std::isfinite(now.energy_J));
    CHECK(now.energy_J > last_J);
    CHECK(now.area_m2 > *t.sram_cell_m2);
    last_J = now.energy_J;
  }
  for (const double bits : {1.0, 3.0, 100.0}) {  // smaller than a word
    CHECK(std::isfinite(sram_bit(t, bits, 256).energy_J));
    CHECK(std::isfinite(register_file_bit(t, bits, 256).energy_J));
  }
  CHECK(sram_bit(t, 1 << 20, 64).area_m2 < register_file_bit(t, 1 << 20, 64).area_m2);
}

TEST_CASE("register file: flip-flops behind a tree of multiplexers") {
  const Technology t = round_technology();
  const UnitCost hold = register_bit(t), select = decoder(t, 16, "buffer"), c = register_file_bit(t, 16 * 8, 8);
  // Sixteen words of eight: five levels hold seventeen; half of the accesses read, half write.
  CHECK(c.energy_J == near(0.5 * (hold.energy_J + 0.25 * 5 * (2 * 1.2 + 1.5) * fJ) + select.energy_J / 8));
  CHECK(c.area_m2 == near(hold.area_m2 + 7 * pitch + select.area_m2 / 128));
  CHECK(register_file_bit(t, 1 << 16, 8).energy_J > c.energy_J);
}

}  // namespace bitline::lines_test
