// SPDX-License-Identifier: Apache-2.0
// What one action of a part costs, and where the figure comes from. Every part of the periphery answers with this.
#pragma once

#include <optional>

#include "base/schema.h"

namespace bitline::periphery {

enum class CostOrigin { circuit, survey, given };
inline constexpr std::string_view origin_names[] = {"circuit", "survey", "given"};
constexpr std::span<const std::string_view> names_of(CostOrigin) { return origin_names; }

// One action: its energy and time; one instance of the part: its area, and the power it leaks while it waits.
struct UnitCost {
  double energy_J = 0, time_s = 0, area_m2 = 0, leakage_W = 0;
  CostOrigin origin = CostOrigin::circuit;
  double spread = 1;  // factor within which half of all real designs lie, both ways; 1 = no figure for it
};

// Published or measured figures of a part; what is unset is modelled.
struct GivenCost {
  std::optional<double> energy_J{}, time_s{}, area_m2{}, leakage_W{};
  bool complete() const { return energy_J && area_m2 && leakage_W; }
  bool any() const { return energy_J || time_s || area_m2 || leakage_W; }
};
void fields(Visitor&, GivenCost&);

// Several actions of several instances at once; the time is that of one.
UnitCost times(UnitCost one, double actions, double instances);

// `modelled` with the given figures in its place.
UnitCost with(const GivenCost& given, UnitCost modelled);

}  // namespace bitline::periphery
