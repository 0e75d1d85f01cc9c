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

#include "device/device.h"
#include "device/write_path.h"

namespace bitline::device {

struct VerifyOutcome {
  float offset_S;  // from the target
  std::uint16_t pulses;
  std::uint16_t failed;  // 1: not in the window when the pulses were used up
};

// One write, pulse by pulse, from `start_S`. `factor` is the device's own of all steps; normal2(pulse) gives the normal
// numbers of the verify read before pulse 0, 1, ... and of that pulse's step. `path`: what its pulses meet is added.
VerifyOutcome write_by_pulses(const WriteVerify&, double g_max_S, double target_S, double start_S, double factor,
                              const std::function<std::array<float, 2>(int pulse)>& normal2, WritePath* path = nullptr);

class VerifyTables {
 public:
  static constexpr int paths = 1 << 15;  // simulated for each target
  static constexpr int kept_bits = 12;   // 2^12 of them are kept, evenly in the order of pulses and position
  static constexpr std::size_t kept = std::size_t{1} << kept_bits;
  static constexpr std::size_t most_targets = 64;

  // For a device whose write model is WriteVerify. More targets than most_targets: as many evenly from lowest to
  // highest.
  VerifyTables(const Device&, std::vector<double> targets_S);

  // The outcomes that uniform words pick for the targets nearest to `target_S`, at most device_draws::chunk_size.
  void draw(int round, std::span<const double> target_S, std::span<const std::uint32_t> word,
            std::span<VerifyOutcome> outcome) const;
  // Of all rounds, mean over the simulated writes of the target nearest to `target_S`.
  const WritePath& path(double target_S) const { return path_[nearest(target_S)]; }
  double mean_pulses(double target_S) const { return path(target_S).pulses; }
  double failed_share(double target_S) const { return failed_[nearest(target_S)]; }
  double mean_pulses() const;  // over all targets

 private:
  static constexpr int bins = 1 << 12;  // of the range of targets; each takes the target nearest to its middle
  double bin(double target_S) const {
    const double at = (target_S - lowest_S_) * bins_per_S_, most = bins - 1;
    const double from_0 = at > 0 ? at : 0;
    return from_0 < most ? from_0 : most;
  }
  std::size_t nearest(double target_S) const { return nearest_[static_cast<std::size_t>(bin(target_S))]; }

  std::vector<double> targets_S_, failed_;
  std::vector<WritePath> path_;
  double lowest_S_ = 0, bins_per_S_ = 0;
  std::array<std::uint8_t, bins> nearest_{};
  std::vector<std::uint32_t> first_;     // [round][bin]: where the outcomes of the bin's target begin
  std::vector<VerifyOutcome> outcomes_;  // [target][round][kept]
};

// Fills in pulses, failures and rounds. `g_S`: in: where an errorless write lands, out: right after the device's last
// pulse. Spans of at most device_draws::chunk_size.
void write_verified(const Device&, const VerifyTables&, const Random&, std::span<const CellId>,
                    std::span<const double> target_S, std::span<double> g_S, const WriteRecord&,
                    std::uint32_t write_number);

}  // namespace bitline::device
