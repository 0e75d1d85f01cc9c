// SPDX-License-Identifier: Apache-2.0
// Charts of a sweep: a kept figure along a numeric axis, one line for each value of the other axis; or a dot for each
// named point.
#pragma once

#include <string>
#include <vector>

#include "report/sweep_dimension.h"

namespace bitline::report {

// SVG documents for sweeps of one or two dimensions of which one is numeric: the first kept figure along each numeric
// dimension, the second along the first. Intervals are drawn for X when X_ci95.0 and .1 are kept (X.ci95.0 and .1 for
// "X.value"). Times over several decades are labelled "1 s", "1 h", "1 year". A sweep of one dimension without numbers,
// such as a `list` of named points, gets a line of dots for each of the first two kept figures. Empty for other sweeps.
std::vector<std::string> sweep_charts(const Rows& rows, std::size_t axes);

}  // namespace bitline::report
