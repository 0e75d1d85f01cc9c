// SPDX-License-Identifier: Apache-2.0
// Pulses on a row of devices, once for each instruction set. Used by level_pulses.cpp alone; pulse_kernels.inl is the
// one source, and all give the same bits.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace bitline::device {

// A curve of soft bounds along which a state y (0 at the end where pulses start) takes steps
// dy/dn = slope - steepness y; n counts unit pulses. Straight lines have a steepness of 0.
struct StepLaw {
  float slope, steepness;
  float most;   // unit pulses of a whole sweep; more do no more
  float drive;  // unit pulses that one pulse of a device of size 1 counts
};

struct PulseLaw {
  StepLaw up, down;
  float variance;  // that one unit pulse adds to the state
};

struct PulseKernels {
  // levels[i] after |counts[i]| pulses, of potentiation where counts[i] > 0, of depression where it is < 0. sizes[i]
  // scales the drive of device i.
  void (*exact)(const PulseLaw& law, const std::int16_t* counts, const float* sizes, float* levels, std::size_t n);
  // The same with the spread from pulse to pulse: z[i] is a standard normal number.
  void (*spread)(const PulseLaw& law, const std::int16_t* counts, const float* sizes, const float* z, float* levels,
                 std::size_t n);
};

// Of a set that isas() lists.
const PulseKernels& pulse_kernels(Isa isa);

}  // namespace bitline::device
