// SPDX-License-Identifier: Apache-2.0
// What a sweep varies, read from its table: axes that change in step are one dimension.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace bitline::report {

using Rows = std::vector<std::vector<std::string>>;  // of table.csv, the header first

// What one sentence of a plan varies: columns that change in step, read as one axis.
struct ChartDimension {
  std::string name;  // "array rows, array columns"
  std::string unit;  // of its numbers; SI where values have several prefixes
  bool numeric = false;
  bool designs = false;             // of a `list`, by their names or by what they set
  std::vector<double> numbers;      // by row of the table after the header; empty unless numeric
  std::vector<std::string> labels;  // by row: "64", "0.1 ohm", "sar / 8"
  std::vector<std::string> values;  // the labels, each once: in ascending order when numeric, else as the plan has them
};

// A value of an axis or a figure as a number with its unit ("ohm", "uS", "%", ""), that of a list of one value too.
// Empty for anything else.
std::optional<NumberAndUnit> axis_number(std::string_view text);

// The axes among the first `axes` columns after point and hash that have more than one value. Numeric columns in step
// must rise or fall together. Where points have names (the axis "name"), these stand for all columns that they settle.
// `list`: the columns that designs of a `list` set; up to `most_designs` of them without names are one dimension unless
// they are one numeric axis, each called by what it sets.
inline constexpr std::size_t most_designs = 12;
std::vector<ChartDimension> dimensions(const Rows& rows, std::size_t axes, const std::vector<std::string>& list = {});

}  // namespace bitline::report
