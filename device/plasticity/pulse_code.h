// SPDX-License-Identifier: Apache-2.0
// Bits as pulses in slots of time: what a device that forgets remembers of them is what reservoirs compute with.
#pragma once

#include <vector>

#include "device/device.h"
#include "device/plasticity/synapse.h"

namespace bitline::device {

// A slot begins with the pulse of its bit, or without one where the bit is 0.
struct PulseSlots {
  Pulse pulse;  // its time is not looked at
  double period_s = 0.1;
};

// The reading at the end of each slot, just before a pulse of the next. The state goes on from where it stands, the
// first slot at its time, and ends with the last slot. Throws InputError as apply() does, and for a pulse longer than
// its slot.
std::vector<SynapseReading> code_readings(const Plasticity&, SynapseState&, const std::vector<bool>& code,
                                          const PulseSlots&, const SynapseDraws& = {});

// Whether transients reach below the lowest level, where the model says nothing of the conductance.
inline bool below_window(const SynapseReading& r) { return r.total() < 0; }
// Conductance of a reading; held at g_min from below.
double conductance_S(const Device&, const SynapseReading&);

}  // namespace bitline::device
