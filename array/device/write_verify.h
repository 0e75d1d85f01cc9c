// SPDX-License-Identifier: Apache-2.0
// Write-verify in law: pulses are simulated once for each target, and a device takes the outcome of one simulated
// write. So position in the window, number of pulses and failure of a device have their joint distribution, at the cost
// of one draw.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "array/device/device.h"

namespace bitline {

struct VerifyOutcome {
  float offset_S = 0;  // from the target
  std::uint16_t pulses = 0;
  std::uint16_t failed = 0;  // 1: not in the window when the pulses were used up
};

// One write, pulse by pulse, from `start_S`. `factor` is the device's own of all steps; normal2(pulse) gives the normal
// numbers of the verify read before pulse 0, 1, ... and of that pulse's step.
VerifyOutcome write_by_pulses(const WriteVerify&, double g_max_S, double target_S, double start_S, double factor,
                              const std::function<std::array<float, 2>(int pulse)>& normal2);

class VerifyTables {
 public:
  static constexpr int paths = 1 << 15;         // simulated for each target
  static constexpr std::size_t kept = 1 << 12;  // of them, evenly in the order of pulses and position
  static constexpr std::size_t most_targets = 64;

  // For a device whose write model is WriteVerify. More targets than most_targets: as many evenly from lowest to
  // highest.
  VerifyTables(const Device&, std::vector<double> targets_S);

  // The outcomes that uniform words pick for the targets nearest to `target_S`, at most device_draws::chunk_size.
  void draw(int round, std::span<const double> target_S, std::span<const std::uint32_t> word,
            std::span<VerifyOutcome> outcome) const;
  // Of all rounds, mean over the simulated writes of the target nearest to `target_S`.
  double mean_pulses(double target_S) const;
  double failed_share(double target_S) const;
  double mean_pulses() const;  // over all targets

 private:
  struct Table {
    std::uint32_t first = 0, size = 0;
  };
  int bin(double target_S) const;
  std::size_t index(int bin, double target_S) const {
    const std::size_t i = first_[static_cast<std::size_t>(bin)];
    return i + (target_S > middle_S_[i]);
  }
  static constexpr int bins = 1024;

  std::vector<double> targets_S_, mean_pulses_, failed_;
  double lowest_S_ = 0, bins_per_S_ = 0;
  std::array<std::uint8_t, bins> first_{};          // nearest target of a bin's beginning
  std::array<double, most_targets> middle_S_ = {};  // between a target and the next; infinite after the last
  std::vector<Table> tables_;                       // [round][target]
  std::vector<VerifyOutcome> outcomes_;
};

// Fills in pulses, failures and rounds. `g_S`: in: where an errorless write lands, out: right after the device's last
// pulse. Spans of at most device_draws::chunk_size.
void write_verified(const Device&, const VerifyTables&, const Random&, std::span<const CellId>,
                    std::span<const double> target_S, std::span<double> g_S, const WriteRecord&);

}  // namespace bitline
