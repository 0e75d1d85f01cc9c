// SPDX-License-Identifier: Apache-2.0
// What the simulation of a config leaves out or simplifies: what every model in it says of itself.
#pragma once

#include <vector>

#include "arch/config.h"
#include "base/simplification.h"

namespace bitline::run {

// In the order of a signal's way, costs after them. A config with a budget and no network has none: sums assume
// nothing.
std::vector<Simplification> simplifications(const arch::Config& config);

}  // namespace bitline::run
