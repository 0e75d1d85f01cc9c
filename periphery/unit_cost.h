// SPDX-License-Identifier: Apache-2.0
// What one action of a part costs, where the figure comes from, and how far real designs lie from it. Every part of the
// periphery answers with this.
#pragma once

#include <optional>

#include "base/schema.h"

namespace bitline::periphery {

enum class CostOrigin { circuit, survey, regression, given, population };
inline constexpr std::string_view origin_names[] = {"circuit", "survey", "regression", "given", "population"};
constexpr std::span<const std::string_view> names_of(CostOrigin) { return origin_names; }

// The least factor within which 90 % of published parts lie around our circuits, both ways: 13 of the 14 energies and
// 12 of the 13 areas of configs/validation/data/parts.csv that are no analog-to-digital converters'. A test takes them
// from the table anew. No table has leakage: it is assumed to err as energy does.
inline constexpr double circuit_energy_spread = 7.7, circuit_area_spread = 4.7,
                        circuit_leakage_spread = circuit_energy_spread;

// One action: its energy and time; one instance of the part: its area, and the power it leaks while it waits. A spread
// is the factor within which 90 % of real designs lie, both ways; 1: as given. Times have none.
struct UnitCost {
  double energy_J = 0, time_s = 0, area_m2 = 0, leakage_W = 0;
  CostOrigin origin = CostOrigin::circuit;
  double energy_spread = circuit_energy_spread, area_spread = circuit_area_spread,
         leakage_spread = circuit_leakage_spread;
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

// One after the other, both there. Spreads are those of the sums when both err alike. Given only where both are.
UnitCost sum(const UnitCost&, const UnitCost&);

// `modelled` with the given figures in its place.
UnitCost with(const GivenCost& given, UnitCost modelled);

}  // namespace bitline::periphery
