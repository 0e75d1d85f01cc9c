// SPDX-License-Identifier: Apache-2.0
// Variance of the read noise that a conversion column sees of one cell.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "chip/conversions.h"
#include "chip/devices.h"

namespace bitline::chip {

// Of the current that a volt drives, in S^2: the devices of a conversion's cell, each weakened as its own current is by
// wires and access transistor.
class ColumnVariance {
 public:
  // `factor` by conversion column (Chip::noise_factors); nullptr: 1.
  ColumnVariance(const Chip& chip, const device::Device& device, const BlockDevices& d,
                 const std::vector<double>* factor)
      : device_(device),
        d_(d),
        factor_(factor),
        access_ohm_(chip.config.wires.exact() ? chip.config.wires.access_ohm : 0) {}
  // Devices i1 and i2 (or no_device) of conversion `column`.
  double operator()(int column, std::size_t i1, std::size_t i2) const {
    return of_column(column, of_device(i1), i2 == no_device ? 0 : of_device(i2));
  }
  // The same from the variances of its devices.
  double of_column(int column, double first_S2, double second_S2) const {
    const double both = first_S2 + second_S2;
    return factor_ && !factor_->empty() ? both * (*factor_)[static_cast<std::size_t>(column)] : both;
  }
  // Of devices `first`, first + 1, ...
  void of_devices(std::size_t first, std::span<double> variance_S2) const {
    const std::size_t n = variance_S2.size();
    if (access_ohm_ > 0 || !d_.effective_S.empty() || !device_.read_noise.by_conductance.empty()) {
      for (std::size_t i = 0; i < n; ++i) variance_S2[i] = of_device(first + i);
      return;
    }
    const double white_S2 = device_.read_noise.sigma_S * device_.read_noise.sigma_S,
                 relative = device_.read_noise.relative;
    const double* const g_S = d_.aged_S.data() + first;
    // The root of a rounded square is the number itself in base 2 (Boldo 2015, "Stupid is as stupid does: taking the
    // square root of the square of a floating-point number", Electronic Notes in Theoretical Computer Science 317).
    if (white_S2 == 0) {
#pragma omp simd
      for (std::size_t i = 0; i < n; ++i) {
        const double sigma_S = relative * g_S[i];
        variance_S2[i] = sigma_S * sigma_S;
      }
      return;
    }
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {  // read_noise_sigma(), squared
      const double relative_S = relative * g_S[i], sigma_S = std::sqrt(white_S2 + relative_S * relative_S);
      variance_S2[i] = sigma_S * sigma_S;
    }
  }
  double reference(std::size_t i) const {
    return scaled(d_.reference_S[i], d_.effective_S.empty() ? -1 : d_.reference_effective_S[i]);
  }

 private:
  double of_device(std::size_t i) const {
    return scaled(d_.aged_S[i], d_.effective_S.empty() ? -1 : d_.effective_S[i]);
  }
  // A change of the device's conductance reaches the column weakened as its own current is.
  double scaled(double g_S, double effective_S) const {
    // Behind its transistor a device carries g / (1 + g r), whose slope is 1 / (1 + g r)^2.
    const double behind = 1 / (1 + g_S * access_ohm_);
    const double reached = effective_S >= 0 && g_S > 0 ? effective_S / g_S : behind;
    const double sigma_S = read_noise_sigma(device_, g_S) * reached * behind;
    return sigma_S * sigma_S;
  }
  const device::Device& device_;
  const BlockDevices& d_;
  const std::vector<double>* factor_;
  double access_ohm_;
};

}  // namespace bitline::chip
