// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/fit_relaxation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/statistics.h"
#include "device/relax.h"

namespace bitline::characterise {

using device::MeasuredChange;

namespace {

constexpr int points = 25;  // quantiles: every quarter of a standard deviation

struct SampleMoments {
  double n = 0, mean = 0, variance = 0;
};

SampleMoments moments_of(const std::vector<double>& x) {
  SampleMoments m{static_cast<double>(x.size()), 0, 0};
  for (double v : x) m.mean += v / m.n;
  for (double v : x) m.variance += (v - m.mean) * (v - m.mean) / (m.n - 1);
  return m;
}

// a + b x by least squares with weights.
struct Line {
  double a = 0, b = 0;
};
Line line(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& w) {
  double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sw += w[i], sx += w[i] * x[i], sy += w[i] * y[i];
  for (std::size_t i = 0; i < x.size(); ++i)
    sxx += w[i] * (x[i] - sx / sw) * (x[i] - sx / sw), sxy += w[i] * (x[i] - sx / sw) * (y[i] - sy / sw);
  const double b = sxx > 0 ? sxy / sxx : 0;
  return {sy / sw - b * sx / sw, b};
}

}  // namespace

RelaxationFit fit_relaxation(std::span<const RelaxationReading> readings, int levels, double highest_S,
                             std::size_t fewest) {
  if (levels < 1 || !(highest_S > 0) || !std::isfinite(highest_S))
    throw InputError(fmt::format("cannot fit relaxation on {} levels up to {} S", levels, highest_S));
  std::map<double, std::vector<std::vector<double>>> change;  // by time and level
  std::vector<SampleMoments> written(static_cast<std::size_t>(levels));
  for (const RelaxationReading& r : readings) {
    if (!(r.t_s > 0) || !(r.written_S >= 0) || !std::isfinite(r.t_s + r.written_S + r.g_S))
      throw InputError(
          fmt::format("a reading of {} S at {} s of a cell written to {} S: times are positive, "
                      "conductances finite",
                      r.g_S, r.t_s, r.written_S));
    const auto level = static_cast<std::size_t>(std::min(r.written_S / highest_S * levels, levels - 1.0));
    auto& at = change[r.t_s];
    at.resize(static_cast<std::size_t>(levels));
    at[level].push_back(r.g_S - r.written_S);
    written[level].n += 1, written[level].mean += r.written_S;
  }
  if (change.empty()) throw InputError("relaxation needs readings after writing");
  RelaxationFit fit;
  fit.by_level.t0_s = change.begin()->first;
  for (std::size_t level = 0; level < static_cast<std::size_t>(levels); ++level) {
    device::MeasuredLevel measured{written[level].mean / written[level].n, {}};
    std::vector<double> decades, means, variances, weights;
    for (auto& [t_s, by_level] : change) {
      std::vector<double>& x = by_level[level];
      if (x.size() < fewest)
        throw InputError(
            fmt::format("level {} has {} readings at {} s, which is too few to fit (at least {}): fit fewer "
                        "levels, or leave the time out",
                        level, x.size(), t_s, fewest));
      std::sort(x.begin(), x.end());
      const SampleMoments m = moments_of(x);
      decades.push_back(std::log10(t_s / fit.by_level.t0_s));
      means.push_back(m.mean), variances.push_back(m.variance), weights.push_back(m.n);
      MeasuredChange& at = measured.at.emplace_back(MeasuredChange{t_s, {}});
      for (int q = 0; q < points; ++q) at.change_S.push_back(quantile(x, normal_cdf(-3 + 6.0 * q / (points - 1))));
    }
    const Line mean = line(decades, means, weights), variance = line(decades, variances, weights);
    fit.by_level.levels.push_back(
        {measured.g_S, std::sqrt(std::max(variance.a, 0.0)), std::sqrt(std::max(variance.b, 0.0)), mean.a, mean.b});
    fit.measured.levels.push_back(std::move(measured));
  }
  return fit;
}

double relaxed_share(const device::Relaxation& model, double g_max_S, double written_S, double t_s, double lower_S,
                     double upper_S) {
  const device::RelaxedAt relaxed(model, g_max_S, t_s);
  // G(t) rises with the device's normal number: find where it passes a limit.
  const auto below = [&](double limit_S) {
    constexpr double most = 8;
    if (relaxed(written_S, -most) > limit_S) return 0.0;
    if (relaxed(written_S, most) <= limit_S) return 1.0;
    double low = -most, high = most;
    for (int i = 0; i < 50; ++i) {
      const double middle = 0.5 * (low + high);
      (relaxed(written_S, middle) <= limit_S ? low : high) = middle;
    }
    return normal_cdf(0.5 * (low + high));
  };
  return below(upper_S) - below(lower_S);
}

}  // namespace bitline::characterise
