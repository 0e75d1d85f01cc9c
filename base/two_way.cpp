// SPDX-License-Identifier: Apache-2.0
#include "base/two_way.h"

#include <algorithm>
#include <cmath>

namespace bitline {

namespace {

double variance(std::span<const double> x) {
  const double s = standard_deviation(x);
  return s * s;
}

struct Total {
  double variance, degrees_of_freedom;
};

Total over_both(const TwoWayVariance& v) {
  const double chips = static_cast<double>(v.chips), samples = static_cast<double>(v.samples),
               sum = v.over_samples + v.chips_alone;
  if (v.samples < 2) return {v.over_chips, std::max(1.0, chips - 1)};  // one sample tells nothing of others
  double spread = 0;  // of the sum's parts: their squares over their degrees of freedom
  if (v.samples > 1) spread += v.over_samples * v.over_samples / (samples - 1);
  if (v.chips > 1) spread += v.chips_alone * v.chips_alone / (chips - 1);
  return {sum, spread > 0 ? sum * sum / spread : std::max(1.0, samples - 1)};
}

}  // namespace

TwoWayVariance two_way_variance(std::span<const std::vector<double>> of_chips) {
  TwoWayVariance v;
  v.chips = of_chips.size();
  if (v.chips == 0 || of_chips.front().empty()) return v;
  v.samples = of_chips.front().size();
  std::vector<double> chip_means, sample_means, one(v.chips);
  double disagreement = 0;  // sum over samples of the variance over chips
  for (const auto& chip : of_chips) chip_means.push_back(mean(chip));
  for (std::size_t i = 0; i < v.samples; ++i) {
    for (std::size_t c = 0; c < v.chips; ++c) one[c] = of_chips[c][i];
    sample_means.push_back(mean(one));
    disagreement += variance(one);
  }
  const double chips = static_cast<double>(v.chips), samples = static_cast<double>(v.samples),
               alone = variance(chip_means) / chips, single = disagreement / (samples * samples) / chips;
  v.by_disagreement = single > alone;
  v.over_chips = std::max(alone, single);
  v.chips_alone = v.over_chips - single;
  v.over_samples = variance(sample_means) / samples;
  return v;
}

TwoWayVariance two_way_variance(std::span<const double> of_chips, double over_samples, std::size_t samples) {
  TwoWayVariance v;
  v.chips = of_chips.size(), v.samples = samples;
  v.over_samples = over_samples;
  v.over_chips = v.chips_alone = v.chips ? variance(of_chips) / static_cast<double>(v.chips) : 0;
  return v;
}

Interval interval_over_chips(double mean, const TwoWayVariance& v, double confidence) {
  if (v.chips < 2) return {mean, mean};
  const double p = (1 + confidence) / 2,
               quantile = v.by_disagreement ? normal_quantile(p) : t_quantile(p, static_cast<double>(v.chips) - 1),
               half = quantile * std::sqrt(v.over_chips);
  return {mean - half, mean + half};
}

Interval interval_over_both(double mean, const TwoWayVariance& v, double confidence) {
  const Total total = over_both(v);
  const double half = t_quantile((1 + confidence) / 2, total.degrees_of_freedom) * std::sqrt(total.variance);
  return {mean - half, mean + half};
}

Interval share_interval_over_both(double share, const TwoWayVariance& v, double confidence) {
  if (v.samples == 0) return {0, 1};
  const Total total = over_both(v);
  const double samples = static_cast<double>(v.samples),
               most = samples * static_cast<double>(std::max<std::size_t>(1, v.chips));
  // All right or all wrong on all chips: as many trials as there are samples.
  const double trials = total.variance > 0 ? std::min(most, share * (1 - share) / total.variance) : samples;
  const double z = t_quantile((1 + confidence) / 2, total.degrees_of_freedom), z2 = z * z;
  const double centre = (share + z2 / (2 * trials)) / (1 + z2 / trials),
               half = z / (1 + z2 / trials) * std::sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace bitline
