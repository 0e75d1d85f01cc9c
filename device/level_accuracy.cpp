// SPDX-License-Identifier: Apache-2.0
// How many weights read back at their level when their devices are written with a normal error, and the error for which
// a given share does.
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>

#include "device/device.h"

namespace bitline::device {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tail = 9;  // sigmas; 1 - P(|z| < 9) = 2e-19

// One device, normal around `target` but never below 0: P(G <= x). All the mass below 0 sits at 0.
struct Clamped {
  double target_S, sigma_S;
  double at_most(double x) const { return x < 0 ? 0 : unclamped_at_most(x); }
  double unclamped_at_most(double x) const { return 0.5 * std::erfc((target_S - x) / (sigma_S * std::sqrt(2.0))); }
};

struct Limits {
  double low, high;  // of the value in S; low < value <= high reads as the level
};

Limits limits_of(int level, const LevelGrid& grid) {
  const double zero = grid.pair ? 0 : grid.g_min_S;
  return {level == grid.lowest ? -infinity : zero + (level - 0.5) * grid.step_S,
          level == grid.highest ? infinity : zero + (level + 0.5) * grid.step_S};
}

double single_share(const LevelCase& c, Limits want, double sigma_S) {
  const Clamped device{c.positive_S, sigma_S};
  return device.at_most(want.high) - device.at_most(want.low);
}

// P(low < A - B <= high) = P(B = 0) P(low < A <= high) + integral over y > 0 of the density of B at y times
// P(low + y < A <= high + y). In between the points where a limit enters the positive half line (A's distribution jumps
// there) the integrand is smooth on the scale of sigma: 20-point Gauss-Legendre on panels of at most 2 sigma.
double pair_share(const LevelCase& c, Limits want, double sigma_S) {
  const Clamped a{c.positive_S, sigma_S}, b{c.negative_S, sigma_S};
  const auto a_share = [&](double y) { return a.at_most(want.high + y) - a.at_most(want.low + y); };
  const auto integrand = [&](double y) {
    const double z = (y - b.target_S) / sigma_S;
    return std::exp(-0.5 * z * z) * a_share(y);
  };
  const double begin = std::max(0.0, b.target_S - tail * sigma_S), end = b.target_S + tail * sigma_S;
  const double jumps[] = {std::clamp(-want.high, begin, end), std::clamp(-want.low, begin, end), end};
  double sum = 0, from = begin;
  for (const double to : jumps) {
    const int panels = static_cast<int>(std::ceil((to - from) / (2 * sigma_S)));
    for (int k = 0; k < panels; ++k) {
      const double left = from + (to - from) * k / panels, right = from + (to - from) * (k + 1) / panels;
      sum += boost::math::quadrature::gauss<double, 20>::integrate(integrand, left, right);
    }
    from = to;
  }
  constexpr double density = 0.3989422804014327;  // 1 / sqrt(2 pi)
  return b.unclamped_at_most(0) * a_share(0) + sum * density / sigma_S;
}

double exact_share(const LevelCase& c, Limits want, bool pair) {
  const double value = pair ? std::max(0.0, c.positive_S) - std::max(0.0, c.negative_S) : std::max(0.0, c.positive_S);
  return value > want.low && value <= want.high ? 1 : 0;
}

void require_sense(std::span<const LevelCase> cases, const LevelGrid& grid) {
  if (!(grid.step_S > 0 && std::isfinite(grid.step_S) && std::isfinite(grid.g_min_S)) || grid.lowest >= grid.highest) {
    throw InputError(
        fmt::format("no level accuracy for levels {}..{} with a step of {} S from {} S: there must be at least two "
                    "levels and a positive step",
                    grid.lowest, grid.highest, grid.step_S, grid.g_min_S));
  }
  double total = 0;
  for (const LevelCase& c : cases) {
    if (c.level < grid.lowest || c.level > grid.highest) {
      throw InputError(fmt::format("level {} is outside the grid {}..{}", c.level, grid.lowest, grid.highest));
    }
    if (!std::isfinite(c.positive_S) || !std::isfinite(c.negative_S) || !(c.weight >= 0 && std::isfinite(c.weight))) {
      throw InputError(
          fmt::format("level {}: targets {} S and {} S, weight {}: they must be finite, the weight not negative",
                      c.level, c.positive_S, c.negative_S, c.weight));
    }
    total += c.weight;
  }
  if (!(total > 0)) throw InputError("no level accuracy without weights: nothing is mapped");
}

}  // namespace

double level_accuracy(std::span<const LevelCase> cases, const LevelGrid& grid, double sigma_S) {
  require_sense(cases, grid);
  if (!(sigma_S >= 0 && std::isfinite(sigma_S))) {
    throw InputError(
        fmt::format("no level accuracy for a write error of {} S: it must be finite and not negative", sigma_S));
  }
  double right = 0, total = 0;
  for (const LevelCase& c : cases) {
    const Limits want = limits_of(c.level, grid);
    const double share = sigma_S == 0 ? exact_share(c, want, grid.pair)
                         : grid.pair  ? pair_share(c, want, sigma_S)
                                      : single_share(c, want, sigma_S);
    right += c.weight * share;
    total += c.weight;
  }
  return std::clamp(right / total, 0.0, 1.0);
}

double solve_level_accuracy(std::span<const LevelCase> cases, const LevelGrid& grid, double accuracy) {
  require_sense(cases, grid);
  if (!(accuracy > 0 && accuracy < 1)) {
    throw InputError(
        fmt::format("no write error gives a level accuracy of {}: give a share between 0 and 1; for perfect writes "
                    "use `write: {{type: exact}}`",
                    accuracy));
  }
  const auto excess = [&](double sigma_S) { return level_accuracy(cases, grid, sigma_S) - accuracy; };
  double low = 0, at_low = excess(0);
  if (at_low <= 0) {
    throw InputError(
        fmt::format("a level accuracy of {:.6g} is out of reach: even without any error only {:.6g} of the weights "
                    "read back at their level; are the device's levels equally spaced?",
                    accuracy, at_low + accuracy));
  }
  double scale = grid.step_S * std::max(std::abs(grid.lowest), std::abs(grid.highest)) + std::abs(grid.g_min_S);
  for (const LevelCase& c : cases) scale = std::max({scale, std::abs(c.positive_S), std::abs(c.negative_S)});

  // Up from where the error is far too small to matter, until the accuracy is passed.
  double high = grid.step_S / 64, at_high = excess(high);
  while (at_high > 0) {
    if (high > 1e4 * scale) {
      throw InputError(
          fmt::format("a level accuracy of {:.6g} is out of reach: {:.6g} of the weights read back at their level by "
                      "chance however large the write error; ask for more than that",
                      accuracy, at_high + accuracy));
    }
    low = high, at_low = at_high;
    high *= 1.5, at_high = excess(high);
  }
  if (at_high == 0) return high;
  std::uintmax_t steps = 200;
  const auto root = boost::math::tools::toms748_solve(excess, low, high, at_low, at_high,
                                                      boost::math::tools::eps_tolerance<double>(46), steps);
  return 0.5 * (root.first + root.second);
}

}  // namespace bitline::device
