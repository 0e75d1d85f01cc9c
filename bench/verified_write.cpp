// SPDX-License-Identifier: Apache-2.0
#include "bench/verified_write.h"

#include <cmath>

namespace bitline::bench {
namespace {

constexpr int levels = 8;

Device verified_device() {
  Device d;
  d.g_min_S = 1e-6, d.g_max_S = 40e-6;
  d.write = WriteVerify{
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
  const Random random(3, 0);
  for (std::uint32_t weight = 0; weight < std::uint32_t{rows} * columns; ++weight) {
    const auto word = random.bits({.purpose = Purpose::test, .place = weight});
    for (std::uint8_t side = 0; side < 2; ++side) {
      ids_.push_back({1, weight, 0, side});
      target_S_.push_back(targets_S[word[side] % levels]);
    }
  }
  written_S_.resize(ids_.size());
  pulses_.resize(ids_.size());
  failed_.resize(ids_.size());
}

double VerifiedWrite::write() {
  write_cells(device_, {0, &tables_}, Random(5, 0), ids_, target_S_, written_S_,
              WriteRecord{.pulses = pulses_, .failed = failed_});
  std::uint64_t sum = 0;
  for (const std::uint16_t p : pulses_) sum += p;
  return static_cast<double>(sum) / static_cast<double>(pulses_.size());
}

bool VerifiedWrite::answers_agree() {
  const double mean = write();
  double expected = 0;
  for (const double t : target_S_) expected += tables_.mean_pulses(t) / static_cast<double>(target_S_.size());
  for (std::size_t i = 0; i < target_S_.size(); ++i)
    if (!failed_[i] && !(std::abs(written_S_[i] - target_S_[i]) <= 1.0001e-6)) return false;
  return std::abs(mean - expected) < 0.01 * expected;  // 2^12 kept of 2^15 paths for each target
}

}  // namespace bitline::bench
