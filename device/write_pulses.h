// SPDX-License-Identifier: Apache-2.0
// Open-loop writing in law: so many pulses of the device's own plasticity, without a look. Pulses are simulated once
// for many devices; where a device ends is one of these outcomes, by one draw.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "device/device.h"

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
  // The conductance that this number leaves a device with, picked by a uniform word.
  struct Outcome {
    double g_S;
    int pulses;
  };
  Outcome draw(double target_S, std::uint32_t word) const;

 private:
  std::vector<double> between_S_;     // halfway from the nominal state after n pulses to the next one
  std::vector<std::uint32_t> first_;  // by n: where its outcomes begin, or those of the nearest n that is kept
  std::vector<float> g_S_;
};

}  // namespace bitline::device
