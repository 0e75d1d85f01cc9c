// SPDX-License-Identifier: Apache-2.0
#include "app/condition.h"

#include <fmt/format.h>

#include "app/command_line.h"
#include "base/units.h"

namespace bitline::app {

Condition parse_condition(const std::string& text) {
  const auto trimmed = [](std::string s) {
    while (!s.empty() && s.front() == ' ') s.erase(0, 1);
    while (!s.empty() && s.back() == ' ') s.pop_back();
    return s;
  };
  const auto at = text.find_first_of("<>=!");
  if (at != std::string::npos)
    for (const char* relation : {"<=", ">=", "==", "!=", "<", ">"}) {
      const std::string r = relation;
      if (text.compare(at, r.size(), r) != 0) continue;
      const std::string path = trimmed(text.substr(0, at)), number = trimmed(text.substr(at + r.size()));
      const auto q = parse_quantity(number, Unit::fraction);
      if (path.empty() || !q.value) break;
      return {text, path, r, *q.value};
    }
  throw UsageError(
      fmt::format("--fail-if {}: write a path, a relation and a number, such as 'quality.value<0.8'", text));
}

bool holds(const Condition& c, double x) {
  if (c.relation == "<") return x < c.value;
  if (c.relation == "<=") return x <= c.value;
  if (c.relation == ">") return x > c.value;
  if (c.relation == ">=") return x >= c.value;
  return c.relation == "==" ? x == c.value : x != c.value;
}

}  // namespace bitline::app
