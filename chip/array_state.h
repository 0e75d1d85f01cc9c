// SPDX-License-Identifier: Apache-2.0
// The devices of one array of a chip instance as a matrix, to be looked at and replaced from outside.
#pragma once

#include <span>
#include <vector>

#include "chip/state.h"

namespace bitline::chip {

// Of every array: (rows, columns, devices of a cell).
struct ArrayShape {
  int rows = 0, columns = 0, devices = 1;
  std::size_t size() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * static_cast<std::size_t>(devices);
  }
};
ArrayShape array_shape(const Chip& chip);

enum class Moment {
  target,   // what weights ask for
  written,  // right after the last writing
  now       // aged since
};

// Conductances in siemens, NaN where nothing is mapped; reference columns are not in it. Throws InputError: no such
// array, or not written yet.
std::vector<double> array_conductance_S(const Chip& chip, const State& state, int array, Moment moment);

// As if written now to exactly these; places where nothing is mapped are not looked at. Devices are then neither
// faulty nor pulsed. NaN is a missing device, for which config.conductances_missing says what stands in: what was
// written here before, its target, or 0 S. Returns how many are missing. Throws InputError: as above, another size, or
// a mapped device that is negative, infinite, or missing where that is refused.
std::size_t set_array_conductance(const Chip& chip, State& state, int array, std::span<const double> g_S);

}  // namespace bitline::chip
