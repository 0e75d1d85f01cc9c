// SPDX-License-Identifier: Apache-2.0
// Bars side by side, each cut into its parts.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "cost/part.h"

namespace bitline::report {

struct StackedBar {
  std::string name;
  cost::Breakdown parts;
};

// One bar below the other on one linear scale, each with its total; parts below 1 % of every bar are drawn together.
// The legend gives no figures: those stand in the bars, where there is room, and in tooltips.
std::string stacked_svg(const std::string& title, const std::vector<StackedBar>& bars, Unit unit);

}  // namespace bitline::report
