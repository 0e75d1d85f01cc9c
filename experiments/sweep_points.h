// SPDX-License-Identifier: Apache-2.0
// What is said of single points of a sweep.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

// Like Sweep::load(), with positions where the config has them.
arch::LoadedConfig load_point(const Sweep& sweep, std::size_t point);

// Where the plan sets the value that a problem is said of: an axis value of the point, or one that all points have;
// null: the config has it.
const AxisValue* set_value(const Diagnostic& problem, const Sweep& sweep, std::size_t point);

// Problems of one point's config, said where the plan sets the value; others name the point.
std::vector<Diagnostic> at_plan(const std::vector<Diagnostic>& problems, const Sweep& sweep, std::size_t point);

}  // namespace bitline::experiments
