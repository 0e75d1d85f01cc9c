// SPDX-License-Identifier: Apache-2.0
// Open-loop writing in law: so many pulses of the device's own plasticity, without a look. Pulses are simulated once
// for many devices; where a device ends is one of these outcomes, by one draw.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "device/device.h"
#include "device/write_path.h"

namespace bitline::device {

class PulseTables {
 public:
  static constexpr int paths = 1 << 15;      // devices simulated
  static constexpr int kept_bits = 10;       // 2^10 positions are kept of each number of pulses, evenly in their order
  static constexpr int most_pulses = 10000;  // from one end of the window to the other

  // For a device whose write model is PulseWrite: check() finds nothing wrong with it. Numbers of pulses that no target
  // asks for are not kept.
  PulseTables(const Device&, std::span<const double> targets_S);

  // How many positive pulses bring the nominal device from g_min nearest to the target.
  int pulses(double target_S) const;
  // What they meet, mean over the simulated devices.
  const WritePath& path(double target_S) const { return path_[table_of_[static_cast<std::size_t>(pulses(target_S))]]; }
  // The conductance that this number leaves a device with, picked by a uniform word.
  struct Outcome {
    double g_S;
    int pulses;
  };
  Outcome draw(double target_S, std::uint32_t word) const;

 private:
  std::vector<double> between_S_;        // halfway from the nominal state after n pulses to the next one
  std::vector<std::uint32_t> table_of_;  // by n: its table, or that of the nearest n that is kept
  std::vector<WritePath> path_;          // by table
  std::vector<float> g_S_;               // by table: the conductances kept of it
};

}  // namespace bitline::device
