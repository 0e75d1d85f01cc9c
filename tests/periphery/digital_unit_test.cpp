// SPDX-License-Identifier: Apache-2.0
// Digital operations: by hand from their adders, registers and tables; tables judged by interpolating the functions.
#include "periphery/digital/digital_unit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "periphery/logic/arithmetic.h"
#include "periphery/memory/sram.h"
#include "periphery/published/published_parts.h"
#include "tests/periphery/technology.h"

namespace bitline::digital_unit_test {
using namespace periphery;
using namespace bitline::test;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

// An adder bit of 2 fJ and 1 ns, a register bit of 3 fJ, a memory bit of 7 fJ and 5 ns.
Technology given() {
  Technology t;
  t.clock_Hz = 1e8;
  t.costs.adder = {2e-15, 1e-9, 19e-12, 11e-9};
  t.costs.register_bit = {3e-15, 0.0, 17e-12, 13e-9};
  return t;
}
UnitCost memory_bit(double, int) { return {7e-15, 5e-9, 23e-12, 29e-9}; }

// The largest error of linear interpolation between `entries` + 1 points of [0, length).
double interpolation_error(const std::function<double(double)>& f, double length, int entries) {
  double worst = 0;
  const double h = length / entries;
  for (int k = 0; k < entries; ++k)
    for (int i = 1; i < 8; ++i) {
      const double x = (k + i / 8.0) * h, line = f(k * h) + (f((k + 1) * h) - f(k * h)) * i / 8;
      worst = std::max(worst, std::abs(line - f(x)));
    }
  return worst;
}

}  // namespace

TEST_CASE("digital operations of 8 bits, by hand") {
  const Technology t = given();
  const DigitalUnit unit{8, 64, 8};
  const auto energy_fJ = [&](DigitalOperation o) { return operation_cost(t, unit, o, memory_bit).energy_J * 1e15; };
  // Two operands and a result in registers: 24 bits.
  CHECK(energy_fJ(DigitalOperation::addition) == near(8 * 2 + 24 * 3));
  CHECK(energy_fJ(DigitalOperation::multiplication) == near((64 + 8) * 2 + 24 * 3));
  CHECK(energy_fJ(DigitalOperation::comparison) == near((8 + 8 * 4 / 9.0) * 2 + 24 * 3));
  // An accumulator of 16 + 10 bits beside the operands.
  CHECK(energy_fJ(DigitalOperation::mac) == near((64 + 26) * 2 + (16 + 26) * 3));
  CHECK(energy_fJ(DigitalOperation::mac) == near(multiply_accumulate(t, 8, 8, 26).energy_J * 1e15));
  // Nine steps of nine adder bits and 17 register bits, and the divisor.
  CHECK(energy_fJ(DigitalOperation::division) == near(81 * 2 + (9 * 17 + 8) * 3));
  // Step i adds i + 2 bits and clocks as many, i bits of the root and the 8 of the radicand: sums of 1 .. 8 are 36.
  CHECK(energy_fJ(DigitalOperation::square_root) == near((36 + 16) * 2 + (36 + 16 + 36 + 64) * 3));
  // 2^f to 2^-7 takes 4 pieces: 2 ln^2 2 / 8 < 2^-7 x 16. Interpolation of the 6 bits below them; 16 bits read.
  CHECK(exponential_entries(8) == 4);
  CHECK(energy_fJ(DigitalOperation::exponential) ==
        near((8 * 6 + 8) * 2 + 24 * 3 + 16 * 7 + (64 + 8 * 3 * 4 / 9.0) * 2 + 24 * 3));
}

TEST_CASE("digital operations: time is the carry, or clock cycles of a digit recurrence") {
  Technology t = given();
  const DigitalUnit unit{8, 64, 8};
  const auto time_s = [&](DigitalOperation o) { return operation_cost(t, unit, o, memory_bit).time_s; };
  CHECK(time_s(DigitalOperation::addition) == near(8e-9));
  CHECK(time_s(DigitalOperation::division) == near(9 * 10e-9));  // nine carries of 9 ns in cycles of 10 ns
  t.clock_Hz = 2e8;
  CHECK(time_s(DigitalOperation::division) == near(9 * 2 * 5e-9));
  CHECK(time_s(DigitalOperation::addition) == near(8e-9));
}

TEST_CASE("tables are right to a unit in the last place, and a quarter of them would not be") {
  const auto tanh = [](double x) { return std::tanh(x); };
  const auto erf = [](double x) { return std::erf(x); };
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto logarithm = [](double x) { return std::log(1 + x); };
  for (const int bits : {6, 8, 12, 16, 20}) {
    CAPTURE(bits);
    const double last = std::ldexp(1.0, 1 - bits);
    const int entries = lookup_entries(bits);
    // Beyond the table the function is 1.
    const double ends[] = {0.5 * std::log(2 / last), std::sqrt(std::log(1 / last)), std::log(1 / last)};
    CHECK(1 - tanh(ends[0]) <= last);
    CHECK(1 - erf(ends[1]) <= last);
    CHECK(1 - logistic(ends[2]) <= last);
    const double errors[] = {interpolation_error(tanh, ends[0], entries), interpolation_error(erf, ends[1], entries),
                             interpolation_error(logistic, ends[2], entries),
                             interpolation_error(logarithm, 1, entries)};
    for (const double error : errors) CHECK(error <= last);
    double worst = 0;
    worst = std::max(interpolation_error(tanh, ends[0], entries / 4), interpolation_error(erf, ends[1], entries / 4));
    CHECK(worst > last);
    const auto power = [](double f) { return std::exp2(f); };
    CHECK(interpolation_error(power, 1, exponential_entries(bits)) <= last);
    if (exponential_entries(bits) >= 4) CHECK(interpolation_error(power, 1, exponential_entries(bits) / 4) > last);
  }
}

TEST_CASE("digital operations: more bits cost more, and the circuits of every shipped technology are sound") {
  for (const auto& named : shipped_technologies()) {
    CAPTURE(named.name);
    const MemoryBit memory = [&](double bits, int word) { return sram_bit(named.technology, bits, word); };
    for (std::size_t o = 0; o < operation_count; ++o) {
      const auto operation = static_cast<DigitalOperation>(o);
      CAPTURE(name_of(operation));
      double energy_J = 0, area_m2 = 0;
      for (const int bits : {4, 8, 12, 16, 24}) {
        CAPTURE(bits);
        const UnitCost c = operation_cost(named.technology, {bits, 1, 1}, operation, memory);
        CHECK(c.energy_J > energy_J);
        CHECK(c.area_m2 > area_m2);
        CHECK(c.time_s > 0);
        CHECK(c.leakage_W > 0);
        CHECK(c.energy_spread == arithmetic_energy_spread);
        CHECK(c.area_spread == arithmetic_area_spread);
        energy_J = c.energy_J, area_m2 = c.area_m2;
      }
    }
    // A multiplication is dearer than an addition, a division than a multiplication of half the bits' rows.
    const auto energy_J = [&](DigitalOperation o) {
      return operation_cost(named.technology, {16, 1, 1}, o, memory).energy_J;
    };
    CHECK(energy_J(DigitalOperation::multiplication) > energy_J(DigitalOperation::addition));
    CHECK(energy_J(DigitalOperation::division) > energy_J(DigitalOperation::multiplication));
    CHECK(energy_J(DigitalOperation::exponential) > energy_J(DigitalOperation::multiplication));
  }
}

}  // namespace bitline::digital_unit_test
