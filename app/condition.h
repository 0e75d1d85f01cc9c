// SPDX-License-Identifier: Apache-2.0
// A condition on a number of result.json: "quality.value<0.8".
#pragma once

#include <string>

namespace bitline::app {

struct Condition {
  std::string text, path, relation;
  double value = 0;
};

// Throws UsageError when the text is not PATH, a relation and a number or percentage.
Condition parse_condition(const std::string& text);
bool holds(const Condition& condition, double value);

}  // namespace bitline::app
