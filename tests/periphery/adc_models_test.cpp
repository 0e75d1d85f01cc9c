// SPDX-License-Identifier: Apache-2.0
// The models of converters beside each other: what kind and resolution do to a price, that no interval leaves out the
// other model, and the table of docs/model/adc.md.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "periphery/adc/adc.h"
#include "tests/periphery/technology.h"

namespace bitline::adc_models_test {
using namespace periphery;
using namespace bitline::test;

namespace {

constexpr int converters = 16;  // of an array of the main job
constexpr AdcCostModel models[] = {AdcCostModel::survey, AdcCostModel::circuit, AdcCostModel::regression};

struct Converter {
  const char* name;
  Adc (*of)(int bits);
};
constexpr Converter kinds[] = {{"SAR", [](int bits) -> Adc { return SarAdc{.common = {.bits = bits}}; }},
                               {"flash", [](int bits) -> Adc { return FlashAdc{.common = {.bits = bits}}; }},
                               {"ramp", [](int bits) -> Adc { return RampAdc{.common = {.bits = bits}}; }}};
constexpr const Converter &sar = kinds[0], &flash = kinds[1];

UnitCost survey(const Converter& kind, int bits, const Technology& t) {
  return unit_cost(kind.of(bits), t, converters);
}

}  // namespace

TEST_CASE("the default price rises with every bit from 1 to 10, whatever the kind, at every shipped node") {
  for (const auto& [name, t] : shipped_technologies()) {
    CAPTURE(name);
    for (const Converter& kind : kinds) {
      CAPTURE(kind.name);
      UnitCost last;
      for (int bits = 1; bits <= 10; ++bits) {
        CAPTURE(bits);
        const UnitCost now = survey(kind, bits, t);
        CHECK(now.energy_J > last.energy_J);
        CHECK(now.area_m2 > last.area_m2);
        CHECK(now.origin == CostOrigin::survey);
        last = now;
      }
    }
  }
}

TEST_CASE("the default price of a flash is never that of a SAR: it doubles with every bit") {
  for (const auto& [name, t] : shipped_technologies()) {
    CAPTURE(name);
    for (int bits = 5; bits <= 10; ++bits) {
      CAPTURE(bits);
      const UnitCost one = survey(flash, bits, t), less = survey(flash, bits - 1, t);
      CHECK(one.energy_J > 2 * survey(sar, bits, t).energy_J);
      CHECK(one.area_m2 > survey(sar, bits, t).area_m2);
      CHECK(one.energy_J > 1.9 * less.energy_J);  // 2^b - 1 latches
      CHECK(one.area_m2 > 1.9 * less.area_m2);
    }
  }
}

TEST_CASE("an 8-bit SAR converter is the regression's, to the last digit; others keep the ratio of their circuits") {
  for (const auto& [name, t] : shipped_technologies()) {
    CAPTURE(name);
    const UnitCost one = survey(sar, 8, t), regression = adc_survey_regression(8, t.node_m, 1 / (9 / t.clock_Hz)),
                   circuit = adc_circuit(sar.of(8), t, converters);
    CHECK(one.energy_J == regression.energy_J);
    CHECK(one.area_m2 == regression.area_m2);
    CHECK(one.leakage_W == 0);
    for (const Converter& kind : kinds)
      for (const int bits : {1, 3, 8, 10}) {
        const UnitCost ours = adc_circuit(kind.of(bits), t, converters), now = survey(kind, bits, t);
        CHECK(now.energy_J / one.energy_J == doctest::Approx(ours.energy_J / circuit.energy_J).epsilon(1e-12));
        CHECK(now.area_m2 / one.area_m2 == doctest::Approx(ours.area_m2 / circuit.area_m2).epsilon(1e-12));
      }
    // A given time is the rate at which the regression is asked, whatever the kind.
    FlashAdc timed;
    timed.common.cost.given.time_s = 1e-6;
    const UnitCost slow = adc_survey_regression(8, t.node_m, 1e6), late = unit_cost(timed, t, converters);
    CHECK(late.energy_J / slow.energy_J ==
          doctest::Approx(adc_circuit(flash.of(8), t, converters).energy_J / circuit.energy_J).epsilon(1e-12));
    CHECK(late.time_s == 1e-6);
  }
}

TEST_CASE("what survey and circuit say lies in each other's interval") {
  for (const auto& [name, t] : shipped_technologies()) {
    CAPTURE(name);
    for (const Converter& kind : kinds)
      for (int bits = 1; bits <= 10; ++bits) {
        CAPTURE(kind.name);
        CAPTURE(bits);
        const UnitCost a = adc_model_cost(AdcCostModel::survey, kind.of(bits), t, converters),
                       b = adc_model_cost(AdcCostModel::circuit, kind.of(bits), t, converters);
        const auto inside = [](double x, double other, double factor) {
          CHECK(x <= other * factor * (1 + 1e-12));  // the spread is the ratio itself where that is larger
          CHECK(x >= other / factor * (1 - 1e-12));
        };
        inside(b.energy_J, a.energy_J, a.energy_spread);
        inside(a.energy_J, b.energy_J, b.energy_spread);
        inside(b.area_m2, a.area_m2, a.area_spread);
        inside(a.area_m2, b.area_m2, b.area_spread);
        CHECK(a.energy_spread >= 17.7);  // 90 % of published converters
        CHECK(a.area_spread >= 5.1);     // the median of their areas
        CHECK(b.energy_spread >= circuit_energy_spread);
        CHECK(b.area_spread >= circuit_area_spread);
      }
  }
}

TEST_CASE("the table of docs/model/adc.md is what the models say") {
  const std::string page = read_file(std::filesystem::path(BITLINE_SOURCE_DIR) / "docs/model/adc.md");
  for (const auto& [name, t] : shipped_technologies()) {
    if (name != "130nm") continue;
    for (const Converter& kind : kinds)
      for (int bits = 3; bits <= 8; ++bits) {
        std::string row = fmt::format("| {} | {} |", kind.name, bits);
        for (const AdcCostModel model : models) {
          if (!adc_model_applies(model, kind.of(bits), t)) {
            row += " - | - |";
            continue;
          }
          const UnitCost c = adc_model_cost(model, kind.of(bits), t, converters);
          row += fmt::format(" {:.2f} | {:.0f} |", c.energy_J * 1e12, c.area_m2 * 1e12);
        }
        CAPTURE(row);  // what the page must hold
        CHECK(page.find(row + "\n") != std::string::npos);
      }
  }
}

}  // namespace bitline::adc_models_test
