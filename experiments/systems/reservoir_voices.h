// SPDX-License-Identifier: Apache-2.0
// Who speaks: recordings where they are there, else digits that a program speaks.
#pragma once

#include <string>
#include <vector>

#include "arch/experiments/reservoir.h"
#include "experiments/systems/reservoir_run.h"
#include "workloads/dataset.h"
#include "workloads/samples.h"

namespace bitline::experiments {

struct Voices {
  bool recorded = false;  // else spoken by espeak-ng
  std::vector<SpokenFrames> speakers;
  std::vector<workloads::Cochleagram> examples;  // one of each digit, of the first speaker
  std::vector<workloads::InputFile> files;
  double frames_s = 0;  // how long the frames of one recording last
};

// Throws InputError: neither recordings nor espeak-ng (and how to get either), too few recordings of a digit, a sound
// shorter than the frames asked for.
Voices load_voices(const arch::Reservoir&, const workloads::DataPath&);

}  // namespace bitline::experiments
