// SPDX-License-Identifier: Apache-2.0
// The median published converter: against the survey itself, what it grows with, what auto chooses, and its errors.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/error.h"
#include "periphery/adc/adc.h"
#include "periphery/published/published_adcs.h"
#include "tests/periphery/technology.h"

namespace bitline::adc_population_test {
using namespace periphery;
using namespace bitline::test;

namespace {

constexpr AdcPopulationKind all_kinds[] = {AdcPopulationKind::sar, AdcPopulationKind::flash,
                                           AdcPopulationKind::pipeline, AdcPopulationKind::sigma_delta};
constexpr AdcFamily families[] = {AdcFamily::sar, AdcFamily::flash, AdcFamily::pipeline, AdcFamily::sigma_delta};

std::string message_of(const auto& f) {
  try {
    f();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

SarAdc sar_by(AdcCostModel model, int bits = 8) {
  SarAdc adc{.common = {.bits = bits}};
  adc.common.cost.model = model;
  return adc;
}

Technology plain(double node_m, double clock_Hz) {
  Technology t;
  t.node_m = node_m, t.clock_Hz = clock_Hz;
  return t;
}

Technology with_transistors() { return shipped_technologies().front().technology; }

// Shares of ratios (published / ours) above 1, and within a factor of 1 both ways.
struct Shares {
  double above = 0, inside_50 = 0, inside_90 = 0;
};
Shares shares_of(const std::vector<double>& ratios, double factor_50, double factor_90) {
  const auto share = [&](auto&& holds) {
    return static_cast<double>(std::count_if(ratios.begin(), ratios.end(), holds)) / static_cast<double>(ratios.size());
  };
  return {share([](double r) { return r > 1; }),
          share([&](double r) { return std::max(r, 1 / r) <= factor_50 * (1 + 1e-4); }),
          share([&](double r) { return std::max(r, 1 / r) <= factor_90 * (1 + 1e-4); })};
}

}  // namespace

TEST_CASE("half of the published converters of a kind lie above its price, and 50 and 90 % within its spreads") {
  const auto file = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs/validation/data/adc_survey_murmann.csv";
  const std::vector<PublishedAdc> published = read_published_adcs(file);
  const CsvTable table = CsvTable::read(file);
  for (const AdcPopulationKind kind : all_kinds) {
    const AdcPopulation& p = adc_population(kind);
    CAPTURE(names_of(kind)[static_cast<std::size_t>(kind)]);
    REQUIRE(p.kind == kind);
    std::vector<double> energies, areas;
    for (std::size_t i = 0; i < published.size(); ++i) {
      const PublishedAdc& a = published[i];
      if (a.family != families[static_cast<std::size_t>(kind)] || !a.node_m) continue;
      CHECK(outside_of(p, std::clamp(a.bits, p.least_bits, p.most_bits), *a.node_m,
                       std::clamp(a.rate_Hz, p.least_rate_Hz, p.most_rate_Hz)) == "");
      // One sigma-delta converter has less than 0 effective bits, which no configuration can ask for.
      if (a.bits <= 0) continue;
      const UnitCost ours = adc_population_cost(kind, a.bits, *a.node_m, a.rate_Hz);
      energies.push_back(a.energy_J / ours.energy_J);
      if (table.text(i, "area_mm2").find_first_of("0123456789") != std::string::npos)
        areas.push_back(table.number(i, "area_mm2") * 1e-6 / ours.area_m2);
    }
    // The least sum of residuals has half of them above but for one per coefficient; smoothing adds another few.
    const double several = 8.0 / static_cast<double>(areas.size());
    CHECK(std::abs(static_cast<double>(energies.size()) - p.converters) <= 1);
    const Shares energy = shares_of(energies, p.energy_spread_50, p.energy_spread_90),
                 area = shares_of(areas, p.area_spread_50, p.area_spread_90);
    for (const Shares& s : {energy, area}) {
      CHECK(std::abs(s.above - 0.5) <= several);
      CHECK(std::abs(s.inside_50 - 0.5) <= several);
      CHECK(std::abs(s.inside_90 - 0.9) <= several);
    }
  }
}

TEST_CASE("more bits, a larger node and a higher rate never take less energy, and spreads are those of the kind") {
  for (const AdcPopulationKind kind : all_kinds) {
    const AdcPopulation& p = adc_population(kind);
    CAPTURE(names_of(kind)[static_cast<std::size_t>(kind)]);
    const UnitCost base = adc_population_cost(kind, 6, 65e-9, 1e8);
    CHECK(base.time_s == doctest::Approx(1e-8).epsilon(1e-12));
    CHECK(base.leakage_W == 0);
    CHECK(base.origin == CostOrigin::population);
    CHECK(base.energy_spread == p.energy_spread_90);
    CHECK(base.area_spread == p.area_spread_90);
    CHECK(1 < p.energy_spread_50);
    CHECK(p.energy_spread_50 < p.energy_spread_90);
    CHECK(1 < p.area_spread_50);
    CHECK(p.area_spread_50 < p.area_spread_90);
    double last = 0;
    for (double bits = 1; bits <= 16; bits += 0.5) {
      const UnitCost now = adc_population_cost(kind, bits, 65e-9, 1e8);
      // Between twice (technology) and four times (noise) for one more bit.
      if (last > 0) {
        CHECK(now.energy_J / last >= std::sqrt(2) * (1 - 1e-9));
        CHECK(now.energy_J / last <= 2 * (1 + 1e-9));
      }
      last = now.energy_J;
    }
    CHECK(adc_population_cost(kind, 6, 130e-9, 1e8).energy_J > base.energy_J);
    CHECK(adc_population_cost(kind, 6, 130e-9, 1e8).area_m2 > base.area_m2);
    CHECK(adc_population_cost(kind, 6, 65e-9, 1e10).energy_J > 2 * base.energy_J);
    // Far below its speed a conversion takes what it takes.
    CHECK(adc_population_cost(kind, 6, 65e-9, 1e3).energy_J ==
          doctest::Approx(adc_population_cost(kind, 6, 65e-9, 1e2).energy_J).epsilon(1e-4));
  }
}

TEST_CASE("the equation, by hand") {
  const AdcPopulation& p = adc_population(AdcPopulationKind::sar);
  const UnitCost c = adc_population_cost(AdcPopulationKind::sar, 8, 65e-9, 1e9);
  CHECK(c.energy_J ==
        doctest::Approx((65536 * p.noise_J + 256 * p.technology_J) * (1 + 1e9 / p.speed_Hz)).epsilon(1e-12));
  CHECK(c.area_m2 == doctest::Approx(std::exp(p.area_constant + 8 * p.area_per_bit)).epsilon(1e-12));
  for (const double wrong : {0.0, -1.0, std::nan("")}) {
    CHECK(message_of([&] { adc_population_cost(AdcPopulationKind::sar, wrong, 65e-9, 1e9); }).find("resolution") !=
          std::string::npos);
    CHECK(message_of([&] { adc_population_cost(AdcPopulationKind::sar, 8, wrong, 1e9); }).find("node") !=
          std::string::npos);
    CHECK(message_of([&] { adc_population_cost(AdcPopulationKind::sar, 8, 65e-9, wrong); }).find("rate") !=
          std::string::npos);
  }
}

TEST_CASE("a converter's price by its population: effective bits, its rate, overhead, another kind") {
  const Technology t = plain(65e-9, 9e8);
  SarAdc adc = sar_by(AdcCostModel::population);
  const UnitCost whole = unit_cost(adc, t, 16);
  const UnitCost expected = adc_population_cost(AdcPopulationKind::sar, 8, 65e-9, 1e8);
  CHECK(whole.energy_J == doctest::Approx(expected.energy_J).epsilon(1e-12));
  CHECK(whole.area_m2 == doctest::Approx(expected.area_m2).epsilon(1e-12));
  CHECK(whole.time_s == doctest::Approx(1e-8).epsilon(1e-12));
  CHECK(whole.energy_spread == expected.energy_spread);
  // Noise as large as rounding's, 1 / sqrt(12) LSB, takes half a bit.
  adc.common.errors.noise_lsb = 1 / std::sqrt(12.0);
  CHECK(effective_bits(adc.common) == doctest::Approx(7.5).epsilon(1e-12));
  CHECK(unit_cost(adc, t, 16).energy_J < whole.energy_J);
  adc.common.cost.effective_bits = 7;
  CHECK(unit_cost(adc, t, 16).energy_J ==
        doctest::Approx(adc_population_cost(AdcPopulationKind::sar, 7, 65e-9, 1e8).energy_J).epsilon(1e-12));
  adc.common.cost.kind = AdcPopulationKind::pipeline;
  const UnitCost pipeline = unit_cost(adc, t, 16);
  CHECK(pipeline.energy_J ==
        doctest::Approx(adc_population_cost(AdcPopulationKind::pipeline, 7, 65e-9, 1e8).energy_J).epsilon(1e-12));
  adc.common.cost.overhead = 1.5;
  CHECK(unit_cost(adc, t, 16).energy_J == doctest::Approx(1.5 * pipeline.energy_J).epsilon(1e-12));
  CHECK(unit_cost(adc, t, 16).area_m2 == doctest::Approx(1.5 * pipeline.area_m2).epsilon(1e-12));
  CHECK(unit_cost(adc, t, 16).energy_spread == pipeline.energy_spread);
  // What is given is as given.
  adc.common.cost.given.energy_J = 1e-12;
  CHECK(unit_cost(adc, t, 16).energy_J == 1e-12);
}

TEST_CASE("overhead is on every model, leakage too, and moves no spread") {
  const Technology t = with_transistors();
  for (const AdcCostModel model : {AdcCostModel::survey, AdcCostModel::circuit, AdcCostModel::regression}) {
    SarAdc adc = sar_by(model);
    const UnitCost one = unit_cost(adc, t, 16);
    adc.common.cost.overhead = 2;
    const UnitCost two = unit_cost(adc, t, 16);
    CHECK(two.energy_J == doctest::Approx(2 * one.energy_J).epsilon(1e-12));
    CHECK(two.area_m2 == doctest::Approx(2 * one.area_m2).epsilon(1e-12));
    CHECK(two.leakage_W == doctest::Approx(2 * one.leakage_W).epsilon(1e-12));
    CHECK(two.energy_spread == doctest::Approx(one.energy_spread).epsilon(1e-12));
    CHECK(two.area_spread == doctest::Approx(one.area_spread).epsilon(1e-12));
    CHECK(two.time_s == one.time_s);
  }
}

TEST_CASE("kinds without a population are refused by name of those that have one") {
  RampAdc ramp;
  ramp.common.cost.model = AdcCostModel::population;
  const std::string message = message_of([&] { unit_cost(ramp, plain(65e-9, 1e8), 1); });
  CHECK(message.find("adc.cost.model") != std::string::npos);
  CHECK(message.find("type ramp") != std::string::npos);
  CHECK(message.find("sar, flash, pipeline, sigma-delta") != std::string::npos);
  CHECK(message.find("adc.cost.kind") != std::string::npos);
  CHECK(!adc_model_applies(AdcCostModel::population, ramp, plain(65e-9, 1e8)));
  ramp.common.cost.kind = AdcPopulationKind::sigma_delta;
  CHECK(adc_model_applies(AdcCostModel::population, ramp, plain(65e-9, 1e8)));
  CHECK(unit_cost(ramp, plain(65e-9, 1e8), 1).energy_J > 0);
}

TEST_CASE("auto takes a population that reaches so far, else circuits, and says why") {
  const Technology t = with_transistors();
  const auto choice = [](const Adc& adc, const Technology& of) { return adc_model_choice(adc, of); };
  const SarAdc eight = sar_by(AdcCostModel::automatic);
  CHECK(choice(eight, t).model == AdcCostModel::population);
  CHECK(choice(eight, t).because.find("161 published sar converters") != std::string::npos);
  CHECK(unit_cost(eight, t, 16).origin == CostOrigin::population);
  CHECK(adc_model_cost(AdcCostModel::automatic, eight, t, 16).energy_J ==
        adc_model_cost(AdcCostModel::population, eight, t, 16).energy_J);
  const SarAdc two = sar_by(AdcCostModel::automatic, 2);
  CHECK(choice(two, t).model == AdcCostModel::circuit);
  CHECK(choice(two, t).because.find("2 effective bits; published: 3.5 to") != std::string::npos);
  CHECK(unit_cost(two, t, 16).origin == CostOrigin::circuit);
  const Technology bare = plain(65e-9, 1e8);
  CHECK(choice(two, bare).model == AdcCostModel::population);
  CHECK(choice(two, bare).because.find("extrapolated") != std::string::npos);
  CHECK(outside_of_population(two, bare).find("2 effective bits") != std::string::npos);
  CHECK(outside_of_population(eight, bare) == "");
  RampAdc ramp;
  ramp.common.cost.model = AdcCostModel::automatic;
  CHECK(choice(ramp, t).model == AdcCostModel::circuit);
  CHECK(choice(ramp, t).because.find("type ramp") != std::string::npos);
  CHECK(choice(ramp, bare).model == AdcCostModel::regression);
  CHECK(choice(sar_by(AdcCostModel::survey), t).model == AdcCostModel::survey);
}

TEST_CASE("the price says what is given, and which model gives the rest") {
  const Technology t = with_transistors();
  SarAdc adc = sar_by(AdcCostModel::survey);
  CHECK(adc_price_because(adc, t) == "survey: adc.cost.model says so");
  adc.common.cost.given.energy_J = 1e-12;
  CHECK(adc_price_because(adc, t) == "adc.cost.energy is given; area by survey: adc.cost.model says so");
  adc.common.cost.given.area_m2 = 1e-9;
  CHECK(adc_price_because(adc, t) == "adc.cost.energy and adc.cost.area are given");
  adc.common.cost.given.energy_J.reset();
  CHECK(adc_price_because(adc, t) == "adc.cost.area is given; energy by survey: adc.cost.model says so");
}

}  // namespace bitline::adc_population_test
