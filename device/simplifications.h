// SPDX-License-Identifier: Apache-2.0
// What the model of a device leaves out.
#pragma once

#include <vector>

#include "base/simplification.h"
#include "device/device.h"

namespace bitline::device {

// `age_s`: between writing and reading.
std::vector<Simplification> simplifications(const Device& device, double age_s);

}  // namespace bitline::device
