// SPDX-License-Identifier: Apache-2.0
// One layer's matrix product on one chip instance: planes, analog sums, read noise in law, conversion, shift-add and
// accumulation over blocks.
//
// White read noise is independent at each read and each device, so the noise of a column's current is normal with
// variance sum of x^2 sigma^2 over the driven devices: it is drawn once per conversion, never per cell.
#pragma once

#include <functional>
#include <span>

#include "read/activity.h"

namespace bitline::read {

// Sees every analog sum before conversion, in input steps times siemens (multiply by v_step for amperes).
using CurrentObserver = std::function<void(std::size_t block, double sum)>;

// The product as workloads::Multiply wants it. `read` = false: no read noise and no conversion (calibration).
// Adds to `activity` if given.
void execute_layer(const chip::Chip& chip, const chip::View& view, std::size_t layer, std::span<const std::int16_t> in,
                   const workloads::Vectors& vectors, std::span<double> out, Activity* activity,
                   const CurrentObserver* observer = nullptr);

}  // namespace bitline::read
