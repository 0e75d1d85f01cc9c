// SPDX-License-Identifier: Apache-2.0
#include "periphery/adc/simplifications.h"

#include <algorithm>

namespace bitline::periphery {
namespace {

// What makes converters differ from their ideal, as configured.
struct ConverterError {
  const char* key;
  bool set;
};
std::vector<ConverterError> converter_errors(const Adc& adc, const AdcCommon& c) {
  const AdcErrors& e = c.errors;
  std::vector<ConverterError> all{{"adc.errors.offset", e.offset_sigma_lsb > 0},
                                  {"adc.errors.gain", e.gain_sigma > 0},
                                  {"adc.errors.noise", e.noise_lsb > 0},
                                  {"adc.errors.inl", !e.inl_lsb.empty()}};
  if (const auto* sar = std::get_if<SarAdc>(&adc))
    all.push_back({"adc.capacitor_mismatch", sar->capacitor_mismatch > 0});
  if (const auto* flash = std::get_if<FlashAdc>(&adc)) {
    all.push_back({"adc.comparator_offset", flash->comparator_offset_lsb > 0});
    all.push_back({"adc.thresholds", !flash->thresholds_lsb.empty()});
  }
  return all;
}

Simplification converter_claims(const Adc& adc, const AdcCommon& c) {
  Simplification s{"Converters", {}};
  s.claims.push_back(
      {"A conversion is static: no settling, no memory of the one before, no metastability; offset and gain "
       "stay as manufactured.",
       {"adc.errors.settling", "adc.errors.metastability", "adc.errors.wander"}});
  const std::vector<ConverterError> errors = converter_errors(adc, c);
  Claim none{"Converters only round and clip: they have no offset, gain error, noise or nonlinearity of their own."};
  for (const ConverterError& e : errors) none.off.emplace_back(e.key);
  if (std::none_of(errors.begin(), errors.end(), [](const ConverterError& e) { return e.set; }))
    s.claims.push_back(std::move(none));
  if (!c.errors.inl_lsb.empty())
    s.claims.push_back({"All converters of a kind have one nonlinearity.", {}, {"adc.errors.inl"}});
  if (c.shared_by > 1)
    s.claims.push_back({"Columns that take turns at a converter see one and the same read: held currents do not droop.",
                        {"adc.droop"},
                        {"adc.shared_by"}});
  if (c.clamp_A) s.claims.push_back({"Currents saturate abruptly at the clamp.", {}, {"adc.clamp"}});
  return s;
}

Simplification converter_cost_claims(const AdcCommon& c) {
  const GivenCost& given = c.cost.given;
  Simplification s{"Converter costs", {}};
  const bool all_given = given.energy_J && given.time_s && given.area_m2 && given.leakage_W;
  if (all_given)
    s.claims.push_back({"As given.", {}, {"adc.cost.energy", "adc.cost.time", "adc.cost.area", "adc.cost.leakage"}});
  else if (c.cost.model == AdcCostModel::survey && !(given.energy_J && given.area_m2))
    s.claims.push_back(
        {"What is not given is that of a published 8-bit converter by a regression, an optimistic design without "
         "leakage, times what circuits of this kind and resolution take over an 8-bit SAR: what surrounds a core is "
         "taken to grow with it. 90 % of published converters lie within a factor of 18, which is in the interval of "
         "the energy.",
         {},
         {"adc.cost.model=survey"}});
  else if (c.cost.model == AdcCostModel::regression && !(given.energy_J && given.area_m2))
    s.claims.push_back(
        {"What is not given comes from a regression over published converters, an optimistic design without leakage; "
         "kinds do not differ but by their rate. 90 % of published converters lie within a factor of 18, which is in "
         "the interval of the energy.",
         {},
         {"adc.cost.model=regression"}});
  else if ((c.cost.model == AdcCostModel::population || c.cost.model == AdcCostModel::automatic) &&
           !(given.energy_J && given.area_m2))
    s.claims.push_back(
        {std::string("What is not given is that of the median published converter of one kind, "
                     "resolution, rate and node, whatever its year and supply") +
             (c.cost.model == AdcCostModel::population
                  ? "."
                  : "; where published ones do not reach, circuits or a regression. The results say "
                    "which, and why."),
         {},
         {c.cost.model == AdcCostModel::population ? "adc.cost.model=population" : "adc.cost.model=auto"}});
  else if (c.cost.model == AdcCostModel::circuit)
    s.claims.push_back({"What is not given comes from circuits of transistors and capacitors, without a layout.",
                        {},
                        {"adc.cost.model=circuit"}});
  if ((c.cost.model == AdcCostModel::population || c.cost.model == AdcCostModel::automatic) && c.cost.overhead == 1)
    s.claims.push_back(
        {"What stands beside a converter (reference, buffer, clock, calibration) is in its cost as far as "
         "authors of published ones count it.",
         {},
         {"adc.cost.overhead=1"}});
  s.claims.push_back(
      {"Stages that turn currents into what a converter samples (clamps, integrators) and generators of "
       "references are not counted, unless given costs contain them.",
       {"adc.front_end", "adc.references"}});
  return s;
}

}  // namespace

std::vector<Simplification> simplifications(const Adc& adc) {
  const AdcCommon* c = common(adc);
  if (!c)
    return {{"Converters", {{"Ideal: currents are returned unrounded, and cost nothing.", {}, {"adc.type=ideal"}}}}};
  return {converter_claims(adc, *c), converter_cost_claims(*c)};
}

}  // namespace bitline::periphery
