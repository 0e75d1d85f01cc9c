// SPDX-License-Identifier: Apache-2.0
#include "periphery/digital/digital_unit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "periphery/logic/arithmetic.h"

namespace bitline::periphery {
namespace {

constexpr int accumulated_bits = 10;     // of sums of 1024 products
constexpr double multiplexer = 4.0 / 9;  // of an adder's gates

// Adder bits and register bits that one operation uses, those its circuit consists of, and its time.
struct Circuit {
  double added = 0, clocked = 0;     // in one operation
  double adders = 0, registers = 0;  // there are
  double carries = 0, cycles = 1;    // the longest carry in adder bits; clock cycles
};

// A combinational circuit between registers for two operands and a result.
Circuit between_registers(double adders, double carries, int bits) {
  return {adders, 3.0 * bits, adders, 3.0 * bits, carries, 1};
}

Circuit circuit_of(DigitalOperation operation, int b) {
  const double product = static_cast<double>(b) * b, sum_bits = 2.0 * b + accumulated_bits;
  switch (operation) {
    case DigitalOperation::mac:
      return {product + sum_bits, 2 * b + sum_bits, product + sum_bits, 2 * b + sum_bits, 2 * b + sum_bits, 1};
    case DigitalOperation::addition:
      return between_registers(b, b, b);
    case DigitalOperation::multiplication:
      return between_registers(product + b, 3.0 * b, b);
    case DigitalOperation::comparison:
      return between_registers(b * (1 + multiplexer), b + 1, b);
    case DigitalOperation::division: {
      // Remainder and quotient are clocked in each step; the last step corrects the remainder.
      const double steps = b + 1, adders = b + 1, registers = 2.0 * b + 1;
      return {steps * adders, steps * registers + b, adders, registers + b, b + 1.0, steps};
    }
    case DigitalOperation::square_root: {
      // Step i of b: a remainder of i + 2 bits, a root of i; the radicand is shifted along.
      const double steps = b, added = steps * (steps + 1) / 2 + 2 * steps;
      return {added, added + steps * (steps + 1) / 2 + steps * b, b + 2.0, 3.0 * b + 2, b + 2.0, steps};
    }
    case DigitalOperation::lookup:
    case DigitalOperation::exponential:
      break;
  }
  return {};
}

// Interpolation between entries of a table, without the table.
Circuit interpolation(int b, int entries) {
  const double rest = std::max(1.0, b - std::log2(entries));
  return between_registers(b * rest + b, 2 * b + rest, b);
}

// What scales an argument to base 2 and shifts the result.
Circuit scale_and_shift(int b) {
  const double rows = std::ceil(std::log2(b));
  return between_registers(static_cast<double>(b) * b + b * multiplexer * rows, 2 * b + rows, b);
}

UnitCost cost_of(const Circuit& c, const Technology& t) {
  const UnitCost add = adder_bit(t), hold = register_bit(t);
  UnitCost cost;
  cost.energy_J = c.added * add.energy_J + c.clocked * hold.energy_J;
  cost.area_m2 = c.adders * add.area_m2 + c.registers * hold.area_m2;
  cost.leakage_W = c.adders * add.leakage_W + c.registers * hold.leakage_W;
  // A step that one clock cycle is too short for takes more of them.
  const double step_s = c.carries * add.time_s;
  cost.time_s = c.cycles > 1 ? c.cycles * std::max(1.0, std::ceil(step_s * t.clock_Hz)) / t.clock_Hz : step_s;
  return cost;
}

// A value and a slope read from a table.
UnitCost table(int b, int entries, const MemoryBit& memory) {
  const double bits = 2.0 * b * entries;
  return times(memory(bits, 2 * b), 2 * b, bits);
}

// The least power of two of pieces of [0, length) whose interpolation of f is right to a unit in the last place.
int entries_for(double length, double second_derivative, int bits) {
  const double pieces = length * std::sqrt(second_derivative / 8 * std::ldexp(1.0, bits - 1));
  return 1 << std::max(0, static_cast<int>(std::ceil(std::log2(pieces))));
}

}  // namespace

void fields(Visitor& v, DigitalUnit& d) {
  v(d.bits, {.key = "bits", .meaning = "of the numbers that are not codes of a layer's inputs", .min = 4, .max = 24});
  v(d.lanes, {.key = "lanes",
              .meaning = "additions, multiplications, comparisons or multiply-accumulates of one clock cycle",
              .min = 1,
              .max = 65536});
  v(d.special_lanes, {.key = "special_lanes",
                      .meaning = "circuits for each of division, square root, exponential and tabulated functions",
                      .min = 1,
                      .max = 65536});
}

std::string_view name_of(DigitalOperation operation) {
  static constexpr std::array<std::string_view, operation_count> names = {
      "mac", "addition", "multiplication", "comparison", "exponential", "division", "square root", "lookup"};
  return names[static_cast<std::size_t>(operation)];
}

UnitCost with_arithmetic_spread(UnitCost cost) {
  cost.energy_spread = arithmetic_energy_spread, cost.area_spread = arithmetic_area_spread;
  return cost;
}

bool is_special(DigitalOperation operation) { return operation >= DigitalOperation::exponential; }

int exponential_entries(int bits) {
  // (2^f)'' < 2 ln^2 2.
  return entries_for(1, 2 * std::numbers::ln2 * std::numbers::ln2, bits);
}

int lookup_entries(int bits) {
  // tanh x differs from 1 by less than 2 e^-2x; |tanh''| <= 4 / (3 sqrt 3).
  const double last = std::ldexp(1.0, 1 - bits);
  const int tanh = entries_for(0.5 * std::log(2 / last), 4 / (3 * std::sqrt(3.0)), bits);
  // 1 - erf x < e^(-x^2); |erf''| <= 4 / sqrt(2 pi e).
  const int erf =
      entries_for(std::sqrt(std::log(1 / last)), 4 / std::sqrt(2 * std::numbers::pi * std::numbers::e), bits);
  // 1 - 1 / (1 + e^-x) < e^-x; its second derivative is at most 1 / (6 sqrt 3).
  const int logistic = entries_for(std::log(1 / last), 1 / (6 * std::sqrt(3.0)), bits);
  // (ln m)'' = -1 / m^2 on [1, 2).
  const int logarithm = entries_for(1, 1, bits);
  return std::max({tanh, erf, logistic, logarithm});
}

UnitCost operation_cost(const Technology& t, const DigitalUnit& unit, DigitalOperation operation,
                        const MemoryBit& memory) {
  const int b = unit.bits;
  UnitCost cost;
  if (operation == DigitalOperation::lookup || operation == DigitalOperation::exponential) {
    const bool exponential = operation == DigitalOperation::exponential;
    const int entries = exponential ? exponential_entries(b) : lookup_entries(b);
    cost = cost_of(interpolation(b, entries), t);
    cost = sum(cost, table(b, entries, memory));
    if (exponential) cost = sum(cost, cost_of(scale_and_shift(b), t));
  } else {
    cost = cost_of(circuit_of(operation, b), t);
  }
  return with_arithmetic_spread(cost);
}

}  // namespace bitline::periphery
