// SPDX-License-Identifier: Apache-2.0
// Line charts of a sweep: a kept figure along a numeric axis, one line for each value of the other axis.
#pragma once

#include <string>
#include <vector>

#include "app/sweep_dimension.h"

namespace bitline::app {

// SVG documents for sweeps of one or two dimensions of which one is numeric: the first kept figure along each numeric
// dimension, the second along the first. Intervals are drawn for X when X_ci95.0 and .1 are kept (X.ci95.0 and .1 for
// "X.value"). Times over several decades are labelled "1 s", "1 h", "1 year". Empty for other sweeps.
std::vector<std::string> line_charts(const Rows& rows, std::size_t axes);

}  // namespace bitline::app
