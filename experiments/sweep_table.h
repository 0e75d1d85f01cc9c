// SPDX-License-Identifier: Apache-2.0
// table.csv of a sweep: a line for each finished point of the plan, in the plan's order.
#pragma once

#include <string>

#include "experiments/points_file.h"
#include "experiments/sweep.h"

namespace bitline::experiments {

// Columns: point (from 0), hash, the axes, the kept figures.
std::string sweep_table(const Sweep& sweep, const PointIndex& finished);

}  // namespace bitline::experiments
