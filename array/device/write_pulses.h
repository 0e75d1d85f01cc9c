// SPDX-License-Identifier: Apache-2.0
// Open-loop writing: so many pulses of the device's own plasticity, without a look.
#pragma once

#include <span>
#include <vector>

#include "array/device/write_tables.h"

namespace bitline {

// How many positive pulses bring the nominal device from g_min nearest to the target. plasticity.potentiation.update
// must be set.
int pulses_towards(const Device&, double target_S);

// WriteTables::paths writes of each target, of a device whose write model is PulseWrite.
std::vector<TargetWrites> pulsed_writes(const Device&, std::span<const double> targets_S);

}  // namespace bitline
