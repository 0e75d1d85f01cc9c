// SPDX-License-Identifier: Apache-2.0
// Ranges of the least squared error, against a brute-force search of 40 000 steps with NumPy (rint, clip).
#include "workloads/least_error.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/workloads/graph_models.h"
#include "workloads/interpret.h"

namespace bitline::least_error_test {
using namespace workloads;
using namespace bitline::test;

namespace {

// (k / 2000)^3 for k = -2000 .. 2000 in some order, the negative ones halved: two heavy tails. Weights 1, 2, 3 in turn.
std::vector<WeightedValue> cubes(bool weighted) {
  std::vector<WeightedValue> all;
  for (std::int64_t i = 0; i < 4000; ++i) {
    const double x = static_cast<double>(i * 7919 % 4001 - 2000) / 2000;
    all.push_back({static_cast<float>(x * x * x * (x < 0 ? 0.5 : 1)), weighted ? static_cast<float>(1 + i % 3) : 1.f});
  }
  return all;
}

}  // namespace

TEST_CASE("the range of the least error is that of a brute-force search") {
  struct Case {
    int lowest, highest;
    bool weighted;
    double full_scale, error, error_at_largest;
  };
  // for step in linspace(0, max|v| / hi, 40001)[1:]: sum(w * (v - step * clip(rint(v / step), lo, hi))**2)
  const Case cases[] = {{-8, 7, false, 0.878725, 4.262779882577755, 5.05585061748944},
                        {-8, 7, true, 0.880925, 8.506196439756028, 10.15435232508451},
                        {-127, 127, true, 0.995625, 0.036715253223436536, 0.03765707618588165},
                        {-1, 1, true, 0.496175, 147.62118300209866, 331.79976417562693}};
  for (const Case& c : cases) {
    CAPTURE(c.highest);
    const std::vector<WeightedValue> values = cubes(c.weighted);
    const double step = least_error_step(values, c.lowest, c.highest);
    CHECK(squared_error(values, 1.0 / c.highest, c.lowest, c.highest) == doctest::Approx(c.error_at_largest));
    // Steps of ours are 1 / 64 / 129 of the largest apart at the end; the minimum is flat.
    CHECK(step * c.highest == doctest::Approx(c.full_scale).epsilon(3e-3));
    const double error = squared_error(values, step, c.lowest, c.highest);
    CHECK(error >= c.error * (1 - 1e-6));
    CHECK(error <= c.error * (1 + 1e-4));
  }
}

TEST_CASE("values on codes have no error, and no value has no range") {
  const std::vector<WeightedValue> codes{{0}, {0.5}, {-1.5}, {3.5}};
  const double step = least_error_step(codes, -7, 7);
  CHECK(step == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(squared_error(codes, 0.5, -7, 7) == 0);
  CHECK(least_error_step(std::vector<WeightedValue>(5), 0, 255) == 0);
  CHECK(least_error_step({}, 0, 255) == 0);
  // By hand: one value of weight 1 at 1 and 30 at 0.25, codes 0 and 1. Step s covers 0.25 by s, 1 by s:
  // 30 (s - 0.25)^2 + (1 - s)^2 is least at s = 8.5 / 31.
  std::vector<WeightedValue> two{{1, 1}, {0.25f, 30}};
  CHECK(least_error_step(two, 0, 1) == doctest::Approx(8.5 / 31).epsilon(1e-3));
}

TEST_CASE("a sample of a stream is the same in whatever order parts come, and about as large as asked for") {
  constexpr std::size_t parts = 50, each = 4000, most = 10000;
  const auto some = [&](std::size_t first, std::size_t end, std::size_t limit) {
    StreamSample sample(parts * each, limit);
    for (std::size_t p = first; p < end; ++p) {
      sample.begin(p);
      for (std::size_t i = 0; i < each; ++i) sample.add(static_cast<float>(p * each + i));
    }
    return sample;
  };
  const std::vector<WeightedValue> all = some(0, parts, most).sorted();
  StreamSample other = some(20, parts, most);
  other.add(some(0, 20, most));
  CHECK(other.sorted() == all);
  // Each of 200 000 with probability 1/20: sigma 97, five of them.
  CHECK(std::abs(static_cast<double>(all.size()) - 1e4) < 500);
  double mean = 0;
  for (const WeightedValue& v : all) mean += v.value / static_cast<double>(all.size());
  CHECK(std::abs(mean - 1e5) < 5 * 2e5 / std::sqrt(12 * 1e4));
  CHECK(some(0, parts, parts * each).sorted().size() == parts * each);
}

TEST_CASE("inputs are ranged by their error where that is asked for") {
  // Of a layer of weight 255 and a ReLU come 0, 1 .. 99 and now and then 1000.
  std::vector<float> data;
  std::vector<WeightedValue> values;
  for (int i = 0; i < 20000; ++i) {
    data.push_back(static_cast<float>(i % 100) / 255.f);
    values.push_back({255.f * data.back()});
  }
  data.push_back(1000.f / 255.f), values.push_back({255.f * data.back()});
  GraphMaker n({1});
  n.product(dense(1, 1, {255}));
  n.activate(Activate::Kind::relu);
  n.product(dense(1, 1, {1}));
  const auto graph = n.finish();
  const auto scale = [&](InputRange range) {
    return quantize(graph, {data, true, false}, ranged({.input_bits = 4}, 1, range)).weights[1].input.scale;
  };
  CHECK(scale(InputRange::coverage) == doctest::Approx(1000.0 / 15));
  std::sort(values.begin(), values.end());  // sums in the same order
  CHECK(scale(InputRange::mean_square_error) == least_error_step(values, 0, 15));
  CHECK(scale(InputRange::mean_square_error) < 300.0 / 15);
}

}  // namespace bitline::least_error_test
