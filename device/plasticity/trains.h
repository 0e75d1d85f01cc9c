// SPDX-License-Identifier: Apache-2.0
// Trains of equal pulses, one after another: what the trains before do to what a train does.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "device/plasticity/synapse.h"

namespace bitline::device {

struct RegularTrain {
  Pulse pulse;  // its time is not looked at
  double frequency_Hz = 1;
  int count = 10;
};

// The long-term level before a train, and after each of its pulses.
struct TrainLevels {
  double before = 0;
  std::vector<double> time_s, level;  // at the end of each pulse
  double after() const { return level.empty() ? before : level.back(); }
  double change() const { return after() - before; }
};

// Trains from a level on, `gap_s` from the end of a train's last pulse to the first of the next. Throws InputError as
// apply() does, and for pulses that overlap.
std::vector<TrainLevels> run_trains(const Plasticity&, double from, std::span<const RegularTrain>, double gap_s);

// The frequency of a test train (its own is not looked at) at which its change turns from a fall to a rise; unset: it
// does not between the two bounds.
std::optional<double> threshold_frequency_Hz(const Plasticity&, double from, const RegularTrain& prior, RegularTrain test,
                                             double gap_s, double lowest_Hz, double highest_Hz);

}  // namespace bitline::device
