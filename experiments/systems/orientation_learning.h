// SPDX-License-Identifier: Apache-2.0
// Outputs that compete for bars of four orientations (Nie et al. 2025, doi:10.1002/adma.202412006).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "arch/experiments/orientation.h"
#include "base/random.h"
#include "experiments/systems/bars.h"

namespace bitline::experiments {

// Thresholds at which outputs part: from the mean change of weights over the four patterns, each shown as often. An
// output that wins all of them must lose weight where its inputs are bar once and field three times, and the bar of an
// output that wins one alone must grow. Of counts over T, E[x^2] = r^2 + r / T.
struct ThresholdRange {
  double lowest_Hz, highest_Hz;
};
ThresholdRange threshold_range(const arch::Orientation&);

// Of each output, for each bar without noise: sum of rate times weight over the sum of weights; and the threshold
// weighted likewise.
struct RateSnapshot {
  std::array<std::array<double, orientations>, outputs> rate_Hz{};
  std::array<double, outputs> threshold_Hz{};
};

struct Learned {
  std::array<int, outputs> orientation{};  // that each output answers most to
  std::optional<int> first_distinct;       // epoch from which on all four differed; unset: never
  std::vector<int> epochs;                 // of `rates`
  std::vector<RateSnapshot> rates;
  std::vector<int> map_epochs;              // of `weights`
  std::vector<std::vector<float>> weights;  // (outputs, pixels)
  int orientations() const;                 // different ones
};

// Shows one pattern after another; only synapses of the output with the largest sum of rate times weight change. Draws
// hang on the seed's stream alone.
Learned learn_orientations(const arch::Orientation&, const Random&);

}  // namespace bitline::experiments
