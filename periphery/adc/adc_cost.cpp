// SPDX-License-Identifier: Apache-2.0
// What a converter costs: configured figures first, then the chosen model. And how far models are from each other: the
// interval of survey, regression and circuit does not leave out what the other one says, since neither is known to be
// right. That of a population is counted: it stays.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "periphery/adc/adc.h"

namespace bitline::periphery {
namespace {

double clocks_s(const IdealAdc&, double) { return 0; }
double clocks_s(const SarAdc& adc, double clock_Hz) { return (adc.common.bits + 1) / clock_Hz; }
double clocks_s(const FlashAdc&, double clock_Hz) { return 1 / clock_Hz; }
double clocks_s(const RampAdc& adc, double) { return std::ldexp(1.0, adc.common.bits) / adc.clock_Hz; }

// One conversion, as given or by the clocks it takes.
double conversion_s(const Adc& adc, const GivenCost& given, double clock_Hz) {
  return given.time_s ? *given.time_s : std::visit([&](const auto& kind) { return clocks_s(kind, clock_Hz); }, adc);
}

// What the survey prices by the regression itself; all else in proportion to circuits.
SarAdc reference_converter() {
  SarAdc sar;
  sar.common.bits = 8;
  return sar;
}

bool is_reference(const Adc& adc) {
  const auto* sar = std::get_if<SarAdc>(&adc);
  return sar && sar->common.bits == reference_converter().common.bits;
}

UnitCost survey(const Adc& adc, const Technology& t, int converters) {
  const Adc reference = reference_converter();
  const GivenCost& given = common(adc)->cost.given;
  UnitCost cost =
      adc_survey_regression(common(reference)->bits, t.node_m, 1 / conversion_s(reference, given, t.clock_Hz));
  cost.origin = CostOrigin::survey;
  if (!t.transistor) return cost;
  const UnitCost ours = adc_circuit(adc, t, converters), one = adc_circuit(reference, t, converters);
  cost.energy_J *= ours.energy_J / one.energy_J;
  cost.area_m2 *= ours.area_m2 / one.area_m2;
  return cost;
}

std::optional<AdcPopulationKind> population_of(const SarAdc&) { return AdcPopulationKind::sar; }
std::optional<AdcPopulationKind> population_of(const FlashAdc&) { return AdcPopulationKind::flash; }
std::optional<AdcPopulationKind> population_of(const RampAdc&) { return std::nullopt; }
std::optional<AdcPopulationKind> population_of(const IdealAdc&) { return std::nullopt; }
// The named one, else that of its type.
std::optional<AdcPopulationKind> population_of(const Adc& adc) {
  if (const AdcCommon* c = common(adc); c && c->cost.kind) return c->cost.kind;
  return std::visit([](const auto& kind) { return population_of(kind); }, adc);
}

UnitCost population(const Adc& adc, const Technology& t) {
  const AdcCommon& c = *common(adc);
  const std::optional<AdcPopulationKind> kind = population_of(adc);
  if (!kind)
    refuse_config("adc.cost.model",
                  fmt::format("is population, but there are too few published converters of type {}; there is a "
                              "population of: {}",
                              std::visit([](const auto& k) { return std::string(k.type); }, adc),
                              fmt::join(adc_population_names, ", ")),
                  "use model: circuit, survey or auto, name one of these as adc.cost.kind, or give adc.cost.energy "
                  "and adc.cost.area");
  return adc_population_cost(*kind, effective_bits(c), t.node_m, 1 / conversion_s(adc, c.cost.given, t.clock_Hz));
}

UnitCost model_alone(AdcCostModel model, const Adc& adc, const Technology& t, int converters) {
  const AdcCommon& c = *common(adc);
  switch (model) {
    case AdcCostModel::survey:
      return survey(adc, t, converters);
    case AdcCostModel::circuit:
      return adc_circuit(adc, t, converters);
    case AdcCostModel::population:
      return population(adc, t);
    case AdcCostModel::automatic:
    case AdcCostModel::regression:
      break;
  }
  return adc_survey_regression(c.bits, t.node_m, 1 / conversion_s(adc, c.cost.given, t.clock_Hz));
}

double apart(double a, double b) { return std::max(a / b, b / a); }

}  // namespace

double effective_bits(const AdcCommon& c) {
  // Rounding has a variance of 1/12 LSB^2.
  const double noise = c.errors.noise_lsb;
  return c.cost.effective_bits.value_or(c.bits - 0.5 * std::log2(1 + 12 * noise * noise));
}

AdcModelChoice adc_model_choice(const Adc& adc, const Technology& t) {
  const AdcCommon* c = common(adc);
  if (!c) return {AdcCostModel::survey, "an ideal converter costs nothing"};
  const AdcCost& cost = c->cost;
  if (cost.model != AdcCostModel::automatic) return {cost.model, "adc.cost.model says so"};
  const std::optional<AdcPopulationKind> kind = population_of(adc);
  const std::string type = std::visit([](const auto& k) { return std::string(k.type); }, adc);
  const AdcCostModel without = t.transistor ? AdcCostModel::circuit : AdcCostModel::regression;
  if (!kind) {
    return {without, fmt::format("too few published converters of type {}{}", type,
                                 t.transistor ? "" : ", and no technology.transistor for circuits")};
  }
  const AdcPopulation& p = adc_population(*kind);
  const std::string_view name = adc_population_names[static_cast<std::size_t>(*kind)];
  const std::string outside =
      outside_of(p, effective_bits(*c), t.node_m, 1 / conversion_s(adc, cost.given, t.clock_Hz));
  if (outside.empty())
    return {AdcCostModel::population,
            fmt::format("{} published {} converters reach to these bits, node and rate", p.converters, name)};
  if (t.transistor) return {AdcCostModel::circuit, fmt::format("no published {} converter: {}", name, outside)};
  return {AdcCostModel::population,
          fmt::format("extrapolated, without technology.transistor for circuits: {} for {}", outside, name)};
}

std::string outside_of_population(const Adc& adc, const Technology& t) {
  const std::optional<AdcPopulationKind> kind = population_of(adc);
  if (!kind || adc_model_choice(adc, t).model != AdcCostModel::population) return "";
  const AdcCommon& c = *common(adc);
  return outside_of(adc_population(*kind), effective_bits(c), t.node_m,
                    1 / conversion_s(adc, c.cost.given, t.clock_Hz));
}

std::string adc_price_because(const Adc& adc, const Technology& t) {
  const AdcCommon* c = common(adc);
  if (!c) return adc_model_choice(adc, t).because;
  const GivenCost& given = c->cost.given;
  if (given.energy_J && given.area_m2) return "adc.cost.energy and adc.cost.area are given";
  const AdcModelChoice choice = adc_model_choice(adc, t);
  const std::string by =
      fmt::format("{}: {}", names_of(choice.model)[static_cast<std::size_t>(choice.model)], choice.because);
  if (given.energy_J) return "adc.cost.energy is given; area by " + by;
  if (given.area_m2) return "adc.cost.area is given; energy by " + by;
  return by;
}

bool adc_model_applies(AdcCostModel model, const Adc& adc, const Technology& t) {
  if (!common(adc)) return false;
  switch (model) {
    case AdcCostModel::survey:
      return t.transistor || is_reference(adc);
    case AdcCostModel::circuit:
      return t.transistor.has_value();
    case AdcCostModel::population:
      return population_of(adc).has_value();
    case AdcCostModel::automatic:
      return adc_model_applies(adc_model_choice(adc, t).model, adc, t);
    case AdcCostModel::regression:
      break;
  }
  return common(adc)->bits >= adc_survey_least_bits;
}

UnitCost adc_model_cost(AdcCostModel model, const Adc& adc, const Technology& t, int converters) {
  if (model == AdcCostModel::automatic) model = adc_model_choice(adc, t).model;
  if (model == AdcCostModel::survey && !adc_model_applies(model, adc, t))
    refuse_config("adc.cost.model",
                  "is survey, which scales an 8-bit SAR converter to this one by their circuits, but "
                  "technology.transistor is missing to model those from",
                  "use model: regression, give adc.cost.energy and adc.cost.area, or a technology with transistors "
                  "such as 22nm");
  UnitCost cost = model_alone(model, adc, t, converters);
  const double overhead = common(adc)->cost.overhead;
  cost.energy_J *= overhead, cost.area_m2 *= overhead, cost.leakage_W *= overhead;
  if (model == AdcCostModel::population) return cost;
  const AdcCostModel other = model == AdcCostModel::circuit ? AdcCostModel::survey : AdcCostModel::circuit;
  if (!adc_model_applies(other, adc, t)) return cost;
  const UnitCost beside = model_alone(other, adc, t, converters);
  cost.energy_spread = std::max(cost.energy_spread, apart(cost.energy_J, overhead * beside.energy_J));
  cost.area_spread = std::max(cost.area_spread, apart(cost.area_m2, overhead * beside.area_m2));
  return cost;
}

UnitCost unit_cost(const Adc& adc, const Technology& technology, int converters) {
  const AdcCommon* c = common(adc);
  if (!c) return {};
  const GivenCost& given = c->cost.given;
  const double time_s = conversion_s(adc, given, technology.clock_Hz);
  if (!(time_s > 0) || std::isinf(time_s))
    refuse_config("adc.cost.time",
                  fmt::format("one conversion would take {} s (clock {} Hz)", time_s, technology.clock_Hz),
                  "a positive clock, or adc.cost.time");
  UnitCost modelled;
  // Only circuits know leakage.
  const AdcCostModel model = adc_model_choice(adc, technology).model;
  const bool priced = given.energy_J && given.area_m2;
  if (!priced || (model == AdcCostModel::circuit && !given.leakage_W && technology.transistor))
    modelled = adc_model_cost(model, adc, technology, converters);
  modelled.time_s = time_s;
  return with(given, modelled);
}

}  // namespace bitline::periphery
