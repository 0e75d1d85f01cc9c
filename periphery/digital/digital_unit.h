// SPDX-License-Identifier: Apache-2.0
// The unit that computes what no array computes: fixed-point numbers, made of the adders, registers and memory of the
// rest of the periphery, so that it follows the technology and given figures as they do.
//
// Circuits, for numbers of b bits; every operation clocks registers for its operands and its result.
//   addition        ripple carry (logic/arithmetic.h)
//   multiplication  array of b x b full adders, and a row that rounds
//   mac             the same array, and an accumulator of 2 b + 10 bits: sums of up to 1024 products
//   comparison      a subtraction that selects one operand: a two-way multiplexer is four of the nine NAND2 of an adder
//   division        non-restoring: b + 1 steps of an addition of b + 1 bits; square root: b steps of i + 2 bits in step
//                   i (Parhami, Computer Arithmetic, 2nd ed. 2010, chapters 13 and 21); one step a clock cycle
//   lookup          a table of values and slopes, and linear interpolation: an array of b x (b - log2 K) adders for K
//                   entries, and an addition. K is the least power of two for which the interpolation's error,
//                   h^2 max|f''| / 8 (Atkinson, An Introduction to Numerical Analysis, 2nd ed. 1989, section 3.1), is
//                   below a unit in the last place, 2^(1-b) of a number in [-1, 1)
//   exponential     e^x = 2^i 2^f: x log2 e (a multiplication), a lookup of 2^f on [0, 1), a shift by i of log2 b rows
//                   of multiplexers (Tang, ACM Trans. Math. Softw. 15, 144 (1989), doi:10.1145/63522.214389, in
//                   fixed point)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/schema.h"
#include "periphery/technology/technology.h"

namespace bitline::periphery {

struct DigitalUnit {
  int bits = 16;          // of a number
  int lanes = 64;         // additions, multiplications, comparisons of one clock cycle
  int special_lanes = 8;  // dividers, square roots, tables
};
void fields(Visitor&, DigitalUnit&);

enum class DigitalOperation : std::uint8_t {
  mac,
  addition,
  multiplication,
  comparison,
  exponential,
  division,
  square_root,
  lookup
};
inline constexpr std::size_t operation_count = 8;
std::string_view name_of(DigitalOperation);
// Whether only `special_lanes` can do it.
bool is_special(DigitalOperation);

// The least factor within which 90 % of published adders and multipliers lie around ours, both ways: all seven of 45 nm
// in configs/validation/data/parts.csv, of which a test takes it anew.
inline constexpr double arithmetic_energy_spread = 5.7, arithmetic_area_spread = 2.05;
UnitCost with_arithmetic_spread(UnitCost);

// Energy of a bit read from a memory of so many bits that is accessed so many at a time; area and leakage of one bit.
using MemoryBit = std::function<UnitCost(double bits, int word)>;

// One operation: its energy; time until the result is there; area and leakage of one lane's circuit.
UnitCost operation_cost(const Technology&, const DigitalUnit&, DigitalOperation, const MemoryBit&);

// Entries of the table of 2^f on [0, 1), and of the most demanding of tanh, erf, the logistic function and the
// logarithm of a mantissa, each up to where it is 1 in b bits.
int exponential_entries(int bits);
int lookup_entries(int bits);

}  // namespace bitline::periphery
