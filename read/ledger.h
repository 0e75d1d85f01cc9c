// SPDX-License-Identifier: Apache-2.0
// Counts of what a chip does: one accumulator for runs, for recorded codes and for statistics. A ledger belongs to one
// layer or node; what it is of (all reads of a chip, one sample, the mean inference) its owner says. Costs are ledgers
// times unit costs (cost/tariff.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "periphery/digital/digital_unit.h"

namespace bitline::read {

enum class Action : std::uint8_t {
  line_drive,        // driven row lines, each counted x^2 times, x in input steps
  line_activation,   // row lines with x != 0
  line_charge,       // driven row lines, each counted V^2 times: what charges them
  analog_level,      // levels set by a row's converter
  register_bit,      // bits written into row registers
  conversion,        // columns converted
  held_sample,       // columns held for a converter that others share
  column_selection,  // turns of an array's converters
  slice_bit,         // bits of additions of a weight's slices
  plane_sum,         // additions of planes
  piece_bit,         // bits of additions of pieces beyond the first
  buffer_bit,        // bits read from or written to buffers
  transfer_bit,      // bits between buffers and arrays, and between arrays
  off_chip_bit,      // bits to and from external memory
  rescaling,         // sums made codes
  column_scaling,    // multiplications of columns' sums by factors of their own, beyond the one that makes codes
  bias_bit,          // bits of additions of biases
  weight_bit,        // bits of digital layers' weights read from their memory
  mac,               // the operations of the digital unit, from here on like DigitalOperation
  addition,
  multiplication,
  comparison,
  exponential,
  division,
  square_root,
  lookup,
};
inline constexpr std::size_t action_count = 26;
constexpr Action action_of(periphery::DigitalOperation operation) {
  return static_cast<Action>(static_cast<std::size_t>(Action::mac) + static_cast<std::size_t>(operation));
}
static_assert(action_of(periphery::DigitalOperation::lookup) == Action::lookup);

struct Ledger {
  std::array<double, action_count> count{};
  double array_J = 0;  // dissipated by devices: sum over reads of V^2 G t, from the conductances and inputs there are

  // The same, were every driven row at the largest input: what bias currents of stages that hold rows are sized for.
  double full_scale_J = 0;

  double& operator[](Action action) { return count[static_cast<std::size_t>(action)]; }
  double operator[](Action action) const { return count[static_cast<std::size_t>(action)]; }
  void add(const Ledger& other) {
    for (std::size_t a = 0; a < action_count; ++a) count[a] += other.count[a];
    array_J += other.array_J;
    full_scale_J += other.full_scale_J;
  }
  // Of one of `inferences` alike.
  void divide(double inferences) {
    for (double& c : count) c /= inferences;
    array_J /= inferences;
    full_scale_J /= inferences;
  }
};

}  // namespace bitline::read
