// SPDX-License-Identifier: Apache-2.0
// Devices as configs: levels, keys, refusals. Statistical bounds: tests/device/device_cases.h.
#include "base/config_reader.h"
#include "tests/device/device_cases.h"

namespace bitline::device_config_test {
using namespace device;
using namespace bitline::test;

TEST_CASE("levels are linear between g_min and g_max or as the table says") {
  Device d = device_40uS();
  CHECK(level_conductance(d, 0, 8) == 2 * uS);
  CHECK(level_conductance(d, 7, 8) == doctest::Approx(40 * uS).epsilon(1e-15).scale(1e-30));
  CHECK(level_conductance(d, 3, 20) == doctest::Approx(8 * uS).epsilon(1e-15).scale(1e-30));
  CHECK(level_conductance(d, 0, 1) == 2 * uS);
  CHECK_THROWS_WITH_AS(level_conductance(d, 8, 8), doctest::Contains("no level 8 in a device of 8 levels"), InputError);
  CHECK_THROWS_AS(level_conductance(d, -1, 8), InputError);
  CHECK_THROWS_AS(level_conductance(d, 0, 0), InputError);

  d.levels_S = {1 * uS, 4 * uS, 4 * uS, 30 * uS};
  CHECK(level_conductance(d, 1, 4) == 4 * uS);
  CHECK(level_conductance(d, 2, 4) == 4 * uS);
  CHECK(level_conductance(d, 3, 4) == 30 * uS);
  CHECK_THROWS_WITH_AS(level_conductance(d, 1, 8), doctest::Contains("lists 4 levels, the weights need 8"), InputError);
  d.levels_S = {1 * uS, 4 * uS, 3 * uS, 30 * uS};
  CHECK_THROWS_AS(level_conductance(d, 2, 4), InputError);
}

TEST_CASE("bad numbers are refused, not written") {
  const Device d = device_40uS();
  CHECK_THROWS_WITH_AS(write(d, singles(3), std::nan("")), doctest::Contains("weight 0 of layer 2"), InputError);
  CHECK_THROWS_AS(write(d, singles(3), -1 * uS), InputError);
  CHECK_THROWS_AS(write(d, singles(3), INFINITY), InputError);
  const CellId one[] = {{}};
  CHECK_THROWS_AS(aged(d, -1, one, std::vector{20 * uS}), InputError);
  CHECK_THROWS_AS(aged(d, std::nan(""), one, std::vector{20 * uS}), InputError);
  std::vector<double> short_span(2);
  CHECK_THROWS(write_cells(d, 0, draws, singles(3), std::vector<double>(3, uS), short_span));
  CHECK_THROWS(age_cells(d, 1, draws, singles(3), std::vector<double>(3, uS), {}, short_span));
}

TEST_CASE("a device reads from YAML") {
  const char* text = R"(
g_min: 1 uS
g_max: 20 uS
levels: [1 uS, 8 uS, 20 uS]
write: {type: level-accuracy, accuracy: 84.56 %}
relaxation: {type: log-time, t0: 10 ms, sigma: [1 uS, -0.2 uS], sigma_per_decade: [0.5 uS], shift: [0.1 uS],
             shift_per_decade: [0 S, -0.4 uS]}
drift: {type: power-law, t0: 20 s, nu_mean: 0.05, nu_sigma: 0.01}
read_noise: {sigma: 0.1 uS, relative: 1 %}
faults: {stuck_on: 1 %, stuck_off: 2 %, dead_row: 0.1 %, dead_column: 0.2 %}
spread: {device_to_device: 1.93 %, cycle_to_cycle: 1.21 %}
)";
  ConfigReader reader(parse_yaml(text, "device.yaml"), {});
  Device d;
  reader.read(d);
  reader.finish();
  CHECK(check(d).empty());
  CHECK(d.g_min_S == doctest::Approx(1e-6));
  CHECK(d.g_max_S == doctest::Approx(20e-6));
  REQUIRE(d.levels_S.size() == 3);
  CHECK(d.levels_S[1] == doctest::Approx(8e-6));
  CHECK(std::get<LevelAccuracyWrite>(d.write).accuracy == doctest::Approx(0.8456));
  const auto& r = std::get<LogTimeRelaxation>(d.relaxation);
  CHECK(r.t0_s == doctest::Approx(0.01));
  CHECK(r.sigma_S.at(1) == doctest::Approx(-0.2e-6));
  CHECK(r.sigma_per_decade_S.at(0) == doctest::Approx(0.5e-6));
  CHECK(r.shift_S.at(0) == doctest::Approx(0.1e-6));
  CHECK(r.shift_per_decade_S.at(1) == doctest::Approx(-0.4e-6));
  const auto& drift = std::get<PowerLawDrift>(d.drift);
  CHECK(drift.t0_s == 20);
  CHECK(drift.nu_mean == doctest::Approx(0.05));
  CHECK(drift.nu_sigma == doctest::Approx(0.01));
  CHECK(d.read_noise.sigma_S == doctest::Approx(0.1e-6));
  CHECK(d.read_noise.relative == doctest::Approx(0.01));
  CHECK(d.faults.stuck_on == doctest::Approx(0.01));
  CHECK(d.faults.stuck_off == doctest::Approx(0.02));
  CHECK(d.faults.dead_row == doctest::Approx(0.001));
  CHECK(d.faults.dead_column == doctest::Approx(0.002));
  CHECK(d.spread.device_to_device == doctest::Approx(0.0193));
  CHECK(d.spread.cycle_to_cycle == doctest::Approx(0.0121));

  const char* other =
      "{g_min: 0 S, g_max: 40 uS, write: {type: gaussian, sigma: [1 uS, 2 uS]}, "
      "drift: {type: double-exponential, g_rest: 1 uS, share1: 30 %, tau1: 69 ms, tau2: 240 ms}}";
  ConfigReader second(parse_yaml(other, "other.yaml"), {});
  second.read(d);
  second.finish();
  CHECK(std::get<GaussianWrite>(d.write).sigma_S == std::vector{1e-6, 2e-6});
  const auto& rest = std::get<DoubleExponentialDrift>(d.drift);
  CHECK(rest.g_rest_S == doctest::Approx(1e-6));
  CHECK(rest.share1 == doctest::Approx(0.3));
  CHECK(rest.tau1_s == doctest::Approx(0.069));
  CHECK(rest.tau2_s == doctest::Approx(0.24));

  for (const char* wrong :
       {"{g_min: 1 uS}", "{g_min: 1 uS, g_max: 2 V}", "{g_min: 1 uS, g_max: 20 uS, faults: {stuck_on: 120 %}}",
        "{g_min: 1 uS, g_max: 20 uS, write: {type: gauss}}", "{g_min: -1 uS, g_max: 20 uS}",
        "{g_min: 1 uS, g_max: 20 uS, drift: {type: power-law, t0: 0 s}}",
        "{g_min: 1 uS, g_max: 20 uS, write: {type: window, sigma: 1 uS}}"}) {
    CAPTURE(wrong);
    ConfigReader bad(parse_yaml(wrong, "wrong.yaml"), {});
    Device ignored;
    CHECK_THROWS_AS((bad.read(ignored), bad.finish()), ConfigError);
  }
}

TEST_CASE("what only several fields together get wrong is found") {
  CHECK(check(Device{}).empty());
  Device d;
  d.g_min_S = d.g_max_S;
  d.levels_S = {3 * uS, 2 * uS};
  d.write = GaussianWrite{};
  d.faults = {.stuck_on = 0.6, .stuck_off = 0.5};
  const auto found = check(d);
  REQUIRE(found.size() == 4);
  CHECK(found[0].path == "g_max");
  CHECK(found[1].path == "levels");
  CHECK(found[2].path == "write.sigma");
  CHECK(found[3].path == "faults.stuck_off");
  for (const Diagnostic& f : found) CHECK_FALSE(f.remedy.empty());
  d = {};
  d.levels_S = {2 * uS, 2 * uS};
  CHECK(check(d).size() == 1);
  d = {};
  d.write = LevelAccuracyWrite{1.0};
  CHECK(check(d).size() == 1);
}

}  // namespace bitline::device_config_test
