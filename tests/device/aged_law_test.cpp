// SPDX-License-Identifier: Apache-2.0
// The law of aged devices against draws of the very ageing code, and against integrals done by hand. Statistical
// bounds: tests/device/device_cases.h; that of a standard deviation is 5 of its own standard errors, from the fourth
// moment of the draws (false alarm 6e-7 where that is close to normal).
#include "device/aged_law.h"

#include <numbers>

#include "device/drift.h"
#include "tests/device/device_cases.h"

namespace bitline::aged_law_test {
using namespace device;
using namespace bitline::test;

namespace {

void check_draws(const Device& d, double t_s, double written_S) {
  CAPTURE(t_s);
  CAPTURE(written_S);
  const auto g = aged(d, t_s, singles(many), std::vector<double>(many, written_S));
  const AgedLaw law = aged_law(d, written_S, t_s);
  const double m = mean_of(g), s = sigma_of(g), n = many;
  double fourth = 0;
  for (const double v : g) fourth += std::pow(v - m, 4) / n;
  CHECK(s > 0);
  CHECK(std::abs(m - law.mean_S) < 5 * s / std::sqrt(n));
  CHECK(std::abs(s * s - law.sigma_S * law.sigma_S) < 5 * std::sqrt((fourth - s * s * s * s) / n));
}

// Quantiles of a normal law of sigma 1 uS, twice as wide above the middle.
MeasuredRelaxation lopsided() {
  MeasuredRelaxation r;
  for (const double g_S : {2 * uS, 40 * uS}) {
    MeasuredLevel& level = r.levels.emplace_back(MeasuredLevel{g_S, {}});
    for (const double t_s : {1.0, 1e4}) {
      MeasuredChange& change = level.at.emplace_back(MeasuredChange{t_s, {}});
      for (int k = -12; k <= 12; ++k)
        change.change_S.push_back(k / 4.0 * (k > 0 ? 2 * uS : uS) * (1 + std::log10(t_s) / 4));
    }
  }
  return r;
}

}  // namespace

TEST_CASE("the law of aged devices is what drawing ever more of them tends to") {
  const LogTimeRelaxation log_time{.t0_s = 1,
                                   .sigma_S = {1 * uS, 2 * uS},
                                   .sigma_per_decade_S = {0.5 * uS},
                                   .shift_S = {-0.2 * uS},
                                   .shift_per_decade_S = {-0.3 * uS, 0.2 * uS}};
  const LevelRelaxation by_level{
      .t0_s = 1, .levels = {{2 * uS, 1 * uS, 0.4 * uS, 0, 0.1 * uS}, {40 * uS, 3 * uS, 1 * uS, -1 * uS, -0.5 * uS}}};
  const std::vector<Relaxation> relaxations{NoRelaxation{}, log_time, by_level, lopsided()};
  const std::vector<Drift> drifts{
      NoDrift{}, PowerLawDrift{.nu_mean = 0.03, .nu_sigma = 0.03}, StateDrift{},
      DoubleExponentialDrift{
          .g_rest_S = 6 * uS, .share1 = 0.3, .tau1_s = 10, .tau2_s = 4e3, .share1_below = 0.8, .tau1_below_s = 100}};
  const std::vector<SlowNoise> noises{NoSlowNoise{}, FlickerNoise{.q1 = 0.05}, TelegraphNoise{.share = 0.4}};
  Device d = device_40uS();
  d.thermal = {.reference_K = 300, .relaxation_eV = 0.2, .drift_eV = 0.3};
  d.temperature_K = 320;
  for (const auto& relaxation : relaxations)
    for (const auto& drift : drifts)
      for (const auto& noise : noises) {
        d.relaxation = relaxation, d.drift = drift, d.slow_noise = noise;
        CAPTURE(relaxation.index());
        CAPTURE(drift.index());
        CAPTURE(noise.index());
        const bool spread = relaxation.index() > 0 || noise.index() > 0 || DriftedAt(drift, d.g_max_S, 1).by_device();
        if (!spread) continue;
        // Near 0, where some devices are cut off, and far from it.
        for (const double written_S : {2 * uS, 30 * uS}) check_draws(d, 3000, written_S);
      }
}

TEST_CASE("measured quantiles bend where they lie") {
  // Eleven of them, 0.6 scores apart: steep beyond the middle three. Against a plain sum over scores.
  MeasuredRelaxation r;
  MeasuredLevel& level = r.levels.emplace_back(MeasuredLevel{20 * uS, {}});
  const auto change = [](double z) {
    return std::abs(z) < 0.6 ? z * 0.1 * uS : std::copysign(0.06 + (std::abs(z) - 0.6) * 2, z) * uS;
  };
  for (const double t_s : {1.0, 1e4}) {
    MeasuredChange& at = level.at.emplace_back(MeasuredChange{t_s, {}});
    for (int k = -5; k <= 5; ++k) at.change_S.push_back(change(0.6 * k));
  }
  double square = 0;
  constexpr double step = 1e-5;
  for (double z = -8 + step / 2; z < 8; z += step)
    square += change(z) * change(z) * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi) * step;
  Device d = device_40uS();
  d.relaxation = r;
  const AgedLaw law = aged_law(d, 20 * uS, 100);
  CHECK(law.mean_S == doctest::Approx(20 * uS).epsilon(1e-9));
  CHECK(law.sigma_S == doctest::Approx(std::sqrt(square)).epsilon(1e-6));
}

TEST_CASE("the law of aged devices in closed forms") {
  const double t_s = 1e5;
  Device d = device_40uS();
  const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-9).scale(1e-30); };
  const auto above = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  const auto density = [](double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * 3.141592653589793); };

  // Nothing ages: nothing spreads.
  CHECK(aged_law(d, 20 * uS, t_s).mean_S == 20 * uS);
  CHECK(aged_law(d, 20 * uS, t_s).sigma_S == 0);

  // A normal law cut off at 0: mean m Phi(m/s) + s phi(m/s), mean square (m^2 + s^2) Phi(m/s) + m s phi(m/s).
  d.relaxation = LogTimeRelaxation{.t0_s = t_s, .sigma_S = {3 * uS}, .shift_S = {-1 * uS}};
  for (const double written_S : {1 * uS, 3 * uS, 20 * uS}) {
    const double m = written_S - uS, s = 3 * uS, z = m / s;
    const double first = m * above(z) + s * density(z), second = (m * m + s * s) * above(z) + m * s * density(z);
    const AgedLaw law = aged_law(d, written_S, t_s);
    CHECK(law.mean_S == near(first));
    CHECK(law.sigma_S == near(std::sqrt(second - first * first)));
  }

  // Exponents that are cut or folded at 0: with a = k ln(1 + t/t0) the mean of exp(-a max(0, N)) is
  // Phi(-m/s) + E, E = exp(-a m + a^2 s^2 / 2) Phi(m/s - a s); of exp(-a |N|) it is E + the same with -m.
  d.relaxation = NoRelaxation{};
  const double m = 0.02, s = 0.03, ln_time = std::log1p(t_s / 20);
  const auto part = [&](double a, double m) { return std::exp(-a * m + a * a * s * s / 2) * above(m / s - a * s); };
  const auto check = [&](auto factor) {
    const double first = factor(ln_time), second = factor(2 * ln_time);
    const AgedLaw law = aged_law(d, 20 * uS, t_s);
    CHECK(law.mean_S == near(20 * uS * first));
    CHECK(law.sigma_S == near(20 * uS * std::sqrt(second - first * first)));
  };
  d.drift = PowerLawDrift{.t0_s = 20, .nu_mean = m, .nu_sigma = s};
  check([&](double a) { return above(-m / s) + part(a, m); });
  d.drift = StateDrift{.t0_s = 20, .nu_mean = {0, m, 0, 1}, .nu_sigma = {0, s, 0, 1}};
  check([&](double a) { return part(a, m) + part(a, -m); });

  // A trap of one time constant: half of the traps that moved raise, half lower.
  d.drift = NoDrift{};
  d.slow_noise = TelegraphNoise{.share = 0.4, .amplitude = 0.1, .tau_min_s = t_s, .tau_max_s = t_s};
  CHECK(aged_law(d, 20 * uS, t_s).mean_S == near(20 * uS));
  CHECK(aged_law(d, 20 * uS, t_s).sigma_S == near(2 * uS * std::sqrt(0.4 * 0.5 * (1 - std::exp(-1)))));
  // 1/f noise is seen before any time has passed, relaxation and drift are not.
  d.slow_noise = FlickerNoise{};
  d.drift = PowerLawDrift{.nu_mean = 0.1, .nu_sigma = 0.1};
  CHECK(aged_law(d, 40 * uS, 0).mean_S == near(40 * uS));
  CHECK(aged_law(d, 40 * uS, 0).sigma_S == near(40 * uS * 0.0088 * std::sqrt(std::log((20 + 250e-9) / 500e-9))));
  CHECK_THROWS_AS(aged_law(d, 40 * uS, -1), InputError);
}

}  // namespace bitline::aged_law_test
