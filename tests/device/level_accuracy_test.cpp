// SPDX-License-Identifier: Apache-2.0
// Level accuracy against closed forms, and against a Monte Carlo that shares no code with it: its own generator, its
// own normal transform, its own nearest level. Monte Carlo bounds are 5 sigma of the binomial (false alarm 6e-7 per
// check).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "device/device.h"

namespace bitline::level_accuracy_test {
using namespace device;

namespace {

constexpr double uS = 1e-6;

double phi_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// One-sided codes: +k is (g_min + k step, g_min).
std::vector<LevelCase> pairs(double g_min, double step, int highest, auto weight_of) {
  std::vector<LevelCase> cases;
  for (int k = -highest; k <= highest; ++k) {
    cases.push_back({g_min + std::max(k, 0) * step, g_min + std::max(-k, 0) * step, k, weight_of(k)});
  }
  return cases;
}

double flat(int) { return 1; }
double peaked(int k) { return std::exp(-0.5 * k * k / 6.25); }  // like a trained network's histogram

// Box-Muller on mt19937_64, whose output the standard fixes.
struct Normal {
  std::mt19937_64 engine{20240607};
  double operator()() {
    const double u = ((engine() >> 11) + 0.5) * 0x1p-53, v = (engine() >> 11) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }
};

struct Estimate {
  double share, sigma;
};

Estimate monte_carlo(std::span<const LevelCase> cases, const LevelGrid& grid, double sigma_S, int samples_per_case) {
  Normal z;
  double share = 0, variance = 0, total = 0;
  for (const LevelCase& c : cases) {
    int hits = 0;
    for (int i = 0; i < samples_per_case; ++i) {
      const double a = std::max(0.0, c.positive_S + sigma_S * z());
      const double b = grid.pair ? std::max(0.0, c.negative_S + sigma_S * z()) : grid.g_min_S;
      const double level = std::clamp(std::round((a - b) / grid.step_S), 1.0 * grid.lowest, 1.0 * grid.highest);
      hits += level == c.level;
    }
    const double p = 1.0 * hits / samples_per_case;
    share += c.weight * p;
    variance += c.weight * c.weight * p * (1 - p) / samples_per_case;
    total += c.weight;
  }
  return {share / total, std::sqrt(variance) / total};
}

}  // namespace

TEST_CASE("level accuracy: closed form of a pair far above zero conductance") {
  const double step = 2 * uS, g_min = 100 * uS;
  const LevelGrid grid{.pair = true, .step_S = step, .g_min_S = g_min, .lowest = -7, .highest = 7};
  for (const double sigma : {0.05 * uS, 0.3 * uS, 0.7 * uS, 1.5 * uS, 5 * uS}) {
    CAPTURE(sigma);
    // G+ - G- is normal with sigma sqrt(2).
    const double inner = std::erf(step / 2 / (2 * sigma)), end = phi_cdf(step / 2 / (std::numbers::sqrt2 * sigma));
    for (const int k : {-7, -6, 0, 3, 7}) {
      const LevelCase one[] = {{g_min + std::max(k, 0) * step, g_min + std::max(-k, 0) * step, k, 1}};
      CHECK(level_accuracy(one, grid, sigma) == doctest::Approx(std::abs(k) == 7 ? end : inner).epsilon(1e-11));
    }
    CHECK(level_accuracy(pairs(g_min, step, 7, flat), grid, sigma) ==
          doctest::Approx((13 * inner + 2 * end) / 15).epsilon(1e-11));
  }
}

TEST_CASE("level accuracy: closed form of the zero level with both devices at zero conductance") {
  // Both are 0 with probability 1/4; one is, the other below h: 2 x 1/2 (Phi(h) - 1/2); both positive and closer than
  // h: with U, V the difference and sum over sqrt(2), |U| < V and |U| < h / sqrt(2): 2 int_0^c phi(u) (1 - Phi(u)) du.
  const double step = 3 * uS;
  const LevelGrid grid{.pair = true, .step_S = step, .g_min_S = 0, .lowest = -3, .highest = 3};
  const LevelCase zero[] = {{0, 0, 0, 1}};
  for (const double sigma : {0.2 * uS, 1 * uS, 2 * uS, 10 * uS}) {
    const double h = step / 2 / sigma, c = phi_cdf(h / std::numbers::sqrt2);
    const double expected = 0.25 + (phi_cdf(h) - 0.5) + 2 * (c - c * c / 2 - 0.375);
    CHECK(level_accuracy(zero, grid, sigma) == doctest::Approx(expected).epsilon(1e-11));
  }
}

TEST_CASE("level accuracy: closed form of a single device, with end levels and clamping") {
  const double step = 2 * uS, g_min = 0.5 * uS, sigma = 1.3 * uS;
  const LevelGrid grid{.pair = false, .step_S = step, .g_min_S = g_min, .lowest = 0, .highest = 3};
  const double h = step / 2 / sigma;
  const double expected[] = {phi_cdf(h), 2 * phi_cdf(h) - 1, 2 * phi_cdf(h) - 1, phi_cdf(h)};
  for (int k = 0; k <= 3; ++k) {
    const LevelCase one[] = {{g_min + k * step, 123.0, k, 1}};  // no meaning in the second target
    CHECK(level_accuracy(one, grid, sigma) == doctest::Approx(expected[k]).epsilon(1e-12));
  }
}

TEST_CASE("level accuracy: pairs near zero conductance agree with Monte Carlo") {
  const double step = 2.7 * uS;
  for (const double g_min : {0.0, 0.5 * uS, 2 * uS}) {
    for (const double sigma : {0.6 * uS, 1.1 * uS, 2.5 * uS}) {
      CAPTURE(g_min);
      CAPTURE(sigma);
      const LevelGrid grid{.pair = true, .step_S = step, .g_min_S = g_min, .lowest = -7, .highest = 7};
      const auto cases = pairs(g_min, step, 7, peaked);
      const Estimate truth = monte_carlo(cases, grid, sigma, 40000);
      CHECK(std::abs(level_accuracy(cases, grid, sigma) - truth.share) < 5 * truth.sigma);
    }
  }
}

TEST_CASE("level accuracy: each level by itself agrees with Monte Carlo, also off its centre") {
  const LevelGrid grid{.pair = true, .step_S = 1 * uS, .g_min_S = 0, .lowest = -3, .highest = 3};
  const LevelCase cases[] = {{3.1 * uS, 0.2 * uS, 3, 1}, {0, 2.2 * uS, -2, 1}, {0.4 * uS, 1.2 * uS, -1, 1},
                             {1.3 * uS, 0, 1, 1},        {0, 3 * uS, -3, 1},   {5 * uS, 3.6 * uS, 1, 1}};
  for (const LevelCase& c : cases) {
    CAPTURE(c.level);
    const Estimate truth = monte_carlo({&c, 1}, grid, 0.8 * uS, 200000);
    CHECK(std::abs(level_accuracy({&c, 1}, grid, 0.8 * uS) - truth.share) < 5 * truth.sigma);
  }
}

TEST_CASE("level accuracy: limits of no and of huge error") {
  const LevelGrid grid{.pair = true, .step_S = 1 * uS, .g_min_S = 1 * uS, .lowest = -7, .highest = 7};
  const auto cases = pairs(1 * uS, 1 * uS, 7, flat);
  CHECK(level_accuracy(cases, grid, 0) == 1);
  CHECK(level_accuracy(cases, grid, 1e-4 * uS) == doctest::Approx(1).epsilon(1e-12));
  // Targets forgotten: both devices are 0 in 1/4 of the pairs, and G+ > G- in 3/8.
  const LevelCase zero[] = {cases[7]}, top[] = {cases[14]}, inner[] = {cases[10]};
  CHECK(level_accuracy(zero, grid, 1) == doctest::Approx(0.25).epsilon(1e-4));
  CHECK(level_accuracy(top, grid, 1) == doctest::Approx(0.375).epsilon(1e-4));
  CHECK(level_accuracy(inner, grid, 1) < 1e-4);
}

TEST_CASE("level accuracy: solving finds the sigma of the closed form and goes round") {
  const double step = 2 * uS, g_min = 100 * uS, sigma = 0.9 * uS;
  const LevelGrid far{.pair = true, .step_S = step, .g_min_S = g_min, .lowest = -7, .highest = 7};
  const double inner = std::erf(step / 2 / (2 * sigma)), end = phi_cdf(step / 2 / (std::numbers::sqrt2 * sigma));
  CHECK(solve_level_accuracy(pairs(g_min, step, 7, flat), far, (13 * inner + 2 * end) / 15) ==
        doctest::Approx(sigma).epsilon(1e-9));

  for (const double low : {0.0, 1 * uS}) {
    const LevelGrid grid{.pair = true, .step_S = 19 * uS / 7, .g_min_S = low, .lowest = -7, .highest = 7};
    const auto cases = pairs(low, grid.step_S, 7, peaked);
    for (const double accuracy : {0.3, 0.5, 0.8456, 0.99, 0.999999}) {
      CHECK(level_accuracy(cases, grid, solve_level_accuracy(cases, grid, accuracy)) ==
            doctest::Approx(accuracy).epsilon(1e-10));
    }
  }
  // Not the normal quantile: end levels and clamping at 0 allow more error than an inner level far from 0 does.
  const LevelGrid grid{.pair = true, .step_S = 19 * uS / 7, .g_min_S = 1 * uS, .lowest = -7, .highest = 7};
  double naive = 0;
  for (double s = 0.1 * uS; std::erf(grid.step_S / (4 * s)) > 0.8456; s += 1e-4 * uS) naive = s;
  CHECK(solve_level_accuracy(pairs(1 * uS, grid.step_S, 7, peaked), grid, 0.8456) > 1.005 * naive);
}

TEST_CASE("level accuracy: weights written with the solved sigma read back at the share asked for") {
  const double step = 19 * uS / 7, g_min = 1 * uS;
  const LevelGrid grid{.pair = true, .step_S = step, .g_min_S = g_min, .lowest = -7, .highest = 7};
  const auto cases = pairs(g_min, step, 7, peaked);
  double total = 0;
  for (const LevelCase& c : cases) total += c.weight;
  Device device;
  device.write = LevelAccuracyWrite{};
  std::vector<CellId> ids;
  std::vector<double> target;
  std::vector<int> levels;
  std::vector<LevelCase> mapped = cases;
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const int n = static_cast<int>(200000 * cases[k].weight / total);
    mapped[k].weight = n;
    for (int i = 0; i < n; ++i) {
      const auto weight = static_cast<std::uint32_t>(levels.size());
      ids.push_back({1, weight, 0, 0}), ids.push_back({1, weight, 0, 1});
      target.push_back(cases[k].positive_S), target.push_back(cases[k].negative_S);
      levels.push_back(cases[k].level);
    }
  }
  std::vector<double> written(ids.size());
  write_cells(device, solve_level_accuracy(mapped, grid, 0.8456), Random(7, 3), ids, target, written);
  int hits = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double level = std::round((written[2 * i] - written[2 * i + 1]) / step);
    hits += std::clamp(level, -7.0, 7.0) == levels[i];
  }
  const double n = static_cast<double>(levels.size());
  CHECK(std::abs(hits / n - 0.8456) < 5 * std::sqrt(0.8456 * 0.1544 / n));
}

TEST_CASE("level accuracy: what cannot be is refused with the numbers") {
  const LevelGrid grid{.pair = true, .step_S = 1 * uS, .g_min_S = 1 * uS, .lowest = -7, .highest = 7};
  const auto cases = pairs(1 * uS, 1 * uS, 7, flat);
  for (const double accuracy : {1.0, 1.5, 0.0, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_WITH_AS(solve_level_accuracy(cases, grid, accuracy), doctest::Contains("between 0 and 1"), InputError);
  }
  // Chance alone gives (1/4 + 2 x 3/8) / 15 = 0.0667.
  CHECK_THROWS_WITH_AS(solve_level_accuracy(cases, grid, 0.066), doctest::Contains("by chance"), InputError);
  CHECK(solve_level_accuracy(cases, grid, 0.068) > 0);
  const LevelCase wrong[] = {{1 * uS, 1 * uS, 0, 0.5}, {2.6 * uS, 1 * uS, 1, 0.5}};
  CHECK_THROWS_WITH_AS(solve_level_accuracy(wrong, grid, 0.9), doctest::Contains("without any error only 0.5"),
                       InputError);

  CHECK_THROWS_AS(level_accuracy({}, grid, uS), InputError);
  CHECK_THROWS_AS(level_accuracy(cases, grid, -uS), InputError);
  CHECK_THROWS_AS(level_accuracy(cases, grid, std::numeric_limits<double>::quiet_NaN()), InputError);
  const LevelCase outside[] = {{1 * uS, 0, 8, 1}}, nan[] = {{std::nan(""), 0, 1, 1}}, negative[] = {{1 * uS, 0, 1, -1}};
  CHECK_THROWS_WITH_AS(level_accuracy(outside, grid, uS), doctest::Contains("outside the grid -7..7"), InputError);
  CHECK_THROWS_AS(level_accuracy(nan, grid, uS), InputError);
  CHECK_THROWS_AS(level_accuracy(negative, grid, uS), InputError);
  CHECK_THROWS_AS(level_accuracy(cases, {.pair = true, .step_S = 0}, uS), InputError);
}

}  // namespace bitline::level_accuracy_test
