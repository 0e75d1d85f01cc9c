// SPDX-License-Identifier: Apache-2.0
// Intervals for everything that is sampled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bitline {

struct Interval {
  double lower, upper;
};
inline double half_width(const Interval& i) { return (i.upper - i.lower) / 2; }

double mean(std::span<const double> x);
double standard_deviation(std::span<const double> x);  // n - 1; 0 for fewer than two

// Pearson's: fourth central moment over the square of the second; 3 +- sqrt(24 / n) of n normal numbers.
double kurtosis(std::span<const double> x);

// Of values in rising order, p in 0..1; straight between order statistics, which lie at (i + 1/2) / n. NaN of none.
double quantile(std::span<const double> sorted, double p);

// Student t interval of the mean over independent chips; degenerate (mean, mean) for one.
Interval t_interval(std::span<const double> x, double confidence = 0.95);

// The same of a share, cut at 0 and 1: with two or three chips it reaches beyond what a share can be.
Interval share_interval(std::span<const double> x, double confidence = 0.95);

// Wilson score interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953).
Interval wilson_interval(std::size_t successes, std::size_t trials, double confidence = 0.95);

// Percentile bootstrap of the mean of x (Efron 1979); draws come from `Random{seed, 0}`, so it is reproducible.
Interval bootstrap_interval(std::span<const double> x, std::uint32_t seed, int resamples = 1000,
                            double confidence = 0.95);

// Draw number `draw` of as many elements as there are, with replacement: their indices. Those of bootstrap_interval().
void resample(std::uint32_t seed, std::uint32_t draw, std::span<std::uint32_t> indices);

double normal_quantile(double p);
double t_quantile(double p, double degrees_of_freedom);  // Student's
double normal_cdf(double z);

}  // namespace bitline
