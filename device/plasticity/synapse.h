// SPDX-License-Identifier: Apache-2.0
// A device's state and how pulses advance it: plain data, a pulse at a time, deterministic or with the spread of
// Plasticity::spread drawn from Philox counters (device and pulse number), so that any order gives the same numbers.
//
// Order at a pulse: the transients and traces decay up to its start; nothing decays while it lasts; at its end the
// response adds up, the long-term state steps, and what the pulse leaves behind starts to decay.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "device/plasticity/plasticity.h"

namespace bitline::device {

struct Pulse {
  double time_s = 0, width_s = 0;  // start and length
  double amplitude_V = 0;          // with its sign; 0 for light
  double power_W_m2 = 0;           // light; 0 for voltage
  double wavelength_m = 0;         // 0: the reference's
};

struct SynapseState {
  double time_s = 0;  // everything is as at this moment
  double level = 0;   // long-term state, 0..1
  double moved = 0;   // unit pulses of potentiation written minus those of depression; for information
  std::array<double, 2> potentiated{}, depressed{}, lit{};  // transients that decay with tau1 and tau2, all >= 0
  double recent = 0, usual = 0;                             // History's traces
  std::uint32_t pulses = 0;                                 // so far; numbers the draws
};

// One device's draws of spread.
struct SynapseDraws {
  const Random* random = nullptr;  // null: none
  std::uint32_t device = 0;
  // Of a device in an array: its layer, and which device of its weight (and writing of it) it is.
  std::uint16_t layer = 0;
  std::uint32_t part = 0;
};

// Currents at one read voltage as shares of the window; `transient` is signed.
struct SynapseReading {
  double level = 0, transient = 0;
  double total() const { return level + transient; }
};

SynapseReading reading(const SynapseState&);

// Lets time pass. until_s >= state.time_s, else InputError.
void rest(const Plasticity&, SynapseState&, double until_s);

// One pulse; returns the reading at its end (its own full response included). InputError for a pulse that starts before
// state.time_s, has both voltage and light, or a sign or light that the device does not describe.
SynapseReading apply(const Plasticity&, SynapseState&, const Pulse&, const SynapseDraws& = {});

// The reference pulse of a stimulus, starting at time_s. InputError when the device does not describe it.
Pulse reference_pulse(const Plasticity&, Stimulus, double time_s = 0);

// `count` pulses like `first`, from the end of one to the start of the next gap_s.
std::vector<Pulse> pulse_train(Pulse first, int count, double gap_s);

}  // namespace bitline::device
