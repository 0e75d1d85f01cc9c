// SPDX-License-Identifier: Apache-2.0
#include "array/device/write_tables.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "array/device/draws.h"
#include "array/device/write_pulses.h"
#include "array/device/write_verify.h"

namespace bitline {

using namespace device_draws;

bool written_by_pulses(const Device& device) {
  return std::holds_alternative<WriteVerify>(device.write) || std::holds_alternative<PulseWrite>(device.write);
}

WriteTables::WriteTables(const Device& device, std::vector<double> targets_S) : targets_S_(std::move(targets_S)) {
  std::sort(targets_S_.begin(), targets_S_.end());
  targets_S_.erase(std::unique(targets_S_.begin(), targets_S_.end()), targets_S_.end());
  if (targets_S_.empty()) throw std::invalid_argument("WriteTables: no target");
  if (targets_S_.size() > most_targets) {
    const double low = targets_S_.front(), high = targets_S_.back();
    targets_S_.resize(most_targets);
    for (std::size_t i = 0; i < most_targets; ++i)
      targets_S_[i] = low + (high - low) * static_cast<double>(i) / (most_targets - 1);
  }
  const std::size_t count = targets_S_.size();
  const double range_S = targets_S_.back() - targets_S_.front();
  lowest_S_ = targets_S_.front();
  bins_per_S_ = range_S > 0 ? bins / range_S : 0;
  std::size_t target = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    const double middle_S = lowest_S_ + (static_cast<double>(b) + 0.5) / bins * range_S;
    while (target + 1 < count && targets_S_[target] + targets_S_[target + 1] < 2 * middle_S) ++target;
    nearest_[b] = static_cast<std::uint8_t>(target);
  }

  std::vector<TargetWrites> writes;
  if (std::holds_alternative<PulseWrite>(device.write))
    writes = pulsed_writes(device, targets_S_);
  else
    for (const double target_S : targets_S_) writes.push_back(verified_writes(device, target_S));
  const std::size_t rounds = writes.front().rounds.size();
  outcomes_.resize(count * rounds * kept);
  WriteOutcome* table = outcomes_.data();
  for (TargetWrites& one : writes) {
    for (std::size_t round = 0; round < rounds; ++round, table += kept) {
      auto& found = one.rounds[round];
      if (found.empty()) {  // none of these paths is written again; a device that still is takes the round's before
        std::copy_n(table - kept, kept, table);
        continue;
      }
      std::sort(found.begin(), found.end(), [](const WriteOutcome& a, const WriteOutcome& b) {
        return std::pair(a.pulses, a.offset_S) < std::pair(b.pulses, b.offset_S);
      });
      for (std::size_t i = 0; i < kept; ++i) table[i] = found[(2 * i + 1) * found.size() / (2 * kept)];
    }
    mean_pulses_.push_back(one.mean_pulses);
    failed_.push_back(one.failed_share);
  }
  for (std::size_t round = 0; round < rounds; ++round)
    for (const std::size_t t : nearest_) first_.push_back(static_cast<std::uint32_t>((t * rounds + round) * kept));
}

void WriteTables::draw(int round, std::span<const double> target_S, std::span<const std::uint32_t> word,
                       std::span<WriteOutcome> outcome) const {
  // Without branches, since which level a device gets nobody can predict.
  const std::size_t n = target_S.size();
  double in_bins[chunk_size];
  std::int32_t at[chunk_size];
  for (std::size_t i = 0; i < n; ++i) in_bins[i] = bin(target_S[i]);
  for (std::size_t i = 0; i < n; ++i) at[i] = static_cast<std::int32_t>(in_bins[i]);
  const std::uint32_t* first = first_.data() + static_cast<std::size_t>(round) * bins;
  for (std::size_t i = 0; i < n; ++i) outcome[i] = outcomes_[first[at[i]] + (word[i] >> (32 - kept_bits))];
}

double WriteTables::mean_pulses() const {
  return std::accumulate(mean_pulses_.begin(), mean_pulses_.end(), 0.0) / static_cast<double>(mean_pulses_.size());
}

}  // namespace bitline
