// SPDX-License-Identifier: Apache-2.0
// What a converter costs by a regression over published ones.
//
// T. Andrulis, J. S. Emer, V. Sze, "Modeling Analog-Digital-Converter Energy and Area for
// Compute-In-Memory Accelerator Design", 2024, arXiv:2404.06553, with the constants of its published model file (MIT
// licence), fitted to B. Murmann's ADC Performance Survey. Valid from 4 bits and up to 1e10 conversions per second.
// Against the converters it was fitted to: correlation 0.82 in log(energy), median factor 3.2, 90 % within 17.7; its
// offsets aim at a good design (20th percentile in energy, 10th in area: the median converter is 5.1 times larger, and
// no spread of areas is published).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {
namespace {

// Schreier's figure of merit in dB: falls with the rate, and has a ceiling that rises with the resolution.
constexpr double foms_intercept_dB = 213.7806687348118;
constexpr double foms_per_ln_Hz = -2.8719030399529957;
constexpr double foms_ceiling_at_0_bits_dB = 128.3068287398817;  // the published table is this line at integer bits
constexpr double foms_ceiling_per_bit_dB = 3.2205115109775617;

// ln(energy / pJ): correction for node and resolution, and the 20th percentile of what remains.
constexpr double energy_intercept = 26.0496215686518;
constexpr double energy_per_ln_nm = 1.8800369206815004;
constexpr double energy_per_ln_bits = -2.8291256050594527;
constexpr double energy_residual = -1.4702022133784405;

// ln(area / um^2).
constexpr double area_intercept = 1.3461916439910742;
constexpr double area_per_ln_nm = 0.9932794744745022;
constexpr double area_per_ln_Hz = 0.18071538424508238;
constexpr double area_per_ln_pJ = 0.29912426192653485;

constexpr double energy_spread_of_90 = 17.7, area_of_median = 5.1;

// As published: a converter between two integer resolutions has the ceiling of the higher one.
double energy_pJ(double bits, double node_nm, double rate_Hz) {
  const double sndr_dB = 20 * std::log10(2.0) * bits + 10 * std::log10(1.5);
  const double ceiling_dB = foms_ceiling_at_0_bits_dB + foms_ceiling_per_bit_dB * std::ceil(bits);
  const double foms_dB = std::min(foms_intercept_dB + foms_per_ln_Hz * std::log(rate_Hz), ceiling_dB);
  return 0.5 * std::pow(10.0, (sndr_dB - foms_dB) / 10) *
         std::exp(energy_intercept + energy_per_ln_nm * std::log(node_nm) + energy_per_ln_bits * std::log(bits) +
                  energy_residual);
}

UnitCost with_area(double pJ, double node_nm, double rate_Hz) {
  const double um2 = std::exp(area_intercept + area_per_ln_nm * std::log(node_nm) + area_per_ln_Hz * std::log(rate_Hz) +
                              area_per_ln_pJ * std::log(pJ));
  return {.energy_J = pJ * 1e-12,
          .time_s = 1 / rate_Hz,
          .area_m2 = um2 * 1e-12,
          .leakage_W = 0,
          .origin = CostOrigin::regression,
          .energy_spread = energy_spread_of_90,
          .area_spread = area_of_median};
}

void check_validity(double bits, double node_m, double rate_Hz) {
  if (!(bits >= adc_survey_least_bits && bits <= adc_survey_most_bits)) {
    refuse_config("adc.cost",
                  fmt::format("the ADC survey's regression covers {} to {} bits; this ADC has {}",
                              adc_survey_least_bits, adc_survey_most_bits, bits),
                  "use adc.cost.model: survey or circuit, or give adc.cost.energy and adc.cost.area");
  }
  if (!(node_m > 0) || std::isinf(node_m)) {
    refuse_config("adc.cost", fmt::format("the technology node of the ADC is {} m", node_m),
                  "a positive length, such as 130 nm");
  }
  if (!(rate_Hz > 0) || std::isinf(rate_Hz)) {
    refuse_config("adc.cost", fmt::format("the ADC converts {} times a second", rate_Hz),
                  "a positive clock, or adc.cost.time");
  }
}

}  // namespace

UnitCost adc_survey_regression(double bits, double node_m, double rate_Hz) {
  check_validity(bits, node_m, rate_Hz);
  const double node_nm = node_m * 1e9;
  return with_area(energy_pJ(bits, node_nm, rate_Hz), node_nm, rate_Hz);
}

}  // namespace bitline::periphery
