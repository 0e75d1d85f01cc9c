// SPDX-License-Identifier: Apache-2.0
// Trains of equal pulses with a reading after each, and what is worked out from them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "characterise/fit/parts.h"

namespace bitline::characterise {

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
  double low = 0, range = 1;        // a reading is low + range y
};

inline const char* side(bool up) { return up ? "plasticity.potentiation" : "plasticity.depression"; }

// A candidate for the curves of both directions, and the window it finds (ends on the scale of Trains::y).
struct LongTermFit {
  FitCandidate candidate = {};
  double low = 0, high = 1;
  std::vector<double> fitted = {};        // by reading; candidate.fitted is set where the unit is known
  std::vector<double> at = {};            // parameters of a formula: low, high, and one for each direction
  std::string note = {};                  // what its residuals say against its intervals
  std::string misses = {};                // what they say against its curve
  std::vector<FitPart::Key> points = {};  // of a table, to be written if it is chosen
};

// "linear", "exponential" or "power": least squares over all readings, intervals from what is left.
LongTermFit fit_formula(std::string_view model, const Trains&, Unit);
// "table": the mean reading after each pulse number, made monotone; the window is where the curves end.
LongTermFit fit_table(const Trains&, Unit);

// By reading, on the scale of the window.
struct TrainResiduals {
  std::vector<double> own;  // less the mean over trains at the same pulse, where there are two trains or more
  bool repeated = false;    // so it is in both directions
  double misfit = 0;        // variance of those means over what the trains' spread gives them: about 1 for a true curve
};
TrainResiduals train_residuals(const Trains&, const LongTermFit&);

// Noise of each pulse, which stays in the state, and of reading, as shares of the window.
struct PulseNoise {
  double cycle = 0, read = 0;
};
// `draws` plausible pairs of noise: a block bootstrap of the moment estimates from the fit's residuals. Estimates with
// a negative variance are drawn again. Empty: too few readings.
std::vector<PulseNoise> possible_noise(const Trains&, const LongTermFit&, int draws);
// Adds the moment estimates of both to the values and keys of the chosen candidate, with intervals by the jackknife
// over blocks of readings, where they are above 0.
void add_noise(const Trains&, const LongTermFit&, FitPart&);

// Intervals of a formula by the parametric bootstrap (Efron and Tibshirani 1993, section 6.5): trains drawn from the
// fit, each with one of these noises, and fitted again. They hold where least squares' own do not: after one cycle,
// whose few readings tell little of how far they hang together. Replaces the candidate's values, and why it is out.
void resample(const Trains&, Unit, const std::vector<PulseNoise>&, LongTermFit&);

}  // namespace bitline::characterise
