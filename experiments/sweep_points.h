// SPDX-License-Identifier: Apache-2.0
// What is said of single points of a sweep.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

// "adc.bits=6, seed=1": the values that the axes set.
std::string point_text(const Sweep& sweep, std::size_t point);

// Problems of one point's config, said where the plan sets the value; others name the point.
std::vector<Diagnostic> at_plan(const std::vector<Diagnostic>& problems, const Sweep& sweep, std::size_t point);

}  // namespace bitline::experiments
