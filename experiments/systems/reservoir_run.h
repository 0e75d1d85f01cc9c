// SPDX-License-Identifier: Apache-2.0
// One run of the reservoir: one speaker, one mask, one draw of everything.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "arch/experiments/reservoir.h"
#include "base/random.h"
#include "device/device.h"
#include "experiments/systems/reservoir_states.h"
#include "workloads/gammatone.h"

namespace bitline::experiments {

// What a speaker said: the middle frames of each recording, digit by digit.
struct SpokenFrames {
  std::string speaker;
  std::vector<std::vector<std::vector<float>>> of_digit;  // [digit][recording]: (frames, channels)
};

// Shares of test samples named rightly.
struct ReservoirAccuracies {
  double image = 0, voice = 0;      // corrupted, alone
  double both = 0, both_apart = 0;  // corrupted; drawn from all pairs, or with samples kept apart
  double whole_image = 0, whole_voice = 0, whole_both = 0;  // nothing missing
};

struct ReservoirRun {
  ReservoirAccuracies accuracy;
  std::vector<double> voice_by_kept, both_by_kept;  // accuracy over the number of voice states kept, where asked for
  double image_J = 0, voice_J = 0;                  // of one recognition with both corrupted
  std::size_t below = 0, readings = 0;
};

// Draws hang on the run's stream alone. `by_kept`: numbers of voice states to read as well, each at the first of this
// run's positions. The record is one that arch::check() finds nothing wrong with.
ReservoirRun run_reservoir(const arch::Reservoir&, const device::Device&, const SpokenFrames&, const Random&,
                           std::span<const int> by_kept);

// The mask of a run: +-1, (channels, columns).
std::vector<float> reservoir_mask(int channels, int columns, const Random&);

// 0 .. count - 1 in an order drawn from `first` on.
std::vector<std::size_t> shuffled(std::size_t count, const Random&, const Counter& first);

}  // namespace bitline::experiments
