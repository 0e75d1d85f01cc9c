// SPDX-License-Identifier: Apache-2.0
// Phase-change memory and slow noise: the constants of IBM/aihwkit at its conductances, and laws of noise that is
// correlated over reads. Bounds: tests/device/device_cases.h.
#include <filesystem>

#include "base/config_reader.h"
#include "tests/device/device_cases.h"

namespace bitline::pcm_test {
using namespace device;
using namespace bitline::test;

namespace {

Device shipped(const char* name) {
  const std::filesystem::path folder = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  const ConfigPath where{{folder}};
  ConfigReader reader(load_config(folder / "device" / (std::string(name) + ".yaml"), {}, where), where);
  Device d;
  reader.read(d);
  reader.finish();
  CHECK(check(d).empty());
  return d;
}

}  // namespace

TEST_CASE("phase-change memory has aihwkit's constants at its conductances") {
  const Device pcm = shipped("pcm");
  CHECK(pcm.g_max_S == doctest::Approx(25 * uS));
  struct Point {
    double g, sigma, nu_mean, nu_sd, q;
  };
  // device_noise_models.json, pcm_aihwkit.test, to its last digit.
  const Point points[] = {{0.1, 0.271321, 0.1, 0.045, 0.2},
                          {1, 0.340203, 0.074293, 0.034336, 0.071309},
                          {2.5, 0.448249, 0.06009, 0.022882, 0.039308},
                          {5, 0.609556, 0.049346, 0.014218, 0.02505},
                          {10, 0.861784, 0.049, 0.008, 0.015964},
                          {15, 1.020164, 0.049, 0.008, 0.012265},
                          {20, 1.084696, 0.049, 0.008, 0.010174},
                          {25, 1.05538, 0.049, 0.008, 0.0088}};
  const auto& drift = std::get<StateDrift>(pcm.drift);
  const auto& flicker = std::get<FlickerNoise>(pcm.slow_noise);
  // A device that its write error raises, so that the clamp at 0 is out of sight.
  CellId one[] = {{3, 0, 0, 0}};
  double z = 0;
  while (z < 0.5) z = draws.normal4({.purpose = Purpose::write_error, .layer = 3, .place = ++one[0].weight})[0];
  for (const Point& p : points) {
    CAPTURE(p.g);
    CHECK(std::abs((write(pcm, one, p.g * uS)[0] - p.g * uS) / z / uS - p.sigma) < 0.6e-6);
    CHECK(std::abs(drift.nu_mean.at(p.g / 25) - p.nu_mean) < 0.6e-6);
    CHECK(std::abs(drift.nu_sigma.at(p.g / 25) - p.nu_sd) < 0.6e-6);
    for (const double t_s : {0.0, 1.0, 3600.0, 3.15576e7})
      CHECK(std::abs(flicker.relative_sigma(p.g / 25, t_s) / std::sqrt(std::log((t_s + 20 + 250e-9) / 500e-9)) - p.q) <
            0.6e-6);
  }
  CHECK(drift.nu_mean.at(0) == 0.1);
  CHECK(drift.nu_sigma.at(0) == 0.045);
}

TEST_CASE("exponents that depend on the state are |mean + sigma z|") {
  Device d = device_40uS();
  d.g_max_S = 25 * uS;
  d.drift = StateDrift{};
  const auto ids = singles(many);
  const std::vector<double> start(many, 2.5 * uS);
  auto nu = aged(d, 180, ids, start);
  for (double& v : nu) v = -std::log(v / (2.5 * uS)) / std::log(10.0);
  // Folded at 0, 2.6 sigma from the mean.
  const double m = 0.06009, s = 0.022882;
  const auto cdf = [&](double x) {
    const auto phi = [](double v) { return 0.5 * std::erfc(-v / std::sqrt(2.0)); };
    return x < 0 ? 0 : phi((x - m) / s) - phi((-x - m) / s);
  };
  CHECK(kolmogorov(nu, cdf) < 2.7);
}

TEST_CASE("1/f noise: its variance grows with the observed time, and reads soon after each other share it") {
  Device d = device_40uS();
  d.slow_noise = FlickerNoise{.q1 = 0.01, .exponent = 0, .q_max = 1, .t0_s = 0, .t_read_s = 1e-6};
  const auto ids = singles(many);
  const std::vector<double> start(many, 20 * uS);
  const auto at = [&](double t_s) { return aged(d, t_s, ids, start); };
  for (const double t_s : {1e-3, 1.0, 1e5})
    check_normal(at(t_s), 20 * uS, 0.2 * uS * std::sqrt(std::log((t_s + 1e-6) / 2e-6)));
  CHECK(at(0) == start);
  // 1 s and 1.001 s share the components slower than a few milliseconds; 1 s and 1e5 s hardly any.
  const double near = correlation(at(1.0), at(1.001)), far = correlation(at(1.0), at(1e5));
  CHECK(near > 0.35);
  CHECK(near < 0.75);
  CHECK(std::abs(far) < 0.05);
}

TEST_CASE("telegraph noise: the share in its other state grows with the observed time") {
  Device d = device_40uS();
  d.slow_noise = TelegraphNoise{.share = 0.4, .amplitude = 0.1, .tau_min_s = 1, .tau_max_s = 1};
  const auto ids = singles(many);
  const std::vector<double> start(many, 20 * uS);
  for (const double t_s : {0.5, 100.0}) {
    const auto g = aged(d, t_s, ids, start);
    const double moved = 0.4 * 0.5 * (1 - std::exp(-t_s));
    check_share(std::count(g.begin(), g.end(), 20 * uS * 1.1) / double(many), moved / 2, many);
    check_share(std::count(g.begin(), g.end(), 20 * uS * 0.9) / double(many), moved / 2, many);
  }
  CHECK(aged(d, 0, ids, start) == start);
}

TEST_CASE("double exponentials of a tunnel junction, after potentiation and depression") {
  Device d = device_40uS();
  d.drift = DoubleExponentialDrift{
      .g_rest_S = 5 * uS, .share1 = 0.5, .tau1_s = 0.069, .tau2_s = 0.24, .tau1_below_s = 0.066, .tau2_below_s = 0.38};
  const CellId two[] = {{0, 0, 0, 0}, {0, 0, 0, 1}};
  const auto g = aged(d, 0.1, two, std::vector{15 * uS, 1 * uS});
  CHECK(g[0] == doctest::Approx((5 + 5 * (std::exp(-0.1 / 0.069) + std::exp(-0.1 / 0.24))) * uS).scale(1e-30));
  CHECK(g[1] == doctest::Approx((5 - 2 * (std::exp(-0.1 / 0.066) + std::exp(-0.1 / 0.38))) * uS).scale(1e-30));
}

TEST_CASE("heat speeds up time by Arrhenius' law") {
  CHECK(arrhenius(0.7, 300, 300) == 1);
  CHECK(arrhenius(0.7, 300, 358.15) == doctest::Approx(81.3).epsilon(0.01));
  Device d = device_40uS(), warm = d;
  d.drift = warm.drift = PowerLawDrift{.t0_s = 20, .nu_mean = 0.06};
  d.relaxation = warm.relaxation = LogTimeRelaxation{.t0_s = 1, .shift_per_decade_S = {-1 * uS}};
  warm.temperature_K = 350;
  const CellId one[] = {{}};
  CHECK(aged(warm, 100, one, std::vector{20 * uS}) == aged(d, 100, one, std::vector{20 * uS}));
  warm.thermal = {.reference_K = 300, .relaxation_eV = 0.23, .drift_eV = 0.7};
  const double relax_s = 100 * arrhenius(0.23, 300, 350), drift_s = 100 * arrhenius(0.7, 300, 350);
  CHECK(
      aged(warm, 100, one, std::vector{20 * uS})[0] ==
      doctest::Approx((20 - std::log10(relax_s)) * uS * std::pow(1 + drift_s / 20, -0.06)).epsilon(1e-12).scale(1e-30));
}

}  // namespace bitline::pcm_test
