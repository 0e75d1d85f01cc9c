// SPDX-License-Identifier: Apache-2.0
// Pulses with spread on all devices of an array, row after row, for benchmarks; and the normal numbers they take alone.
#pragma once

#include <cstdint>
#include <vector>

#include "device/plasticity/level_pulses.h"

namespace bitline::bench {

class PulsedRows {
 public:
  static constexpr std::size_t rows = 576, columns = 128;

  explicit PulsedRows(int pulses);  // of each device: so many up or down
  double device_pulses() const { return static_cast<double>(rows * columns) * pulses_; }
  void draw();
  void pulse();
  // Mean and spread of all devices after one call within five standard errors of single pulses on 4000 of them.
  bool answers_agree();

 private:
  int pulses_;
  device::Plasticity plasticity_;
  device::LevelPulses levels_of_;
  std::vector<std::int16_t> counts_;
  std::vector<float> levels_, sizes_, normals_;
};

}  // namespace bitline::bench
