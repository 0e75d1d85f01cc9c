// SPDX-License-Identifier: Apache-2.0
// What was run, in five lines for the head of a summary, so that two results side by side can be told apart.
#pragma once

#include <vector>

#include "arch/config.h"
#include "run/result.h"

namespace bitline::run {

// Technology; arrays; cells and their window; input and converter; wires and mapping.
std::vector<DesignLine> design_lines(const arch::LoadedConfig&);

}  // namespace bitline::run
