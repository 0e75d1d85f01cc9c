// SPDX-License-Identifier: Apache-2.0
// Data: B. Murmann, "ADC Performance Survey 1997-2025", revision 2025-06-09, plain CMOS alone
// (configs/validation/data/adc_survey_murmann.csv). The form: a converter is limited by thermal noise, four times the
// energy for one more bit, or by its technology, twice the energy for one more bit (Murmann, IEICE Trans.
// Electron. E93-C, 718 (2010), doi:10.1587/transele.E93.C.718), and takes more of either where it is fast for its
// technology: the factor is ours. The survey does not tell supplies.
#include "periphery/adc/adc_population.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"

namespace bitline::periphery {
namespace {

constexpr double reference_node_m = 65e-9, reference_rate_Hz = 1e9;

// As printed by scripts/converters, which also checks them.
constexpr AdcPopulation populations[] = {
    {AdcPopulationKind::sar,
     7.03375e-19,
     2.02233e-14,
     0.640706,
     4.67349e+08,
     2.79488,
     11.5546,
     -17.078,
     0.114775,
     0.754192,
     0.110748,
     2.76609,
     11.8108,
     3.5,
     19.7409,
     300,
     2e+11,
     3e-09,
     1e-06,
     161},
    {AdcPopulationKind::flash,
     4.97034e-20,
     1.65939e-13,
     1.89339,
     2.22423e+09,
     2.33829,
     3.7915,
     -16.2085,
     0,
     1.75589,
     -0.0633829,
     2.15659,
     8.0251,
     3.36213,
     6.46844,
     400000,
     2.5e+10,
     2.8e-08,
     6e-07,
     30},
    {AdcPopulationKind::pipeline,
     4.97034e-20,
     3.49047e-14,
     1.78778,
     1.24767e+08,
     2.77463,
     10.5508,
     -17.0807,
     0.332435,
     2.08737,
     0.619531,
     2.48444,
     11.0433,
     3.44518,
     16.5681,
     312500,
     7.2e+10,
     4e-09,
     1.4e-06,
     189},
    {AdcPopulationKind::sigma_delta,
     4.97034e-20,
     1.83577e-13,
     1.47504,
     2.12477e+08,
     2.72428,
     9.36351,
     -16.5712,
     0.178643,
     1.30237,
     0.174041,
     2.29725,
     6.38164,
     -0.126246,
     19.6107,
     25,
     7.2e+08,
     7e-09,
     1.2e-06,
     237},
};

void check_positive(double value, const char* what, const char* remedy) {
  if (!(value > 0) || std::isinf(value))
    refuse_config("adc.cost", fmt::format("{} of the converter is {}", what, value), remedy);
}

}  // namespace

const AdcPopulation& adc_population(AdcPopulationKind kind) { return populations[static_cast<std::size_t>(kind)]; }

std::string outside_of(const AdcPopulation& p, double bits, double node_m, double rate_Hz) {
  if (bits < p.least_bits || bits > p.most_bits)
    return fmt::format("{:.3g} effective bits; published: {:.3g} to {:.3g}", bits, p.least_bits, p.most_bits);
  if (node_m < p.least_node_m * (1 - 1e-9) || node_m > p.most_node_m * (1 + 1e-9))
    return fmt::format("a node of {:.4g} nm; published: {:.4g} to {:.4g} nm", node_m * 1e9, p.least_node_m * 1e9,
                       p.most_node_m * 1e9);
  if (rate_Hz < p.least_rate_Hz || rate_Hz > p.most_rate_Hz)
    return fmt::format("{:.3g} conversions a second; published: {:.3g} to {:.3g}", rate_Hz, p.least_rate_Hz,
                       p.most_rate_Hz);
  return "";
}

UnitCost adc_population_cost(AdcPopulationKind kind, double bits, double node_m, double rate_Hz) {
  check_positive(bits, "the effective resolution", "positive adc.cost.effective_bits, or less adc.errors.noise");
  check_positive(node_m, "the technology node", "a positive length, such as 130 nm");
  check_positive(rate_Hz, "the rate", "a positive clock, or adc.cost.time");
  const AdcPopulation& p = adc_population(kind);
  const double node = node_m / reference_node_m;
  UnitCost c;
  c.energy_J =
      (p.noise_J * std::exp2(2 * bits) + p.technology_J * std::exp2(bits) * std::pow(node, p.technology_per_node)) *
      (1 + rate_Hz / p.speed_Hz * node);
  c.time_s = 1 / rate_Hz;
  c.area_m2 = std::exp(p.area_constant + p.area_per_bit * bits + p.area_per_node * std::log(node) +
                       p.area_per_rate * std::log(rate_Hz / reference_rate_Hz));
  c.origin = CostOrigin::population;
  c.energy_spread = p.energy_spread_90;
  c.area_spread = p.area_spread_90;
  return c;
}

}  // namespace bitline::periphery
