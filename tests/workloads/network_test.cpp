// SPDX-License-Identifier: Apache-2.0
// Shapes and consistency of layers.
#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "base/error.h"
#include "workloads/layers.h"
#include "workloads/quantized.h"

namespace bitline::network_test {

namespace {

Linear linear(int inputs, int outputs, std::vector<float> weights, std::vector<float> bias = {}) {
  return {{inputs, outputs, std::move(weights)}, std::move(bias)};
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("output shapes") {
  const Convolution c{.weights = {27, 8, std::vector<float>(27 * 8)},
                      .bias = {},
                      .kernel_height = 3,
                      .kernel_width = 3,
                      .stride_y = 2,
                      .stride_x = 1,
                      .pad_top = 1,
                      .pad_left = 0,
                      .pad_bottom = 0,
                      .pad_right = 2};
  CHECK(output_shape(c, {3, 9, 9}) == Shape{8, 4, 9});
  CHECK(output_shape(Pool{}, {3, 9, 8}) == Shape{3, 4, 4});
  CHECK(output_shape(Flatten{}, {3, 9, 8}) == Shape{216, 1, 1});
  CHECK(output_shape(Activation{}, {3, 9, 8}) == Shape{3, 9, 8});
  CHECK(output_shape(linear(216, 2, std::vector<float>(432)), {3, 9, 8}) == Shape{2, 1, 1});
}

TEST_CASE("what does not fit is named") {
  const std::vector<float> four(4, 1.f);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto says = [](const Operation& operation, Shape input, const char* words) {
    const auto message = message_of([&] { (void)output_shape(operation, input); });
    CAPTURE(message);
    CHECK(message.find(words) != std::string::npos);
  };
  says(linear(2, 2, four, {}), {3, 1, 1}, "for 2 inputs but gets 3");
  says(linear(2, 3, four, {}), {2, 1, 1}, "cannot hold 4 values");
  says(linear(2, 2, four, {1}), {2, 1, 1}, "1 bias values for 2 outputs");
  says(linear(2, 2, {1, 2, nan, 4}, {}), {2, 1, 1}, "NaN");
  says(linear(2, 2, four, {1, nan}), {2, 1, 1}, "NaN");
  says(Convolution{.weights = {2, 2, four}, .bias = {}, .kernel_height = 2}, {2, 3, 3}, "need 4");
  says(Pool{.kernel_height = 4}, {1, 3, 3}, "window of 4 does not fit the height of 3");
  says(Pool{.stride_y = 0}, {1, 3, 3}, "stride 0");
  says(Pool{.pad_left = 2}, {1, 3, 3}, "reaches the size of the 2x2 window");
  says(Activation{.kind = Activation::Kind::clip, .low = 2, .high = 1}, {1, 1, 1}, "low 2");
  says(Flatten{}, {1, 0, 3}, "empty");
  says(Flatten{}, {1 << 15, 1 << 15, 1 << 15}, "limit");
}

TEST_CASE("a network whose layers do not follow each other is refused") {
  const Linear l = linear(2, 2, std::vector<float>(4));
  Network n{"net", {2, 1, 1}, {{"a", l, {2, 1, 1}, {2, 1, 1}}, {"b", l, {2, 1, 1}, {2, 1, 1}}}};
  CHECK_NOTHROW(check_network(n));
  Dataset data;
  data.shape = {2, 1, 1};
  data.pixels = {1, 2};
  n.layers[1].input = {3, 1, 1};
  CHECK(message_of([&] { run_float(n, data, 0, 1); }).find("layer 'b'") != std::string::npos);
  n.layers[1].input = {2, 1, 1};
  n.layers[1].output = {1, 1, 2};
  CHECK(message_of([&] { check_network(n); }).find("layer 'b'") != std::string::npos);
  n.layers.clear();
  CHECK(message_of([&] { check_network(n); }).find("no layers") != std::string::npos);
}

TEST_CASE("a float network that overflows is an error, not infinity") {
  const Linear l = linear(1, 1, {1e30f});
  const Shape one{1, 1, 1};
  const Network n{"net", one, {{"a", l, one, one}, {"b", l, one, one}}};
  Dataset data;
  data.pixels = {255};
  CHECK(message_of([&] { run_float(n, data, 0, 1); }).find("layer 'b'") != std::string::npos);
}

}  // namespace bitline::network_test
