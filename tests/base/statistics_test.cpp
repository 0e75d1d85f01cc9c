// SPDX-License-Identifier: Apache-2.0
// Intervals against tables, hand calculation and coverage.
#include "base/statistics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace bitline::statistics_test {

TEST_CASE("mean and standard deviation") {
  const std::vector<double> x = {2, 4, 4, 4, 5, 5, 7, 9};  // sum of squares about 5 is 32
  CHECK(mean(x) == 5);
  CHECK(standard_deviation(x) == doctest::Approx(std::sqrt(32.0 / 7)).epsilon(1e-15));
  CHECK(standard_deviation(std::vector<double>{3}) == 0);
  CHECK(standard_deviation({}) == 0);
  CHECK(mean({}) == 0);
}

TEST_CASE("t interval has the tabulated width") {
  // Two-sided quantiles of Student's t: any table, three decimals.
  struct Row {
    std::size_t n;
    double confidence, t;
  };
  for (const auto& [n, confidence, t] :
       {Row{2, 0.95, 12.706}, Row{3, 0.95, 4.303}, Row{5, 0.95, 2.776}, Row{10, 0.95, 2.262}, Row{10, 0.99, 3.250},
        Row{31, 0.95, 2.042}, Row{11, 0.90, 1.812}}) {
    std::vector<double> x;
    for (std::size_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i));  // 0 .. n-1
    const double m = (static_cast<double>(n) - 1) / 2;
    const double s = std::sqrt(static_cast<double>(n) * (static_cast<double>(n) + 1) / 12);
    const Interval i = t_interval(x, confidence);
    CAPTURE(n);
    CHECK((i.upper - m) / (s / std::sqrt(static_cast<double>(n))) == doctest::Approx(t).epsilon(5e-4 / t));
    CHECK(i.upper - m == doctest::Approx(m - i.lower).epsilon(1e-12));
  }
  const Interval one = t_interval(std::vector<double>{0.7});
  CHECK(one.lower == 0.7);
  CHECK(one.upper == 0.7);
}

TEST_CASE("the interval of a share ends at 0 and 1") {
  // Two chips at 90 and 100 %: 0.95 -+ 12.7 * 0.05.
  const std::vector<double> high{0.9, 1}, low{0, 0.1}, inside{0.5, 0.51};
  CHECK(t_interval(high).upper == doctest::Approx(1.5853).epsilon(1e-4));
  CHECK(share_interval(high).upper == 1);
  CHECK(share_interval(high).lower == t_interval(high).lower);
  CHECK(share_interval(low).lower == 0);
  CHECK(share_interval(low).upper == t_interval(low).upper);
  CHECK(share_interval(inside).lower == t_interval(inside).lower);
  CHECK(share_interval(inside).upper == t_interval(inside).upper);
}

TEST_CASE("Wilson interval") {
  // By hand, z = 1.959964: 15 of 20. centre (0.75 + z2/40) / (1 + z2/20) = 0.709718, half 0.178420.
  const Interval a = wilson_interval(15, 20);
  CHECK(a.lower == doctest::Approx(0.531298).epsilon(2e-5));
  CHECK(a.upper == doctest::Approx(0.888138).epsilon(2e-5));
  // None of n: 0 .. z2 / (n + z2); all of n mirrored.
  const double z2 = 3.8414588206941236;
  const Interval none = wilson_interval(0, 10);
  CHECK(none.lower == doctest::Approx(0).epsilon(1e-12));
  CHECK(none.upper == doctest::Approx(z2 / (10 + z2)).epsilon(1e-9));
  const Interval all = wilson_interval(10, 10);
  CHECK(all.lower == doctest::Approx(10 / (10 + z2)).epsilon(1e-9));
  CHECK(all.upper == doctest::Approx(1).epsilon(1e-12));
  CHECK(all.upper <= 1);
  CHECK(wilson_interval(0, 0).lower == 0);
  CHECK(wilson_interval(0, 0).upper == 1);
}

TEST_CASE("the ends of Wilson's interval lie z standard errors from the observed share") {
  // Its definition: |p_hat - p| = z sqrt(p (1 - p) / n) at both ends.
  for (const std::size_t k : {1u, 37u, 500u, 8733u}) {
    const double n = 10000, share = static_cast<double>(k) / n;
    const Interval i = wilson_interval(k, 10000, 0.99);
    for (const double p : {i.lower, i.upper})
      CHECK(std::abs(share - p) == doctest::Approx(2.5758293035489004 * std::sqrt(p * (1 - p) / n)).epsilon(1e-9));
  }
}

TEST_CASE("bootstrap interval: reproducible, near the normal one, and it covers") {
  std::vector<double> x;
  for (int i = 0; i < 400; ++i) x.push_back(i < 300 ? 1 : 0);
  const Interval a = bootstrap_interval(x, 1, 2000), b = bootstrap_interval(x, 1, 2000),
                 c = bootstrap_interval(x, 2, 2000);
  CHECK(a.lower == b.lower);
  CHECK(a.upper == b.upper);
  CHECK((a.lower != c.lower || a.upper != c.upper));
  // sqrt(0.75 * 0.25 / 400) = 0.0216506; the percentiles of 2000 resamples scatter by 0.06 of that.
  const double half = 1.959964 * 0.0216506;
  CHECK(a.lower == doctest::Approx(0.75 - half).epsilon(0.01));
  CHECK(a.upper == doctest::Approx(0.75 + half).epsilon(0.01));

  // Coverage: 400 sets of 60 uniform numbers (mean 1/2). A 90 % interval covers 360; the percentile bootstrap at n = 60
  // covers a little less (about 89 %). 4.5 binomial standard deviations (6.2) either side of 356.
  const Random random(17, 0);
  int covered = 0;
  for (std::uint32_t set = 0; set < 400; ++set) {
    std::vector<double> sample;
    for (std::uint32_t i = 0; i < 15; ++i)
      for (double u : random.uniform4({Purpose::test, 0, i, set})) sample.push_back(u);
    const Interval i = bootstrap_interval(sample, set, 400, 0.9);
    covered += i.lower <= 0.5 && 0.5 <= i.upper;
  }
  CHECK(covered >= 356 - 28);
  CHECK(covered <= 356 + 28);
}

TEST_CASE("bootstrap of few or equal numbers") {
  const Interval one = bootstrap_interval(std::vector<double>{0.25}, 1);
  CHECK(one.lower == 0.25);
  CHECK(one.upper == 0.25);
  const Interval equal = bootstrap_interval(std::vector<double>(37, 0.5), 1);
  CHECK(equal.lower == 0.5);
  CHECK(equal.upper == 0.5);
}

TEST_CASE("normal quantile and distribution") {
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normal_quantile(0.5) == doctest::Approx(0).epsilon(1e-15));
  CHECK(normal_cdf(-3) == doctest::Approx(0.0013498980316301).epsilon(1e-12));
  CHECK(normal_cdf(normal_quantile(1e-10)) == doctest::Approx(1e-10).epsilon(1e-9));
}

}  // namespace bitline::statistics_test
