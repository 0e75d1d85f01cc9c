// SPDX-License-Identifier: Apache-2.0
// Intervals over chips and samples: by hand, and how often drawn data are covered.
#include "base/two_way.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

namespace bitline::two_way_test {

namespace {

using Values = std::vector<std::vector<double>>;  // by chip

// Right or not: each sample and each chip shifts the log odds.
class Draw {
 public:
  Draw(double chip_sigma, double sample_sigma, double log_odds)
      : chip_(chip_sigma), sample_(sample_sigma), log_odds_(log_odds) {}

  Values values(std::size_t chips, std::size_t samples, std::uint32_t trial) const {
    const Random random(trial, 0);
    std::vector<float> of_chip(chips), of_sample(samples);
    random.normals({.purpose = Purpose::write_error, .layer = 1}, of_chip);
    random.normals({.purpose = Purpose::write_error, .layer = 2}, of_sample);
    Values all(chips, std::vector<double>(samples));
    for (std::size_t c = 0; c < chips; ++c)
      for (std::size_t i = 0; i < samples; ++i) {
        const double p = 1 / (1 + std::exp(-log_odds_ - chip_ * of_chip[c] - sample_ * of_sample[i]));
        const auto u = random.uniform4({.purpose = Purpose::write_error,
                                        .layer = 3,
                                        .place = static_cast<std::uint32_t>(i),
                                        .image = static_cast<std::uint32_t>(c)});
        all[c][i] = u[0] < p;
      }
    return all;
  }

  // The mean over all chips and samples, by the trapezoidal rule over +-8 sigma of both together.
  double truth() const {
    const double sigma = std::hypot(chip_, sample_);
    double sum = 0, weights = 0;
    for (int k = -800; k <= 800; ++k) {
      const double z = k / 100.0, w = std::exp(-z * z / 2);
      sum += w / (1 + std::exp(-log_odds_ - sigma * z)), weights += w;
    }
    return sum / weights;
  }

 private:
  double chip_, sample_, log_odds_;
};

double mean_of(const Values& values) {
  double sum = 0;
  for (const auto& chip : values) sum += mean(chip);
  return sum / static_cast<double>(values.size());
}

double coverage(const Draw& draw, std::size_t chips, std::size_t samples, std::uint32_t trials) {
  const double truth = draw.truth();
  double covered = 0;
  for (std::uint32_t t = 0; t < trials; ++t) {
    const Values values = draw.values(chips, samples, t);
    const Interval i = share_interval_over_both(mean_of(values), two_way_variance(values));
    covered += i.lower <= truth && truth <= i.upper;
  }
  return covered / trials;
}

}  // namespace

TEST_CASE("variances by hand") {
  // Two chips, three samples. Means of chips 2/3 and 1/3, of samples 1, 1/2, 0; only the second sample tells them
  // apart: its variance is 1/2.
  const Values values{{1, 1, 0}, {1, 0, 0}};
  const TwoWayVariance v = two_way_variance(values);
  CHECK(v.over_chips == doctest::Approx(1.0 / 36).epsilon(1e-14));    // (1/18) / 2
  CHECK(v.chips_alone == doctest::Approx(0).epsilon(1e-14));          // 1/36 - (1/2) / 9 / 2
  CHECK(v.over_samples == doctest::Approx(0.25 / 3).epsilon(1e-14));  // variance of 1, 1/2, 0 is 1/4
}

TEST_CASE("two chips that happen to agree do not make the mean certain") {
  const Values values{{1, 0, 1, 0, 1, 1}, {0, 1, 1, 0, 1, 1}};
  const TwoWayVariance v = two_way_variance(values);
  CHECK(v.by_disagreement);
  CHECK(v.over_chips == doctest::Approx(1.0 / 36 / 2).epsilon(1e-14));  // two samples of variance 1/2, over 6^2, over 2
  const Interval i = interval_over_chips(4.0 / 6, v);
  CHECK(i.upper - i.lower == doctest::Approx(2 * 1.959964 * std::sqrt(1.0 / 72)).epsilon(1e-6));
}

TEST_CASE("a share of 1 has the width of Wilson's interval of as many samples") {
  const Values values(3, std::vector<double>(50, 1.0));
  const Interval i = share_interval_over_both(1, two_way_variance(values)), wilson = wilson_interval(50, 50);
  CHECK(i.upper == 1);
  CHECK(i.lower > wilson.lower - 0.005);  // Student's quantile of 49 degrees of freedom is 2.01, not 1.96
  CHECK(i.lower < wilson.lower);
}

TEST_CASE("figures that only whole sets have add both variances") {
  // Chips 1, 2, 3: variance 1, of the mean 1/3; samples 1/6 with 99 degrees. Sum 1/2; degrees 0.25 / (1/18 + 1/3564).
  const std::vector<double> chips{1, 2, 3};
  const Interval i = interval_over_both(2, two_way_variance(chips, 1.0 / 6, 100));
  const double t = t_quantile(0.975, 0.25 / (1.0 / 18 + 1.0 / 3564));
  CHECK(i.upper == doctest::Approx(2 + t * std::sqrt(0.5)).epsilon(1e-12));
}

TEST_CASE("of one sample the chips' spread is left") {
  const Values values{{1}, {2}, {3}};  // variance 1, of the mean 1/3
  const Interval i = interval_over_both(2, two_way_variance(values));
  CHECK(i.upper == doctest::Approx(2 + t_quantile(0.975, 2) * std::sqrt(1.0 / 3)).epsilon(1e-12));
}

TEST_CASE("drawn data are covered") {
  // 400 trials know 95 % to +-1.1 %; bounds are three of those off, and below the nominal for few chips as stated.
  struct Case {
    double chip_sigma;
    std::size_t chips;
    double least;
  };
  for (const auto& [sigma, chips, least] :
       {Case{0.02, 1, 0.917}, Case{0.1, 2, 0.917}, Case{0.1, 3, 0.917}, Case{0.1, 5, 0.917}, Case{0.1, 10, 0.917},
        Case{0.3, 2, 0.88}, Case{0.3, 3, 0.89}, Case{0.3, 5, 0.9}, Case{0.3, 10, 0.917}, Case{1, 2, 0.81}}) {
    CAPTURE(sigma);
    CAPTURE(chips);
    const double covered = coverage(Draw(sigma, 3, 2.94), chips, 300, 400);
    CHECK(covered >= least);
    CHECK(covered <= 0.995);
  }
}

TEST_CASE("an interval over one chip knows nothing of others") {
  const double covered = coverage(Draw(1, 3, 2.94), 1, 300, 400);
  CHECK(covered < 0.6);
}

}  // namespace bitline::two_way_test
