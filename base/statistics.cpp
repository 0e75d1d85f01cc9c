// SPDX-License-Identifier: Apache-2.0
#include "base/statistics.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace bitline {

double mean(std::span<const double> x) {
  double sum = 0;
  for (double v : x) sum += v;
  return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

double standard_deviation(std::span<const double> x) {
  if (x.size() < 2) return 0;
  const double m = mean(x);
  double sum = 0;
  for (double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(x.size() - 1));
}

double kurtosis(std::span<const double> x) {
  const double m = mean(x);
  double second = 0, fourth = 0;
  for (const double v : x) second += (v - m) * (v - m), fourth += std::pow(v - m, 4);
  return fourth * static_cast<double>(x.size()) / (second * second);
}

double quantile(std::span<const double> sorted, double p) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double last = static_cast<double>(sorted.size() - 1);
  const double at = std::clamp(p * static_cast<double>(sorted.size()) - 0.5, 0.0, last);
  const auto i = static_cast<std::size_t>(at);
  return i + 1 < sorted.size() ? sorted[i] + (at - static_cast<double>(i)) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

Interval t_interval(std::span<const double> x, double confidence) {
  const double m = mean(x);
  if (x.size() < 2) return {m, m};
  const double n = static_cast<double>(x.size());
  const double t = t_quantile((1 + confidence) / 2, n - 1);
  const double half = t * standard_deviation(x) / std::sqrt(n);
  return {m - half, m + half};
}

Interval share_interval(std::span<const double> x, double confidence) {
  const Interval i = t_interval(x, confidence);
  return {std::max(0.0, i.lower), std::min(1.0, i.upper)};
}

Interval wilson_interval(std::size_t successes, std::size_t trials, double confidence) {
  if (trials == 0) return {0, 1};
  const double n = static_cast<double>(trials), p = static_cast<double>(successes) / n;
  const double z = normal_quantile((1 + confidence) / 2), z2 = z * z;
  const double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

void resample(std::uint32_t seed, std::uint32_t draw, std::span<std::uint32_t> indices) {
  const Random random(seed, 0);
  const std::uint64_t n = indices.size();
  for (std::uint64_t i = 0; i < n; i += 4) {
    const auto u = random.bits({Purpose::bootstrap, 0, static_cast<std::uint32_t>(i / 4), 0, draw});
    // Multiply-shift maps 32 bits to an index; its bias is below n / 2^32.
    for (std::uint64_t k = 0; k < 4 && i + k < n; ++k) indices[i + k] = static_cast<std::uint32_t>((u[k] * n) >> 32);
  }
}

Interval bootstrap_interval(std::span<const double> x, std::uint32_t seed, int resamples, double confidence) {
  if (x.size() < 2) return {mean(x), mean(x)};
  std::vector<double> means(static_cast<std::size_t>(resamples));
  std::vector<std::uint32_t> indices(x.size());
  for (std::size_t r = 0; r < means.size(); ++r) {
    resample(seed, static_cast<std::uint32_t>(r), indices);
    double sum = 0;
    for (const std::uint32_t i : indices) sum += x[i];
    means[r] = sum / static_cast<double>(x.size());
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double q) {
    return means[static_cast<std::size_t>(std::lround(q * static_cast<double>(means.size() - 1)))];
  };
  return {at((1 - confidence) / 2), at((1 + confidence) / 2)};
}

double t_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }
double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

}  // namespace bitline
