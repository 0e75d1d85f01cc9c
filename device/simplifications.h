// SPDX-License-Identifier: Apache-2.0
// What the model of a device leaves out.
#pragma once

#include <vector>

#include "base/simplification.h"
#include "device/device.h"

namespace bitline::device {

// When devices are read.
struct ReadTime {
  double since_write_s = 0;
  bool refreshed = false;  // an interval of refresh shortens the time since writing
  bool in_time = false;    // at several moments, between which they age
};
std::vector<Simplification> simplifications(const Device& device, const ReadTime& read);

}  // namespace bitline::device
