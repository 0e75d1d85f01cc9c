// SPDX-License-Identifier: Apache-2.0
#include "arch/experiments/history.h"

#include <fmt/format.h>

#include <algorithm>

namespace bitline::arch {

namespace {

void train_fields(Visitor& v, int& pulses, double& from, double& gap_s) {
  v(pulses, {.key = "pulses", .meaning = "of a train", .min = 1, .max = 1e5});
  v(from, {.key = "from", .meaning = "level of the device before", .min = 0, .max = 1});
  v(gap_s, {.key = "gap", .meaning = "from the end of a train to the next", .unit = Unit::second, .positive = true});
}

}  // namespace

void fields(Visitor& v, HistorySequence& s) {
  v(s.frequencies_Hz,
    {.key = "frequencies", .meaning = "of the trains, in their order", .unit = Unit::hertz, .positive = true});
  train_fields(v, s.pulses, s.from, s.gap_s);
  v(s.still,
    {.key = "still", .meaning = "a smaller change, of the window, counts as none", .unit = Unit::fraction, .min = 0});
}

void fields(Visitor& v, HistoryThreshold& t) {
  v(t.priors_Hz, {.key = "priors", .meaning = "frequencies of prior trains", .unit = Unit::hertz, .positive = true});
  train_fields(v, t.pulses, t.from, t.gap_s);
  v(t.test_pulses, {.key = "test_pulses", .meaning = "of the test train", .min = 1, .max = 1e5});
  v(t.lowest_Hz,
    {.key = "lowest", .meaning = "lowest frequency of test trains", .unit = Unit::hertz, .positive = true});
  v(t.highest_Hz,
    {.key = "highest", .meaning = "highest frequency of test trains", .unit = Unit::hertz, .positive = true});
}

void fields(Visitor& v, HistoryPolarity& p) {
  v(p.priors_V, {.key = "priors", .meaning = "amplitudes of prior trains; 0: none", .unit = Unit::volt});
  v(p.prior_Hz, {.key = "prior_frequency", .meaning = "of prior trains", .unit = Unit::hertz, .positive = true});
  v(p.test_Hz, {.key = "test_frequency", .meaning = "of test trains", .unit = Unit::hertz, .positive = true});
  train_fields(v, p.pulses, p.from, p.gap_s);
  v(p.test_pulses, {.key = "test_pulses", .meaning = "of the test train", .min = 1, .max = 1e5});
}

void fields(Visitor& v, History& h) {
  v(h.amplitude_V, {.key = "amplitude", .meaning = "of pulses", .unit = Unit::volt, .positive = true});
  v(h.width_s, {.key = "width", .meaning = "of pulses", .unit = Unit::second, .positive = true});
  v(h.sequence, {.key = "sequence", .meaning = "trains of different frequencies, one after another"});
  v(h.threshold, {.key = "threshold", .meaning = "frequency that changes nothing, after a prior train"});
  v(h.polarity, {.key = "polarity", .meaning = "a prior train of either sign"});
}

std::vector<Diagnostic> check(const History& h) {
  std::vector<Diagnostic> found;
  if (h.sequence.frequencies_Hz.empty())
    add_problem(found, "sequence.frequencies", "is empty", "give one or more, such as [20 Hz, 1 Hz]");
  if (!(h.threshold.lowest_Hz < h.threshold.highest_Hz))
    add_problem(found, "threshold.lowest", "is not below threshold.highest", "lower it");
  double fastest_Hz = std::max({h.threshold.highest_Hz, h.polarity.prior_Hz, h.polarity.test_Hz});
  for (const auto* list : {&h.sequence.frequencies_Hz, &h.threshold.priors_Hz})
    for (const double f : *list) fastest_Hz = std::max(fastest_Hz, f);
  if (!(1 / fastest_Hz - h.width_s >= 0))
    add_problem(found, "width", fmt::format("pulses of {} s overlap at {} Hz", h.width_s, fastest_Hz),
                "make pulses shorter, or trains slower");
  return found;
}

}  // namespace bitline::arch
