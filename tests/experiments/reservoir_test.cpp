// SPDX-License-Identifier: Apache-2.0
// States of digits, and one run of the reservoir on made-up sounds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "experiments/systems/reservoir_run.h"
#include "experiments/systems/reservoir_states.h"

namespace bitline::experiments {
namespace {

// Steps of a tenth of the window up and down, half of a response of 0.1 fades with 100 ms.
device::Device synapse() {
  device::Device d;
  d.g_min_S = 100e-6, d.g_max_S = 1100e-6;
  d.plasticity.emplace();
  device::ShortTerm fading;
  fading.response = 0.1, fading.share1 = 0.5, fading.tau1_s = 0.1;
  d.plasticity->potentiation = d.plasticity->depression =
      device::PulseResponse{{1, 1e-4}, device::LinearUpdate{100}, fading};
  return d;
}

// Frames of digits that differ in one band each, every recording a little louder than the one before.
SpokenFrames made_up(int recordings) {
  SpokenFrames s{"nobody", std::vector<std::vector<std::vector<float>>>(3)};
  for (std::size_t digit = 0; digit < 3; ++digit)
    for (int i = 0; i < recordings; ++i) {
      std::vector<float> frames(5 * 8);
      for (std::size_t f = 0; f < 5; ++f)
        for (std::size_t k = 0; k < 8; ++k)
          frames[f * 8 + k] = (k / 2 == digit ? 1.f : 0.1f) * (1 + 0.01f * static_cast<float>(i % 5));
      s.of_digit[digit].push_back(frames);
    }
  return s;
}

}  // namespace

TEST_CASE("glyphs are rows of pixels; anything else is refused") {
  CHECK(arch::glyph_rows("101 010") == std::vector<std::vector<bool>>{{true, false, true}, {false, true, false}});
  for (const char* bad : {"", "10 1", "12", "10,11"}) {
    CHECK_THROWS_AS(arch::glyph_rows(bad), InputError);
  }
}

TEST_CASE("rows that look alike leave the same states, and each pulse counts as late as it came") {
  arch::Reservoir r;
  r.sets.samples = 2;
  const DeviceStates s = image_states(r, synapse(), Random(1, 0));
  REQUIRE(s.rows.count() == 6);
  CHECK(s.rows.columns == 5);
  CHECK(s.rows.labels == std::vector<int>{0, 0, 1, 1, 2, 2});
  const auto zero = s.rows.row(0), eight = s.rows.row(4);
  CHECK(zero[0] == eight[0]);
  CHECK(zero[1] == eight[1]);
  CHECK(zero[2] != eight[2]);
  // Row 1001 by 1 ms pulses on a reference of 0.1 ms, drive 10: two steps of 0.1, and of each 0.5 x 0.1 x 10 what
  // fades, the second less by what is left of the first (ceiling 1).
  const double first = 0.5 * std::exp(-0.059 / 0.1), second = 0.5 * (1 - first) * std::exp(-0.019 / 0.1);
  CHECK(zero[1] == doctest::Approx(100e-6 + 1e-3 * (0.2 + first * std::exp(-0.019 / 0.1) + second)).epsilon(1e-9));
  // Joule heat of that row: a pulse of 1 V, 1 ms at the lowest level, one at what was left before it, a reading.
  arch::Reservoir one = r;
  one.digits = {7}, one.images.glyphs = {"1001"}, one.sets.samples = 1;
  const double before = 100e-6 + 1e-3 * (0.1 + first);
  CHECK(image_states(one, synapse(), Random(1, 0)).energy_J[0] ==
        doctest::Approx(1e-3 * (100e-6 + before) + 0.01 * 1e-4 * zero[1]).epsilon(1e-9));
}

TEST_CASE("a mask turns each frame into sums of +-1 times its channels") {
  const std::vector<float> frames{1, 2, 3, 4}, mask{1, -1, 1, 1};  // two frames, two channels, two columns
  CHECK(masked(frames, mask, 2, 2) == std::vector<double>{3, 1, 7, 1});
  const std::vector<float> drawn = reservoir_mask(64, 4, Random(1, 2));
  CHECK(drawn.size() == 256);
  for (const float m : drawn) CHECK(std::abs(m) == 1);
  // 5 sigma of 256 fair signs (false alarm 6e-7)
  CHECK(std::abs(std::accumulate(drawn.begin(), drawn.end(), 0.f)) < 80);
  CHECK(drawn != reservoir_mask(64, 4, Random(1, 3)));
}

TEST_CASE("the smallest number of all is the lowest amplitude, the largest the highest, all negative") {
  const auto volts = voice_amplitudes_V({}, std::vector{5.0, 1.0, 3.0});
  CHECK(volts == std::vector<double>{-1, -0.4, -0.7});
  CHECK(voice_amplitudes_V({}, std::vector{2.0, 2.0}) == std::vector<double>{-0.4, -0.4});
}

TEST_CASE(
    "a voice's states are readings at the ends of its pulses; those below the lowest level are held and counted") {
  arch::Reservoir r;
  r.voices.start = 0.015, r.voices.lowest_V = r.voices.highest_V = 1;  // a step of 0.01 and a response of 0.1
  const std::vector<double> numbers{0, 0};
  const std::vector<int> label{0};
  const DeviceStates s = voice_states(r, synapse(), Random(1, 0), numbers, label);
  CHECK(s.readings == 2);
  CHECK(s.below == 2);
  CHECK(s.rows.values == std::vector<double>{100e-6, 100e-6});
  r.voices.start = 0.5;
  const DeviceStates high = voice_states(r, synapse(), Random(1, 0), numbers, label);
  CHECK(high.below == 0);
  CHECK(high.rows.values[0] == doctest::Approx(100e-6 + 1e-3 * (0.49 - 0.1)).epsilon(1e-9));
  CHECK(high.energy_J[0] == doctest::Approx(1e-4 * high.rows.values[0]).epsilon(1e-12));
  r.voices.state = arch::VoiceState::current;
  CHECK(voice_states(r, synapse(), Random(1, 0), numbers, label).rows.values[0] ==
        doctest::Approx(-high.rows.values[0]).epsilon(1e-12));
}

TEST_CASE("an order is a permutation, other for other draws") {
  const auto order = shuffled(100, Random(1, 0), {Purpose::test});
  CHECK(std::set(order.begin(), order.end()).size() == 100);
  CHECK(*std::ranges::max_element(order) == 99);
  CHECK(order != shuffled(100, Random(2, 0), {Purpose::test}));
  // The first place is uniform: of 2000 draws of 4, each number 500 +- 5 sqrt(375).
  std::array<int, 4> first{};
  for (std::uint32_t i = 0; i < 2000; ++i) ++first[shuffled(4, Random(1, i), {Purpose::test})[0]];
  for (const int n : first) CHECK(std::abs(n - 500) < 97);
}

TEST_CASE("what can be told apart is told apart, and what looks alike is not") {
  arch::Reservoir r;
  r.sets.samples = 10, r.sets.single = 5, r.sets.apart = 5, r.sets.pairs = 100;
  device::Device device = synapse();
  device.plasticity->spread.device_to_device = 0.01;
  const std::vector<int> by_kept{1, 20};
  const ReservoirRun run = run_reservoir(r, device, made_up(12), Random(1, 0), by_kept);
  CHECK(run.accuracy.whole_image == 1);
  CHECK(run.accuracy.whole_voice == 1);
  CHECK(run.accuracy.whole_both == 1);
  // 5 differs in its second row; 0 and 8 are alike there: a third is right, and each of the others by chance.
  CHECK(run.accuracy.image >= 1.0 / 3);
  CHECK(run.accuracy.image <= 1.0 - 1.0 / 15);
  CHECK(run.voice_by_kept.size() == 2);
  CHECK(run.voice_by_kept[1] == 1);
  CHECK(run.image_J > 0);
  CHECK(run.voice_J > 0);
  CHECK(run.readings == 30 * 5 + 30 * 20);
  const ReservoirRun again = run_reservoir(r, device, made_up(12), Random(1, 0), by_kept);
  CHECK(again.accuracy.both == run.accuracy.both);
}

}  // namespace bitline::experiments
