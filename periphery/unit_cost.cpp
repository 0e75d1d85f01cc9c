// SPDX-License-Identifier: Apache-2.0
#include "periphery/unit_cost.h"

#include <algorithm>

namespace bitline::periphery {
namespace {

// Of a + b, of which each errs by its own spread the same way.
double joint_spread(double a, double spread_a, double b, double spread_b) {
  if (spread_a == spread_b || !(a + b > 0)) return std::max(spread_a, spread_b);
  return (a * spread_a + b * spread_b) / (a + b);
}

}  // namespace

void fields(Visitor& v, GivenCost& g) {
  v(g.energy_J, {.key = "energy", .meaning = "of one action", .unit = Unit::joule, .min = 0, .absent = "modelled"});
  v(g.time_s,
    {.key = "time", .meaning = "of one action", .unit = Unit::second, .positive = true, .absent = "modelled"});
  v(g.area_m2,
    {.key = "area", .meaning = "of one instance", .unit = Unit::square_meter, .min = 0, .absent = "modelled"});
  v(g.leakage_W, {.key = "leakage", .meaning = "of one instance", .unit = Unit::watt, .min = 0, .absent = "modelled"});
}

UnitCost times(UnitCost one, double actions, double instances) {
  one.energy_J *= actions;
  one.area_m2 *= instances;
  one.leakage_W *= instances;
  return one;
}

UnitCost sum(const UnitCost& a, const UnitCost& b) {
  UnitCost s;
  s.energy_J = a.energy_J + b.energy_J;
  s.time_s = a.time_s + b.time_s;
  s.area_m2 = a.area_m2 + b.area_m2;
  s.leakage_W = a.leakage_W + b.leakage_W;
  s.origin = a.origin == CostOrigin::given && b.origin == CostOrigin::given ? CostOrigin::given : CostOrigin::circuit;
  s.energy_spread = joint_spread(a.energy_J, a.energy_spread, b.energy_J, b.energy_spread);
  s.area_spread = joint_spread(a.area_m2, a.area_spread, b.area_m2, b.area_spread);
  s.leakage_spread = joint_spread(a.leakage_W, a.leakage_spread, b.leakage_W, b.leakage_spread);
  return s;
}

UnitCost with(const GivenCost& given, UnitCost cost) {
  if (!given.any()) return cost;
  cost.energy_J = given.energy_J.value_or(cost.energy_J);
  cost.time_s = given.time_s.value_or(cost.time_s);
  cost.area_m2 = given.area_m2.value_or(cost.area_m2);
  cost.leakage_W = given.leakage_W.value_or(cost.leakage_W);
  cost.origin = CostOrigin::given;
  if (given.energy_J) cost.energy_spread = 1;
  if (given.area_m2) cost.area_spread = 1;
  if (given.leakage_W) cost.leakage_spread = 1;
  return cost;
}

}  // namespace bitline::periphery
