// SPDX-License-Identifier: Apache-2.0
#include "bench/verified_write.h"

#include <cmath>

namespace bitline::bench {

using device::Device;

namespace {

constexpr int levels = 8;

Device verified_device() {
  Device d;
  d.g_min_S = 1e-6, d.g_max_S = 40e-6;
  d.write = device::WriteVerify{
      .half_width_S = 1e-6, .set_step_S = {2e-6}, .growth = 0.1, .spread = 0.6, .max_pulses = 50, .start_S = 1e-6};
  return d;
}

std::vector<double> level_targets(const Device& d) {
  std::vector<double> targets_S;
  for (int k = 0; k < levels; ++k) targets_S.push_back(level_conductance(d, k, levels));
  return targets_S;
}

}  // namespace

VerifiedWrite::VerifiedWrite() : device_(verified_device()), tables_(device_, level_targets(device_)) {
  const std::vector<double> targets_S = level_targets(device_);
  for (const double positive_S : targets_S)
    for (const double negative_S : targets_S) pairs_.push_back({positive_S, negative_S});
  const Random random(3, 0);
  for (std::uint32_t weight = 0; weight < std::uint32_t{rows} * columns; ++weight) {
    const auto word = random.bits({.purpose = Purpose::test, .place = weight});
    weights_.push_back(static_cast<std::uint8_t>(word[0] % levels * levels + word[1] % levels));
  }
  written_S_.resize(devices());
}

double VerifiedWrite::write(const Look& look) {
  constexpr std::size_t weights_at_once = std::size_t{rows_at_once} * columns, strip = 2 * weights_at_once;
  std::vector<device::CellId> ids(strip);
  std::vector<double> target_S(strip);
  std::vector<std::uint16_t> pulses(strip);
  std::vector<std::uint8_t> failed(strip);
  std::uint64_t sum = 0;
  for (std::size_t begin = 0; begin < devices(); begin += strip) {
    for (std::size_t w = 0; w < weights_at_once; ++w) {
      const auto weight = static_cast<std::uint32_t>(begin / 2 + w);
      const auto [positive_S, negative_S] = pairs_[weights_[weight]];
      ids[2 * w] = {1, weight, 0, 0}, ids[2 * w + 1] = {1, weight, 0, 1};
      target_S[2 * w] = positive_S, target_S[2 * w + 1] = negative_S;
    }
    const std::span written_S{written_S_.data() + begin, strip};
    write_cells(device_, {0, &tables_}, Random(5, 0), ids, target_S, written_S,
                device::WriteRecord{.pulses = pulses, .failed = failed});
    for (const std::uint16_t p : pulses) sum += p;
    if (look) look(target_S, written_S, failed);
  }
  return static_cast<double>(sum) / static_cast<double>(devices());
}

bool VerifiedWrite::answers_agree() {
  double expected = 0;
  bool inside = true;
  const double mean = write([&](auto target_S, auto written_S, auto failed) {
    for (std::size_t i = 0; i < target_S.size(); ++i) {
      expected += tables_.mean_pulses(target_S[i]) / static_cast<double>(devices());
      inside = inside && (failed[i] || std::abs(written_S[i] - target_S[i]) <= 1.0001e-6);
    }
  });
  return inside && std::abs(mean - expected) < 0.01 * expected;  // 2^12 kept of 2^15 paths for each target
}

}  // namespace bitline::bench
