// SPDX-License-Identifier: Apache-2.0
// Our parts beside published ones: the regression's vectors, places among published converters, single parts.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "periphery/adc/adc.h"
#include "periphery/digital/digital_unit.h"
#include "periphery/logic/arithmetic.h"
#include "periphery/published/published_adcs.h"
#include "periphery/published/published_parts.h"
#include "periphery/published/survey_vectors.h"
#include "tests/periphery/technology.h"

namespace bitline::published_test {
using namespace periphery;

namespace {

const std::filesystem::path data = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs/validation/data";

// Simple enough to tell apart by hand.
Technology simple() {
  Technology t;
  t.node_m = 65e-9;
  t.vdd_V = 1;
  t.clock_Hz = 1e8;
  t.sram_cell_m2 = 0.5e-12;
  Transistor x;
  x.gate_F_per_m = x.drain_F_per_m = 1e-9;
  x.drive_n_A_per_m = x.drive_p_A_per_m = 300;
  x.off_decade_K = 75;
  x.gate_width_m = 0.4e-6;
  x.gate_pitch_m = 0.2e-6;
  x.cell_height_m = 1.4e-6;
  t.transistor = x;
  return t;
}

PublishedAdc converter(double bits, double node_m, double energy_J, AdcFamily family = AdcFamily::sar) {
  PublishedAdc a;
  a.bits = bits;
  a.node_m = node_m;
  a.energy_J = energy_J;
  a.family = family;
  return a;
}

}  // namespace

TEST_CASE("the regression agrees with all shipped vectors of the published model") {
  auto vectors = read_survey_vectors(data / "adc_survey_vectors.csv");
  const SurveyAgreement all = survey_agreement(vectors);
  CHECK(all.vectors == 378);
  CHECK(all.energy < survey_agreement_goal);
  CHECK(all.area < survey_agreement_goal);
  CHECK(all.energy > 1e-9);  // vectors are rounded
  vectors[7].energy_J *= 1.01;
  CHECK(survey_agreement(vectors).energy == doctest::Approx(0.01 / 1.01).epsilon(1e-3));
}

TEST_CASE("families of architectures") {
  CHECK(adc_family("SAR") == AdcFamily::sar);
  CHECK(adc_family("SAR, TI") == AdcFamily::sar);
  CHECK(adc_family("SAR, Pipe") == AdcFamily::pipeline);
  CHECK(adc_family("SAR, SDSC, BP") == AdcFamily::sigma_delta);
  CHECK(adc_family("SAR, VCO") == AdcFamily::other);
  CHECK(adc_family("Flash, TI") == AdcFamily::flash);
  CHECK(adc_family("Folding Flash") == AdcFamily::other);
}

TEST_CASE("the published survey") {
  const auto all = read_published_adcs(data / "adc_survey_murmann.csv");
  CHECK(all.size() == 725);
  std::size_t below = 0, cmos = 0;
  for (const PublishedAdc& a : all) {
    below += a.energy_J < published_envelope_J(a.bits);
    cmos += a.node_m.has_value();
  }
  CHECK(below == 4);
  CHECK(cmos > 650);
  CHECK(cmos < all.size());
}

TEST_CASE("a place among published converters counts what is comparable only") {
  std::vector<PublishedAdc> all;
  for (const double energy_J : {1e-12, 2e-12, 4e-12, 8e-12}) all.push_back(converter(8, 65e-9, energy_J));
  all.push_back(converter(8.4, 65e-9 * 1.59, 1e-12, AdcFamily::flash));
  all.push_back(converter(8.6, 65e-9, 1e-12));      // too many bits
  all.push_back(converter(8, 65e-9 * 1.7, 1e-12));  // too old
  all.push_back(converter(8, 65e-9 / 1.7, 1e-12));  // too new
  all.push_back(converter(8, 65e-9, 1e-12));
  all.back().node_m.reset();  // no plain CMOS
  const AdcPlace place = place_among(all, 8, 65e-9, 4e-12);
  CHECK(place.count == 5);
  CHECK(place.share == doctest::Approx(3.5 / 5));  // an equal one counts half
  const AdcPlace of_sar = place_among(all, 8, 65e-9, 4e-12, AdcFamily::sar);
  CHECK(of_sar.count == 4);
  CHECK(of_sar.share == doctest::Approx(2.5 / 4));
  CHECK(place_among(all, 3, 65e-9, 1).count == 0);
}

TEST_CASE("our converters among published ones: at their own rates, by both models") {
  const NamedTechnology technologies[] = {{"simple", simple()}};
  const auto ours = compare_adcs({}, technologies);
  REQUIRE(ours.size() == 12);
  CHECK(ours[0].kind == "SAR");
  CHECK(ours[0].rate_Hz == doctest::Approx(1e8 / 5));
  CHECK(ours[4].rate_Hz == doctest::Approx(1e8));          // flash
  CHECK(ours[11].rate_Hz == doctest::Approx(1e8 / 1024));  // ramp of 10 bits
  for (const AdcComparison& c : ours) {
    CHECK(c.circuit_J > 0);
    CHECK(c.circuit.count == 0);
  }
  CHECK(ours[2].survey_J == adc_survey_regression(8, 65e-9, ours[2].rate_Hz).energy_J);
  CHECK(ours[6].survey_J == doctest::Approx(ours[2].survey_J * ours[6].circuit_J / ours[2].circuit_J));  // flash
  SarAdc sar;
  sar.common.bits = 8;
  CHECK(ours[2].circuit_J == adc_circuit(sar, simple(), 1).energy_J);
  const NamedTechnology bare[] = {{"bare", Technology{}}};
  CHECK_THROWS_AS(compare_adcs({}, bare), ConfigError);
}

TEST_CASE("single parts of the shipped file are what the part models give") {
  std::set<std::string> asked;
  const auto parts = compare_parts(data / "parts.csv", [&](const std::string& name) {
    asked.insert(name);
    return simple();
  });
  CHECK(asked == std::set<std::string>{"130nm", "32nm", "45nm", "65nm"});
  CHECK(parts.size() > 25);
  bool adder = false, at_lower_supply = false, area = false;
  for (const PartComparison& p : parts) {
    CHECK(p.published > 0);
    CHECK(p.ours > 0);
    CHECK(!p.source.empty());
    const bool known =
        p.status == "measured" || p.status == "scaled" || p.status == "synthesized" || p.status == "estimated";
    CHECK(known);
    if (p.part == "32-bit adder in a cycle of 1 ns" && !p.is_area) {
      adder = true;
      CHECK(p.published == doctest::Approx(0.21e-12));
      CHECK(p.ours == doctest::Approx(32 * adder_bit(simple()).energy_J));
    }
    if (p.part == "8-bit addition" && !p.is_area) {
      at_lower_supply = true;
      CHECK(p.vdd_V == 0.9);
      CHECK(p.ours == doctest::Approx(8 * 0.81 * adder_bit(simple()).energy_J));
    }
    if (p.part == "register of one bit" && p.is_area) {
      area = true;
      CHECK(p.published == doctest::Approx(5.98e-12));
      CHECK(p.ours == register_bit(simple()).area_m2);
    }
  }
  CHECK(adder);
  CHECK(at_lower_supply);
  CHECK(area);
}

namespace {

// The least factor within which at least 90 % of the compared parts lie around ours.
double factor_of_90(const std::vector<PartComparison>& parts, const std::function<bool(const PartComparison&)>& counts,
                    std::size_t expected) {
  std::vector<double> factors;
  for (const PartComparison& p : parts)
    if (counts(p)) factors.push_back(std::max(p.ours / p.published, p.published / p.ours));
  REQUIRE(factors.size() == expected);
  std::sort(factors.begin(), factors.end());
  const std::size_t inside = (9 * factors.size() + 9) / 10;
  return factors[inside - 1];
}

}  // namespace

TEST_CASE("spreads of circuits and of arithmetic are those of the table of published parts") {
  std::map<std::string, Technology> technologies;
  for (const test::NamedTechnology& named : test::shipped_technologies()) technologies[named.name] = named.technology;
  const auto parts = compare_parts(data / "parts.csv", [&](const std::string& name) { return technologies.at(name); });
  const auto of = [](bool area, const std::vector<std::string>& models, bool in) {
    return [=](const PartComparison& p) {
      const bool named =
          std::any_of(models.begin(), models.end(), [&](const auto& m) { return p.model.starts_with(m); });
      return p.is_area == area && named == in;
    };
  };
  const std::vector<std::string> converters = {"SAR converter"}, arithmetic = {"ripple-carry adder", "array of"};
  // The constants have two or three digits.
  CHECK(factor_of_90(parts, of(false, converters, false), 14) == doctest::Approx(circuit_energy_spread).epsilon(0.01));
  CHECK(factor_of_90(parts, of(true, converters, false), 13) == doctest::Approx(circuit_area_spread).epsilon(0.01));
  CHECK(factor_of_90(parts, of(false, arithmetic, true), 7) == doctest::Approx(arithmetic_energy_spread).epsilon(0.01));
  CHECK(factor_of_90(parts, of(true, arithmetic, true), 7) == doctest::Approx(arithmetic_area_spread).epsilon(0.01));
}

}  // namespace bitline::published_test
