// SPDX-License-Identifier: Apache-2.0
#include "periphery/unit_cost.h"

namespace bitline::periphery {

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

UnitCost with(const GivenCost& given, UnitCost cost) {
  if (!given.any()) return cost;
  cost.energy_J = given.energy_J.value_or(cost.energy_J);
  cost.time_s = given.time_s.value_or(cost.time_s);
  cost.area_m2 = given.area_m2.value_or(cost.area_m2);
  cost.leakage_W = given.leakage_W.value_or(cost.leakage_W);
  cost.origin = CostOrigin::given;
  if (given.energy_J) cost.spread = 1;
  return cost;
}

}  // namespace bitline::periphery
