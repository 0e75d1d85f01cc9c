// SPDX-License-Identifier: Apache-2.0
// What the median published converter of a kind takes, and how far others of its kind lie from it. Fitted to the ADC
// Performance Survey by scripts/converters, which prints the rows of adc_population.cpp and how often converters that
// were left out of the fit lie within the spreads.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "periphery/unit_cost.h"

namespace bitline::periphery {

// Kinds with enough published converters. Ramp converters are not among them: the survey has two of slopes alone, both
// interleaved for more than 1e9 conversions a second.
enum class AdcPopulationKind { sar, flash, pipeline, sigma_delta };
inline constexpr std::string_view adc_population_names[] = {"sar", "flash", "pipeline", "sigma-delta"};
constexpr std::span<const std::string_view> names_of(AdcPopulationKind) { return adc_population_names; }

// Energy (J) of a conversion and area (m2) of a converter of B effective bits, node L and rate f:
//   E = (noise 4^B + technology 2^B (L / 65 nm)^n) (1 + (f / speed) (L / 65 nm))
//   ln A = constant + bits B + node ln(L / 65 nm) + rate ln(f / 1 GHz)
struct AdcPopulation {
  AdcPopulationKind kind;
  double noise_J, technology_J, technology_per_node, speed_Hz;
  double energy_spread_50, energy_spread_90;  // factors that hold 50 and 90 % of published converters, both ways
  double area_constant, area_per_bit, area_per_node, area_per_rate;
  double area_spread_50, area_spread_90;
  double least_bits, most_bits, least_rate_Hz, most_rate_Hz, least_node_m, most_node_m;  // of those published
  int converters;
};
const AdcPopulation& adc_population(AdcPopulationKind);

// What of a converter lies outside of what was published of its kind ("3.2 effective bits; published: 3.5 to 19.7");
// empty: nothing.
std::string outside_of(const AdcPopulation&, double effective_bits, double node_m, double rate_Hz);

// The median published converter; time_s = 1 / rate. Leakage is 0: published powers contain it. Throws ConfigError for
// a node, rate or bits that are not positive.
UnitCost adc_population_cost(AdcPopulationKind, double effective_bits, double node_m, double rate_Hz);

}  // namespace bitline::periphery
