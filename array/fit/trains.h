// SPDX-License-Identifier: Apache-2.0
// Trains of equal pulses with a reading after each, and what is worked out from them beside curves with a formula.
#pragma once

#include <cstddef>
#include <vector>

#include "array/fit/parts.h"

namespace bitline::fit {

// Pulses of one sign in a row.
struct Train {
  bool up = true;
  std::size_t first = 0, count = 0;  // rows; the reading before it is row first - 1, if there is one
};

struct Trains {
  std::vector<Train> all;
  std::size_t longest[2] = {0, 0};  // pulses of the longest train: [up]
  bool starts = false;              // row 0 is a reading before any pulse
  std::vector<double> y;            // readings, scaled to 0..1
  double low = 0, range = 1;
};

inline const char* side(bool up) { return up ? "plasticity.potentiation" : "plasticity.depression"; }

// The candidate "table": the mean reading after each pulse number, made monotone; the window is where the curves end.
// Its points are `keys`, to be written if it is chosen.
FitCandidate fit_table(const Trains&, Unit, std::vector<FitPart::Key>& keys);

// Adds the noise of each pulse and that of reading to the chosen candidate and to the keys, where they are above 0.
void add_noise(const Trains&, FitPart&);

}  // namespace bitline::fit
