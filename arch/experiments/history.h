// SPDX-License-Identifier: Apache-2.0
// What trains of pulses before do to what a train does (Nie et al., Adv. Mater. 2025, doi:10.1002/adma.202412006).
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/schema.h"

namespace bitline::arch {

// Trains of one frequency after another.
struct HistorySequence {
  std::vector<double> frequencies_Hz{20, 1, 0.25, 1};
  int pulses = 10;
  double from = 0.2;    // level at the start
  double gap_s = 1;     // between trains
  double still = 1e-3;  // of the window; a smaller change counts as none
};
void fields(Visitor&, HistorySequence&);

// A prior train, then a test train: at which frequency does that change nothing?
struct HistoryThreshold {
  std::vector<double> priors_Hz{2, 20};
  int pulses = 10, test_pulses = 5;
  double from = 0.5, gap_s = 3;
  double lowest_Hz = 0.2, highest_Hz = 10;  // of the test train
};
void fields(Visitor&, HistoryThreshold&);

// A prior train of either sign, or none, then test trains of either sign.
struct HistoryPolarity {
  std::vector<double> priors_V{-1, 0, 1};
  double prior_Hz = 20, test_Hz = 10;
  int pulses = 10, test_pulses = 5;
  double from = 0.5, gap_s = 1;
};
void fields(Visitor&, HistoryPolarity&);

struct History {
  static constexpr const char* type = "history";
  static constexpr const char* about = "what trains of pulses before do to what a train does to a device";
  static constexpr auto reads =
      std::to_array<std::string_view>({"device.g_min", "device.g_max", "device.plasticity.potentiation",
                                       "device.plasticity.depression", "device.plasticity.history"});
  double amplitude_V = 1, width_s = 1e-4;  // of every pulse; a sign where a train has one
  HistorySequence sequence;
  HistoryThreshold threshold;
  HistoryPolarity polarity;
};
void fields(Visitor&, History&);
std::vector<Diagnostic> check(const History&);  // paths are relative to the experiment

}  // namespace bitline::arch
