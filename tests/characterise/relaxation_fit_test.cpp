// SPDX-License-Identifier: Apache-2.0
// Relaxation fitted to half of the measured cells of a technology predicts the other half.
#include <map>
#include <numbers>

#include "characterise/fit/fit_relaxation.h"
#include "tests/characterise/technology_b.h"
#include "tests/device/device_cases.h"

namespace bitline::relaxation_fit_test {
using namespace device;
using namespace characterise;
using namespace bitline::test;

using Cell = TechnologyCell;

TEST_CASE("relaxation of technology B: half of the cells predict the other half") {
  const std::vector<Cell> cells = technology_b();
  if (cells.empty()) {
    MESSAGE("skipped: ../shared/data/device/rram_relaxation_levy is absent");
    return;
  }
  constexpr int levels = 16;
  constexpr double highest = 128 * uS, width = highest / levels;  // gmax of settings.json
  std::vector<RelaxationReading> known, unknown;
  for (const Cell& c : cells) {
    const bool mine = draws.bits({.purpose = Purpose::test, .place = c.address})[0] & 1u;
    (mine ? known : unknown).push_back(c.reading);
  }
  const RelaxationFit fit = fit_relaxation(known, levels, highest);
  const auto level_of = [&](double g) { return std::clamp(static_cast<int>(g / width), 0, levels - 1); };
  struct Shares {
    double n = 0, same = 0, measured = 0, normal = 0;
  };
  std::map<double, std::map<int, Shares>> at;
  // Predictions on a fine grid of written conductances: the law is smooth.
  std::map<std::pair<double, int>, std::pair<double, double>> cache;
  for (const RelaxationReading& r : unknown) {
    const int level = level_of(r.written_S), grid = static_cast<int>(r.written_S / (0.05 * uS));
    const auto [found, fresh] = cache.try_emplace({r.t_s, grid});
    if (fresh) {
      const double g = (grid + 0.5) * 0.05 * uS, low = level == 0 ? -1 : level * width,
                   high = level == levels - 1 ? 1 : (level + 1) * width;
      found->second = {relaxed_share(fit.measured, highest, g, r.t_s, low, high),
                       relaxed_share(fit.by_level, highest, g, r.t_s, low, high)};
    }
    Shares& s = at[r.t_s][level];
    s.n += 1, s.same += level_of(r.g_S) == level;
    s.measured += found->second.first, s.normal += found->second.second;
  }
  double error = 0, normal_error = 0, level_error = 0, chance = 0;
  for (const auto& [t_s, by_level] : at) {
    Shares all;
    double mean_level_error = 0;
    for (const auto& [level, s] : by_level) {
      all.n += s.n, all.same += s.same, all.measured += s.measured, all.normal += s.normal;
      mean_level_error += std::abs(s.same - s.measured) / s.n / levels;
      // Two halves of one law differ by sqrt(2 p (1 - p) / n) z; |z| is sqrt(2 / pi) on average.
      const double p = s.same / s.n;
      chance += std::sqrt(4 / std::numbers::pi * p * (1 - p) / s.n) / levels / static_cast<double>(at.size());
    }
    MESSAGE("t = ", t_s, " s: same level ", all.same / all.n, " measured, ", all.measured / all.n,
            " predicted from quantiles, ", all.normal / all.n, " from C1 log10 t + C2; by level off by ",
            mean_level_error);
    error += std::abs(all.same - all.measured) / all.n / at.size();
    normal_error += std::abs(all.same - all.normal) / all.n / at.size();
    level_error += mean_level_error / at.size();
  }
  MESSAGE("mean absolute error of the same-level share: ", error, " (by level and time: ", level_error,
          ", of which chance alone gives ", chance, "; normal law: ", normal_error, ")");
  CHECK(error <= 0.02);
}

TEST_CASE("cells of technology B that stopped at an edge of their window relax further") {
  const std::vector<Cell> cells = technology_b();
  if (cells.empty()) {
    MESSAGE("skipped: ../shared/data/device/rram_relaxation_levy is absent");
    return;
  }
  constexpr double window = 4 * uS, edge = 0.5 * uS, last_s = 1e4;
  std::vector<double> change[2];  // middle, edge
  for (const auto& [address, r] : cells) {
    const double at = std::fmod(r.written_S, window), off = std::abs(at - window / 2);
    if (r.t_s == last_s && r.written_S < 128 * uS && (off < edge || off > window / 2 - edge))
      change[off > edge].push_back(r.g_S - r.written_S);
  }
  double middle_half[2];
  for (const int at_edge : {0, 1}) {
    auto& x = change[at_edge];
    std::sort(x.begin(), x.end());
    middle_half[at_edge] = x[x.size() * 3 / 4] - x[x.size() / 4];
  }
  MESSAGE("middle half of the changes: ", middle_half[0] / uS, " uS in the middle of windows, ", middle_half[1] / uS,
          " at their edges");
  // No law here knows it: a limit of the model, docs/model/device.md.
  CHECK(middle_half[1] > 2 * middle_half[0]);
}

TEST_CASE("a fit finds the law that made the readings, and says what is missing") {
  Device d = device_40uS();
  LevelRelaxation truth{
      .t0_s = 0.01,
      .levels = {{5 * uS, 0.3 * uS, 0.2 * uS, 0.1 * uS, -0.05 * uS}, {15 * uS, 0.5 * uS, 0.4 * uS, 0, -0.2 * uS}}};
  d.relaxation = truth;
  const auto ids = singles(20000);
  std::vector<RelaxationReading> readings;
  for (const double g_S : {5 * uS, 15 * uS})
    for (const double t_s : {0.01, 1.0, 100.0, 1e4}) {
      const auto later = aged(d, t_s, ids, std::vector<double>(ids.size(), g_S));
      for (const double g : later) readings.push_back({g_S, t_s, g});
    }
  const RelaxationFit fit = fit_relaxation(readings, 2, 20 * uS);
  REQUIRE(fit.by_level.levels.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const RelaxingLevel &got = fit.by_level.levels[i], &want = truth.levels[i];
    CHECK(got.g_S == doctest::Approx(want.g_S).scale(1e-30));
    CHECK(got.sigma_S == doctest::Approx(want.sigma_S).epsilon(0.03).scale(1e-30));
    CHECK(got.sigma_per_decade_S == doctest::Approx(want.sigma_per_decade_S).epsilon(0.03).scale(1e-30));
    CHECK(std::abs(got.shift_per_decade_S - want.shift_per_decade_S) < 0.02 * uS);
  }
  // The measured law has the same quantiles.
  Device measured = device_40uS();
  measured.relaxation = fit.measured;
  CHECK(check(measured).empty());
  const auto g = aged(measured, 100, ids, std::vector<double>(ids.size(), 15 * uS));
  CHECK(sigma_of(g) == doctest::Approx(std::sqrt(0.25 + 4 * 0.16) * uS).epsilon(0.03).scale(1e-30));

  CHECK_THROWS_WITH_AS(fit_relaxation(readings, 16, 20 * uS), doctest::Contains("has 0 readings"), InputError);
  const RelaxationReading one[] = {{5 * uS, 1, 5 * uS}};
  CHECK_THROWS_AS(fit_relaxation(one, 1, 20 * uS), InputError);
  const RelaxationReading nan[] = {{5 * uS, 1, std::nan("")}};
  CHECK_THROWS_AS(fit_relaxation(nan, 1, 20 * uS), InputError);
}

}  // namespace bitline::relaxation_fit_test
