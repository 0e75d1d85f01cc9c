// SPDX-License-Identifier: Apache-2.0
// Directions of motion from conductances that relax.
#pragma once

#include <cstdint>

#include "arch/experiments/orientation.h"
#include "base/random.h"
#include "device/device.h"

namespace bitline::experiments {

// How many of the 8 directions (four bars, each both ways) are read rightly when a bar crosses a fresh field of
// devices, one position every `step_s`. Orientation and direction are those of the largest correlation of the
// conductances, read `step_s` after the last pulse, with the position along the bar's normal. `part` keeps draws of
// readings apart. Throws InputError: the device does not describe positive pulses.
int directions_right(const arch::MovingBar&, double step_s, const device::Device&, const Random&, std::uint32_t part);

}  // namespace bitline::experiments
