// SPDX-License-Identifier: Apache-2.0
// Published tables of components, summed by group.
#include "cost/budget.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::budget_test {
using namespace arch;
using namespace cost;

namespace {

const BudgetSum& of(const std::vector<BudgetSum>& sums, const std::string& name) {
  for (const BudgetSum& s : sums)
    if (s.name == name) return s;
  FAIL("no group " << name);
  return sums.front();
}

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

}  // namespace

TEST_CASE("budget: parts times their counts, groups in groups, in any order of lines") {
  std::vector<BudgetLine> lines = {
      {"tile", "chip", 2, 0, 0},         {"router", "chip", 1, 0.042, 0.15e-6}, {"unit", "tile", 12, 0, 0},
      {"buffer", "tile", 1, 0.02, 8e-8}, {"adc", "unit", 8, 0.002, 1e-9},       {"array", "unit", 8, 0.0003, 2e-10},
  };
  const double unit_W = 8 * 0.002 + 8 * 0.0003, tile_W = 12 * unit_W + 0.02;
  const double unit_m2 = 8 * 1e-9 + 8 * 2e-10, tile_m2 = 12 * unit_m2 + 8e-8;
  for (int turn = 0; turn < 2; ++turn) {
    const std::vector<BudgetSum> sums = budget_sums(lines);
    CHECK(sums.size() == 3);
    CHECK(of(sums, "unit").power_W == near(unit_W));
    CHECK(of(sums, "unit").area_m2 == near(unit_m2));
    CHECK(of(sums, "tile").power_W == near(tile_W));
    CHECK(of(sums, "tile").area_m2 == near(tile_m2));
    CHECK(of(sums, "chip").power_W == near(2 * tile_W + 0.042));
    CHECK(of(sums, "chip").area_m2 == near(2 * tile_m2 + 0.15e-6));
    CHECK(sums.back().name == "chip");  // parts before what contains them
    std::reverse(lines.begin(), lines.end());
  }
}

TEST_CASE("budget: a group with figures of its own counts them beside its parts'; a group may stand in two places") {
  const std::vector<BudgetSum> sums = budget_sums({{"tile", "chip", 2, 1, 0}, {"adc", "tile", 3, 0.5, 0}});
  CHECK(of(sums, "tile").power_W == near(1.5));
  CHECK(of(sums, "chip").power_W == near(2 * (1 + 1.5)));
  const std::vector<BudgetSum> shared =
      budget_sums({{"core", "left", 2, 0, 0}, {"core", "right", 3, 0, 0}, {"adc", "core", 1, 0.25, 0}});
  CHECK(shared.size() == 3);
  CHECK(of(shared, "left").power_W == near(0.5));
  CHECK(of(shared, "right").power_W == near(0.75));
}

TEST_CASE("budget: empty, and what contains itself") {
  CHECK(budget_sums({}).empty());
  CHECK_THROWS_WITH_AS(budget_sums({{"tile", "tile", 1, 0, 0}}), doctest::Contains("contains itself"), ConfigError);
  CHECK_THROWS_AS(budget_sums({{"a", "b", 1, 0, 0}, {"b", "c", 1, 0, 0}, {"c", "a", 1, 0, 0}}), ConfigError);
}

}  // namespace bitline::budget_test
