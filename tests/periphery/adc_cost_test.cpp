// SPDX-License-Identifier: Apache-2.0
// Unit costs of converters: the survey regression against published vectors, its limits, and what a config overrides.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "periphery/adc/adc.h"
#include "periphery/published/survey_vectors.h"

namespace bitline::adc_cost_test {
using namespace periphery;

namespace {

void check_vector(const UnitCost& cost, double energy_pJ, double area_um2) {
  CHECK(std::abs(cost.energy_J / (energy_pJ * 1e-12) - 1) < 1e-6);
  CHECK(std::abs(cost.area_m2 / (area_um2 * 1e-12) - 1) < 1e-6);
}

// What the survey needs to know, and no transistors.
Technology technology_of(double node_m, double clock_Hz) {
  Technology t;
  t.node_m = node_m, t.clock_Hz = clock_Hz;
  return t;
}

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

// Results of the published model (accelergy-adc-plug-in, commit ff0fb48, MIT), one each where the ceiling or the rate
// limits the figure of merit.
TEST_CASE("the regression at integer bits, typed vectors") {
  check_vector(adc_survey_regression(4, 7e-9, 1e6), 0.05304349, 133.9248);
  check_vector(adc_survey_regression(12, 7e-9, 1e10), 35.06693672, 4935.5142);
  check_vector(adc_survey_regression(8, 32e-9, 1e8), 1.71371197, 3938.9252);
  check_vector(adc_survey_regression(10, 40e-9, 1.28e9), 24.97604462, 17369.331);
  check_vector(adc_survey_regression(8, 65e-9, 1e10), 28.46889967, 42419.4104);
  check_vector(adc_survey_regression(8, 130e-9, 1e8), 23.90517076, 34869.3278);
  check_vector(adc_survey_regression(12, 130e-9, 1e8), 405.33456301, 81313.6673);
}

TEST_CASE("the regression, all vectors of the shipped file") {
  int all = 0;
  for (const SurveyVector& v : read_survey_vectors(std::filesystem::path(BITLINE_SOURCE_DIR) /
                                                   "configs/validation/data/adc_survey_vectors.csv")) {
    CAPTURE(v.bits);
    CAPTURE(v.node_m);
    CAPTURE(v.rate_Hz);
    check_vector(adc_survey_regression(v.bits, v.node_m, v.rate_Hz), v.energy_J * 1e12, v.area_m2 * 1e12);
    ++all;
  }
  CHECK(all == 378);
}

TEST_CASE("outside its limits the regression refuses and says what to give") {
  const auto at_3 = [] { adc_survey_regression(3, 130e-9, 1e7); };
  CHECK(message_of(at_3).find("4 to 20 bits; this ADC has 3") != std::string::npos);
  CHECK(message_of(at_3).find("adc.cost.model: survey or circuit") != std::string::npos);
  CHECK(message_of(at_3).find("adc.cost.energy") != std::string::npos);
  CHECK_THROWS_AS(adc_survey_regression(3.99, 130e-9, 1e7), ConfigError);
  CHECK_THROWS_AS(adc_survey_regression(20.5, 130e-9, 1e7), ConfigError);
  CHECK_THROWS_AS(adc_survey_regression(std::nan(""), 130e-9, 1e7), ConfigError);
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    CHECK_THROWS_AS(adc_survey_regression(8, bad, 1e7), ConfigError);
    CHECK_THROWS_AS(adc_survey_regression(8, 130e-9, bad), ConfigError);
  }
  CHECK(adc_survey_regression(8, 130e-9, 2 * adc_survey_max_rate_Hz).energy_J >
        adc_survey_regression(8, 130e-9, 1e10).energy_J);
}

TEST_CASE("each kind converts at its own rate, and the regression is asked at that rate") {
  const double clock_Hz = 1e8, node_m = 130e-9;
  const auto check = [&](auto adc, double time_s) {
    adc.common.cost.model = AdcCostModel::regression;
    const UnitCost cost = unit_cost(adc, technology_of(node_m, clock_Hz), 1),
                   survey = adc_survey_regression(8, node_m, 1 / time_s);
    CHECK(cost.time_s == doctest::Approx(time_s).epsilon(1e-12));
    CHECK(cost.energy_J == doctest::Approx(survey.energy_J).epsilon(1e-12));
    CHECK(cost.area_m2 == doctest::Approx(survey.area_m2).epsilon(1e-12));
    CHECK(cost.leakage_W == 0);
    CHECK(cost.origin == CostOrigin::regression);
  };
  check(SarAdc{}, 9e-8);
  check(FlashAdc{}, 1e-8);
  check(RampAdc{.common = {}, .clock_Hz = 2e9}, 256 / 2e9);
}

TEST_CASE("the ideal converter costs nothing") {
  const UnitCost cost = unit_cost(IdealAdc{}, technology_of(130e-9, 1e8), 1);
  CHECK(cost.energy_J == 0);
  CHECK(cost.time_s == 0);
  CHECK(cost.area_m2 == 0);
  CHECK(cost.leakage_W == 0);
}

TEST_CASE("configured figures win, one by one") {
  SarAdc adc;
  adc.common.cost.given = {.energy_J = 2e-12, .time_s = 1e-6, .leakage_W = 3e-6};
  const UnitCost cost = unit_cost(adc, technology_of(65e-9, 1e8), 1);
  CHECK(cost.energy_J == 2e-12);
  CHECK(cost.time_s == 1e-6);
  CHECK(cost.area_m2 == doctest::Approx(adc_survey_regression(8, 65e-9, 1e6).area_m2).epsilon(1e-12));
  CHECK(cost.leakage_W == 3e-6);
  CHECK(cost.origin == CostOrigin::given);
  CHECK(cost.energy_spread == 1);
  CHECK(cost.area_spread == 5.1);
  CHECK(cost.leakage_spread == 1);
  adc.common.cost.given = {.leakage_W = 3e-6};
  const UnitCost modelled = unit_cost(adc, technology_of(65e-9, 1e8), 1);
  CHECK(modelled.energy_J == doctest::Approx(adc_survey_regression(8, 65e-9, 1e8 / 9).energy_J).epsilon(1e-12));
  CHECK(modelled.energy_spread == 17.7);
}

TEST_CASE("a converter that no model can tell needs its own figures, and then works") {
  // No transistors: circuits are unknown, and with them every ratio to an 8-bit SAR converter.
  SarAdc adc{.common = {.bits = 2}};
  const Technology t = technology_of(130e-9, 1e8);
  CHECK(message_of([&] { unit_cost(adc, t, 1); }).find("technology.transistor is missing") != std::string::npos);
  CHECK(message_of([&] { unit_cost(adc, t, 1); }).find("model: regression") != std::string::npos);
  CHECK_THROWS_AS(unit_cost(FlashAdc{}, t, 1), ConfigError);
  adc.common.cost.model = AdcCostModel::regression;
  CHECK(message_of([&] { unit_cost(adc, t, 1); }).find("4 to 20 bits") != std::string::npos);
  for (const AdcCostModel model : {AdcCostModel::survey, AdcCostModel::circuit, AdcCostModel::regression})
    CHECK(!adc_model_applies(model, adc, t));
  CHECK(adc_model_applies(AdcCostModel::survey, SarAdc{}, t));
  adc.common.cost.given.energy_J = 1e-13;
  CHECK_THROWS_AS(unit_cost(adc, t, 1), ConfigError);
  adc.common.cost.given.area_m2 = 1e-10;
  CHECK(unit_cost(adc, t, 1).time_s == doctest::Approx(3e-8).epsilon(1e-12));
  CHECK_THROWS_AS(unit_cost(adc, technology_of(130e-9, 0), 1), ConfigError);
  CHECK_THROWS_AS(unit_cost(adc, technology_of(130e-9, -1e8), 1), ConfigError);
}

}  // namespace bitline::adc_cost_test
