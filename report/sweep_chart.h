// SPDX-License-Identifier: Apache-2.0
// Charts of a sweep along its axes: a kept figure along a numeric axis, one line for each value of the other axis; or a
// dot for each named point.
#pragma once

#include <string>
#include <vector>

#include "report/sweep_view.h"

namespace bitline::report {

// SVG documents for sweeps of one or two dimensions of which one is numeric: the first kept figure along each numeric
// dimension, the second along the first. Intervals are drawn where they are kept; accuracy stands beside that of the
// quantized network, where that is one. Times over several decades are labelled "1 s", "1 h", "1 year". A sweep of one
// dimension without numbers, such as a `list` of named points, gets a line of dots for each of the first two kept
// figures. Empty for other sweeps.
std::vector<std::string> sweep_charts(const SweepView& view);

}  // namespace bitline::report
