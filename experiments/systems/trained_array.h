// SPDX-License-Identifier: Apache-2.0
// A matrix of weights held by devices that pulses change and reads see through converters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arch/experiments/train_on_array.h"
#include "base/random.h"
#include "device/device.h"
#include "device/plasticity/level_pulses.h"
#include "periphery/adc/adc.h"

namespace bitline::experiments {

// What training needs of a device; conductances in S, or in units of g_max where the file gives none.
struct TrainedDevice {
  std::string name;
  const device::Device* device = nullptr;
  bool relative = false;
  double low = 0, high = 1;  // conductance at level 0 and level 1
  device::LevelPulses pulses;

  const device::Plasticity& plasticity() const { return *device->plasticity; }
  // Variance of one read at a level, in squared shares of the window.
  double read_variance(double level) const;
};

// Of one matrix.
struct ArraySetup {
  int rows = 0, columns = 0;
  arch::WeightCell cell = arch::WeightCell::one_device;
  double range = 1, zero = 0.5;  // weight at the end of the window; level of weight 0
  const periphery::Adc* adc = nullptr;
  double full_scale = 12, full_scale_back = 6;
  std::uint16_t name = 0;  // of its draws: below 4096, other than any other array's
};

// Which weights get how many pulses, positive ones to raise them; each weight at most once.
struct PulseList {
  std::vector<std::uint32_t> at;
  std::vector<std::int16_t> counts;
  void clear() { at.clear(), counts.clear(); }
  void add(std::uint32_t weight, int count) {
    at.push_back(weight), counts.push_back(static_cast<std::int16_t>(count));
  }
};

// Pulses so far: numbers, and the mean level of a device while it gets one.
struct PulseCounts {
  double up = 0, down = 0, up_levels = 0, down_levels = 0;  // levels: summed over pulses
  double all() const { return up + down; }
};

class TrainedArray {
 public:
  // Weights are 0. Draws hang on `random` and the name.
  TrainedArray(const TrainedDevice&, const ArraySetup&, const Random&);

  // Writes weights as near as the window lets them be, without error (write-verify at leisure).
  void write(std::span<const float> weights);
  void pulse(const PulseList&);

  // out[j] = sum over i of x[i] w[i][j], x in 0..1 on as many rows as are not 0: one analog read of all columns. White
  // read noise is independent for each device and read, so a sum's noise is normal with the sum of x^2 times their
  // variances: in law the same as drawing each. The reference column is subtracted before conversion, and its noise is
  // common to all columns.
  void read(std::span<const float> x, std::span<float> out);
  // out[i] = sum over j of delta[j] w[i][j], the largest |delta| being 1; a row's device of the reference column gets
  // minus the sum of them.
  void read_back(std::span<const float> delta, std::span<float> out);
  // One row, converted over the window.
  void read_row(int row, std::span<float> out);

  std::span<const float> weights() const { return weights_; }
  double step() const { return step_; }  // mean change of a weight by one pulse, at weight 0
  int rows() const { return setup_.rows; }
  int columns() const { return setup_.columns; }
  std::uint16_t name() const { return setup_.name; }
  const PulseCounts& counts() const { return counts_; }
  std::span<const std::uint32_t> pulses_of() const { return pulses_of_; }  // of each weight: its busiest device
  // Of all devices on each line, the reference column's included (in rows).
  std::vector<double> row_conductances() const;
  std::vector<double> column_conductances() const;

 private:
  struct Side {  // devices that a rising weight potentiates, or depresses
    std::vector<float> levels, sizes;
  };
  void pulse_side(Side&, const PulseList&, int sign, std::uint16_t stream);
  void derive(std::size_t weight);
  double conductance(std::size_t weight) const;  // of its devices
  // Noise of variance_ each, and a common one; then the converters.
  void convert(const periphery::AdcBank&, const periphery::AdcScale&, int direction, double common_variance,
               std::span<float> out);

  const TrainedDevice& device_;
  ArraySetup setup_;
  const Random& random_;
  double step_ = 0;
  Side up_, down_;                 // down_: empty unless a weight is a pair
  std::vector<float> weights_;     // (rows, columns), of the levels
  std::vector<float> variances_;   // of one read of each weight's own devices; empty: none
  double reference_variance_ = 0;  // of one read of a device of the reference column
  periphery::AdcBank columns_bank_, rows_bank_;
  periphery::AdcScale forward_, back_, window_;
  PulseCounts counts_;
  std::vector<std::uint32_t> pulses_of_;
  std::uint32_t updates_ = 0, reads_ = 0;
  // Of one call.
  std::vector<float> level_, size_, z_, sums_, variance_;
  std::vector<std::int16_t> count_;
  std::vector<std::size_t> driven_;  // rows
  std::vector<float> drive_, drive_squares_;
  std::vector<double> currents_;
};

}  // namespace bitline::experiments
