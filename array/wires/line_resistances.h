// SPDX-License-Identifier: Apache-2.0
// The wires of a crossbar as lines: for each node the resistance to the next one on the way to its source.
#pragma once

#include <vector>

#include "array/wires/crossbar.h"

namespace bitline::array {

// A row runs from its driver, device (i, 0) first; a column from its sense node, device (rows - 1, j) first. With
// resistances instead of conductances 0 ohm needs no special case; what is not connected is a resistance that no
// current notices, and a far end of 0 ohm a conductance that drops no voltage.
struct LineResistances {
  static constexpr double open_ohm = 1e60, short_S = 1e30;

  std::vector<double> row_ohm, column_ohm;      // (rows, columns); includes driver_ohm or sense_ohm at the first node
  std::vector<double> row_far_S, column_far_S;  // of each line's far connection, 0 without
  std::vector<bool> driven;                     // rows that a source reaches at either end
};

// The crossbar must have passed check().
LineResistances line_resistances(const Crossbar&);

}  // namespace bitline::array
