// SPDX-License-Identifier: Apache-2.0
// table.csv of a sweep: a line for each finished point of the plan, in the plan's order.
#pragma once

#include <map>
#include <set>
#include <string>

#include "experiments/sweep.h"

namespace bitline {

// Columns: point (from 0), hash, the axes, the kept numbers. `lines`: as PointsFile::read gives them. Kept paths that
// name nothing in any result go to `unknown`.
std::string sweep_table(const Sweep& sweep, const std::map<std::string, std::string>& lines,
                        std::set<std::string>& unknown);

}  // namespace bitline
