// SPDX-License-Identifier: Apache-2.0
#include "cost/budget.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "base/error.h"

namespace bitline::cost {

using arch::BudgetLine;

std::vector<BudgetSum> budget_sums(const std::vector<BudgetLine>& lines) {
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < lines.size(); ++i) members[lines[i].in].push_back(i);
  std::vector<BudgetSum> sums;
  std::vector<std::string> open;  // groups being summed, outermost first
  const std::function<BudgetSum(const std::string&)> sum = [&](const std::string& group) {
    if (std::find(open.begin(), open.end(), group) != open.end())
      refuse_config("budget", fmt::format("'{}' contains itself", group), "name another group");
    for (const BudgetSum& done : sums)
      if (done.name == group) return done;
    open.push_back(group);
    BudgetSum s{group, 0, 0};
    for (const std::size_t i : members[group]) {
      const BudgetLine& line = lines[i];
      const bool is_group = members.count(line.name) > 0;
      const BudgetSum one = is_group ? sum(line.name) : BudgetSum{line.name, 0, 0};
      s.power_W += line.count * (line.power_W + one.power_W);
      s.area_m2 += line.count * (line.area_m2 + one.area_m2);
    }
    open.pop_back();
    sums.push_back(s);
    return s;
  };
  for (const BudgetLine& line : lines) sum(line.in);
  return sums;
}

}  // namespace bitline::cost
