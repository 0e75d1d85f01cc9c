// SPDX-License-Identifier: Apache-2.0
// Trains of equal pulses with readings between them, and what is worked out from them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "characterise/fit/parts.h"

namespace bitline::characterise {

// Pulses of one sign in a row, and the readings among them.
struct Train {
  bool up = true;
  std::size_t first = 0, count = 0;  // readings; the one before it is first - 1, if there is one
  double pulses = 0;                 // with those after its last reading
  bool anew = false;                 // starts at its end of the window, not where the train before ended
};

struct Trains {
  std::vector<Train> all = {};
  double longest[2] = {0, 0};   // pulses of the longest train: [up]
  bool starts = false;          // reading 0 is before any pulse
  std::vector<double> y = {};   // readings, scaled to 0..1
  std::vector<double> at = {};  // pulses of its train until each reading
  double low = 0, range = 1;    // a reading is low + range y
  bool whole(const Train& t) const { return t.pulses == longest[t.up]; }
  // Pulses since the reading before, or the start of the train.
  double since(const Train& t, std::size_t i) const { return at[i] - (i > t.first ? at[i - 1] : 0); }
};

// What one row of a file did: pulses of a sign, and what was read then.
struct PulseRow {
  double pulses = 0;  // since the row before
  bool up = true;
  std::optional<double> reading = {};
  std::size_t row = 0;  // of the table
};

// How a file says what each row did: by signs of `amplitude`, by columns for LTP and LTD, or by where readings turn;
// pulses by a column `pulse`, by `time` where rows are missing, else one a row. Notes say which.
struct LtpReadings {
  std::vector<PulseRow> rows = {};
  Trains trains = {};
  std::string y_name = "conductance";
  Unit y_unit = Unit::siemens;
  std::vector<double> y = {};            // those there are
  std::vector<std::size_t> row_of = {};  // the table's row of each
  std::vector<FitPart::Key> drive = {};  // amplitude and width of the pulses
  std::vector<std::string> notes = {};
};
const std::vector<KnownColumn>& ltp_columns();
MeasuredTable ltp_table(const std::filesystem::path&, const FitFiles&);
LtpReadings read_ltp(const MeasuredTable&, const FitFiles&);
// Keys of the pulses' drive: columns, or what is given for all; laws of other amplitudes and widths as assumed.
void add_drive(const MeasuredTable&, const FitFiles&, LtpReadings&);
// Rows of each device of a file, in the order of the file; one for a file without names of devices.
std::vector<std::vector<std::size_t>> devices_of(const MeasuredTable&);

// Trains of one direction that begin with a jump, far larger than their pulses' steps: one window cannot hold both
// directions then, so those are left out, which a note says. InputError where both directions jump.
void leave_out_jumps(const MeasuredTable&, LtpReadings&);

// Where a curve that goes up and down turns: the last readings of its trains but the last, by the best fit of monotone
// pieces around each swing through half of its range, or trains of equal length where they fit hardly worse.
std::vector<std::size_t> turns_of(std::span<const double> readings, bool& starts_up);
// Where turns lie that were seen only up to so many pulses: [low, high] by turn, counted from the first. Lengths of
// trains that are the same up, and down, and fit all of them; the middles where there are none.
struct TurnPlaces {
  std::vector<double> at = {};
  bool regular = false;
};
TurnPlaces turns_between(const std::vector<std::pair<double, double>>& between);

inline const char* side(bool up) { return up ? "plasticity.potentiation" : "plasticity.depression"; }

// A candidate for the curves of both directions, and the window it finds (ends on the scale of Trains::y).
struct LongTermFit {
  FitCandidate candidate = {};
  double low = 0, high = 1;
  std::vector<double> fitted = {};  // by reading; candidate.fitted is set where the unit is known
  std::vector<double> at = {};      // parameters of a formula: low, high, and one for each direction
  std::string note = {};            // what its residuals say against its intervals
  std::string misses = {};          // what they say against its curve
  std::string loose = {};           // what the data do not tell of it, where it is taken all the same
  bool by_name = false;
  std::vector<FitPart::Key> points = {};  // of a table, to be written if it is chosen
};

// "linear", "exponential" or "power": least squares over all readings, intervals from what is left.
// By name a formula is taken though the data do not tell its parameters, with a note.
LongTermFit fit_formula(std::string_view model, const Trains&, Unit, bool by_name);
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

// How many states can be told apart, by noise that was found (in the chosen candidate's values): a note.
void note_states(const Trains&, const LongTermFit&, FitPart&);

// Intervals of a formula by the parametric bootstrap (Efron and Tibshirani 1993, section 6.5): trains drawn from the
// fit, each with one of these noises, and fitted again. They hold where least squares' own do not: after one cycle,
// whose few readings tell little of how far they hang together. Replaces the candidate's values, and why it is out.
void resample(const Trains&, Unit, const std::vector<PulseNoise>&, LongTermFit&);

}  // namespace bitline::characterise
