// SPDX-License-Identifier: Apache-2.0
// Codes of weights and inputs against their definitions.
#include "workloads/quantization.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <span>
#include <vector>

#include "tests/workloads/graph_models.h"

namespace bitline::quantization_test {
using namespace workloads;
using namespace bitline::test;

TEST_CASE("weights become codes: half to even, per tensor and per column, clipped") {
  const std::vector<float> w{7, 0.5f, -1.5f, 2.5f, -3.5f, 0};  // three rows, two columns
  const auto q = quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 4});
  CHECK(q.scale == std::vector<double>{1, 1});
  CHECK(q.codes == std::vector<std::int16_t>{7, 0, -2, 2, -4, 0});
  const auto per_column =
      quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 4, .weight_scale = WeightScale::per_column});
  CHECK(per_column.scale == std::vector<double>{1, 2.5 / 7});
  CHECK(per_column.codes == std::vector<std::int16_t>{7, 1, -2, 7, -4, 0});  // 0.5 * 7 / 2.5 = 1.4
  // |w| sorted: 0 0.5 1.5 2.5 3.5 7; two thirds are four values.
  const auto clipped = quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 2, .clip_percentile = 0.66});
  CHECK(clipped.scale[0] == 2.5);
  CHECK(clipped.codes == std::vector<std::int16_t>{1, 0, -1, 1, -1, 0});
}

TEST_CASE("one-bit weights are signs times the mean magnitude; zeros stay zero") {
  const std::vector<double> w{1, 0, -2, 0, 3, 0};
  const auto q = quantize_weights(std::span<const double>(w), 3, 2, {.weight_bits = 1});
  CHECK(q.codes == std::vector<std::int16_t>{1, 1, -1, 1, 1, 1});
  CHECK(q.scale == std::vector<double>{1, 1});
  const auto columns =
      quantize_weights(std::span<const double>(w), 3, 2, {.weight_bits = 1, .weight_scale = WeightScale::per_column});
  CHECK(columns.codes == std::vector<std::int16_t>{1, 0, -1, 0, 1, 0});
  CHECK(columns.scale == std::vector<double>{2, 1});
  const std::vector<double> zero(6);
  for (int b : {1, 4}) {
    const auto z = quantize_weights(std::span<const double>(zero), 2, 3, {.weight_bits = b});
    CHECK(z.codes == std::vector<std::int16_t>(6));
    CHECK(z.scale == std::vector<double>(3, 1.0));
  }
}

TEST_CASE("weights that cannot be quantized") {
  const std::vector<double> w{1, std::numeric_limits<double>::quiet_NaN(), 3, 4};
  const auto with = [&](LayerQuantization s, int rows = 2) {
    return refusal_of([&] { (void)quantize_weights(std::span<const double>(w), rows, 2, s); });
  };
  CHECK(with({}).find("row 0, column 1") != std::string::npos);
  CHECK(with({.weight_bits = 0}).find("0 weight bits") != std::string::npos);
  CHECK(with({.weight_bits = 17}).find("17 weight bits") != std::string::npos);
  CHECK(with({.clip_percentile = 0}).find("percentile of 0") != std::string::npos);
  CHECK(with({}, 3).find("4 weights") != std::string::npos);
}

TEST_CASE("requantization rounds half to even and clips") {
  const InputScale u{0.5, 4, false}, s{0.5, 4, true};
  CHECK(u.highest() == 15);
  CHECK(s.lowest() == -7);
  for (auto [value, unsigned_code, signed_code] : {std::array{0.25, 0., 0.},
                                                   {0.75, 2., 2.},
                                                   {1.25, 2., 2.},
                                                   {-0.75, 0., -2.},
                                                   {100., 15., 7.},
                                                   {-100., 0., -7.}}) {
    CHECK(requantize(value, u) == unsigned_code);
    CHECK(requantize(value, s) == signed_code);
  }
}

}  // namespace bitline::quantization_test
