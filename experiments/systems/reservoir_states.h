// SPDX-License-Identifier: Apache-2.0
// Digits as states of devices: a device for each row of an image, one for each voice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arch/experiments/reservoir.h"
#include "base/random.h"
#include "device/device.h"
#include "workloads/delta_rule.h"

namespace bitline::experiments {

// A sample is a row of states (S or A), one digit after another.
struct DeviceStates {
  workloads::LabelledRows rows;
  std::vector<double> energy_J;  // of each state, mean over samples: its pulses and its reading
  std::size_t below = 0;         // readings that transients took below the lowest level, held there
  std::size_t readings = 0;
};

// `samples` of each digit, each on other devices.
DeviceStates image_states(const arch::Reservoir&, const device::Device&, const Random&);

// Numbers that pulses stand for: (samples, frames x columns) from `frames` x channels of each sample and a mask of
// channels x columns.
std::vector<double> masked(std::span<const float> frames, std::span<const float> mask, int channels, int columns);

// One device for each row of `numbers` (samples, pulses); the smallest number of all is a pulse of -lowest, the largest
// of -highest.
DeviceStates voice_states(const arch::Reservoir&, const device::Device&, const Random&, std::span<const double> numbers,
                          std::span<const int> labels);

// Conductance of a device over time, with the full response at the end of each pulse.
struct StateTrace {
  std::vector<double> time_s, g_S;
};
StateTrace image_trace(const arch::ReservoirImages&, const std::vector<bool>& row, const device::Device&);
StateTrace voice_trace(const arch::ReservoirVoices&, std::span<const double> amplitudes_V, const device::Device&);

// Amplitudes of the pulses for `numbers`, negative.
std::vector<double> voice_amplitudes_V(const arch::ReservoirVoices&, std::span<const double> numbers);

}  // namespace bitline::experiments
