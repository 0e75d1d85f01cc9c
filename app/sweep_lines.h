// SPDX-License-Identifier: Apache-2.0
// A kept figure of a sweep over one of its axes, one line for each value of another.
#pragma once

#include <string>
#include <vector>

namespace bitline::app {

// Rows of table.csv, headings first; `figure`: the column of the kept figure, behind those of the axes. Columns named
// <stem>_ci95.0 and .1 (<stem>: the figure's name, or "quality.ci95" for quality.value) are drawn as bars. An empty
// string where the points have no axis of numbers or more than two independent axes.
std::string sweep_lines(const std::vector<std::vector<std::string>>& rows, std::size_t figure);

}  // namespace bitline::app
