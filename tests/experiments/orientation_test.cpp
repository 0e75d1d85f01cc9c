// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>

#include "device/plasticity/pulsed_device.h"
#include "experiments/systems/moving_bar.h"
#include "experiments/systems/orientation_learning.h"

namespace bitline::experiments {
namespace {

using arch::Orientation;

device::Device tunnel_junction() {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  return device::load_pulsed_device(configs / "device/ftj.yaml", {}, {{configs}}).device;
}

int seeds_with_four(const Orientation& o, int seeds) {
  int four = 0;
  for (int s = 0; s < seeds; ++s)
    four += learn_orientations(o, Random(7, static_cast<std::uint32_t>(s))).orientations() == 4;
  return four;
}

TEST_CASE("each bar is the nine pixels at distance 0, and a crossing bar meets every other pixel at most once") {
  for (int k = 0; k < orientations; ++k) {
    int bar = 0;
    for (int p = 0; p < pixels; ++p) {
      bar += on_bar(k, p);
      // Through the middle of the field the other way round, distances change sign.
      CHECK(offset(k, p) == -offset(k, pixels - 1 - p));
    }
    CHECK(bar == field);
  }
}

TEST_CASE("outputs part between the thresholds that the mean change of weights says") {
  Orientation o;
  // 2 Hz on the bar, 0.7 Hz beside it: (4 + 3 0.49) / (2 + 2.1) + 1 / T, and 2 + 1 / T.
  CHECK(threshold_range(o).lowest_Hz == doctest::Approx(5.47 / 4.1 + 0.1));
  CHECK(threshold_range(o).highest_Hz == doctest::Approx(2.1));
  CHECK(seeds_with_four(o, 12) == 12);
  auto& rule = std::get<arch::SlidingThresholdRule>(o.rule);
  rule.threshold_Hz = threshold_range(o).lowest_Hz - 0.4, rule.slide_Hz = 0;
  CHECK(seeds_with_four(o, 12) < 6);  // one output can win everything
  rule.threshold_Hz = threshold_range(o).highest_Hz + 0.4;
  const Learned lost = learn_orientations(o, Random(7, 0));
  double weight = 0;
  for (const float w : lost.weights.back()) weight += w;
  double at_start = 0;
  for (const float w : lost.weights.front()) at_start += w;
  CHECK(weight < at_start / 2);  // no bar grows
}

TEST_CASE("after learning, one bar lies above an output's threshold and three below") {
  const Learned learned = learn_orientations(Orientation{}, Random(7, 3));
  const RateSnapshot& end = learned.rates.back();
  for (std::size_t n = 0; n < static_cast<std::size_t>(outputs); ++n) {
    int above = 0;
    for (const double rate : end.rate_Hz[n]) above += rate > end.threshold_Hz[n];
    CHECK(above == 1);
  }
}

TEST_CASE("the textbook rule lets one output take all: the bars overlap too much") {
  Orientation o;
  o.epochs = 2000;
  o.rule = arch::RateProductRule{};
  CHECK(seeds_with_four(o, 12) <= 2);  // 0 to 2 of 40 over rates and memories in a prototype of the same rule
}

TEST_CASE("directions are read while devices remember, and not after") {
  const device::Device ftj = tunnel_junction();
  const arch::MovingBar bar;
  int fast = 0, slow = 0;
  for (std::uint32_t s = 0; s < 10; ++s) {
    fast += directions_right(bar, 0.1, ftj, Random(5, s), 0);
    slow += directions_right(bar, 2, ftj, Random(5, s), 0);
  }
  CHECK(fast == 80);
  CHECK(slow < 40);  // 1 of 8 is chance
}

}  // namespace
}  // namespace bitline::experiments
