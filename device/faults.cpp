// SPDX-License-Identifier: Apache-2.0
// Dead lines of a physical array. (Stuck devices are part of writing: write.cpp.)
#include "device/device.h"

namespace bitline::device {
namespace {

// Rows take even steps, columns odd ones: the two never share a draw.
bool dead(double share, const Random& random, int array, int line, bool column) {
  if (share == 0) return false;
  const auto place = static_cast<std::uint32_t>(array), step = static_cast<std::uint32_t>(line) * 2 + (column ? 1 : 0);
  return random.uniform4({.purpose = Purpose::dead_line, .place = place, .step = step})[0] < share;
}

}  // namespace

bool dead_row(const Device& device, const Random& random, int array, int line) {
  return dead(device.faults.dead_row, random, array, line, false);
}

bool dead_column(const Device& device, const Random& random, int array, int line) {
  return dead(device.faults.dead_column, random, array, line, true);
}

}  // namespace bitline::device
