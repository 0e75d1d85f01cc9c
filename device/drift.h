// SPDX-License-Identifier: Apache-2.0
// Drift of devices of known conductance and normal score: what ageing draws and what the law of aged devices averages.
#pragma once

#include "device/device.h"

namespace bitline::device {

// A drift at one time, worked out once for many devices.
class DriftedAt {
 public:
  DriftedAt(const Drift& model, double g_max_S, double t_s);
  bool changes() const { return power_ || by_state_ || exponential_; }
  bool by_device() const { return by_state_ || (power_ && power_->nu_sigma > 0); }  // whether `z` matters
  // Conductance of a device that had `g_S` before drift and whose normal number is `z`.
  double operator()(double g_S, double z) const;
  // Normal number z at which the drift exponent of a device of `g_S` reaches 0: integrals over z must break there.
  // Infinite where exponents do not differ from device to device.
  double kink(double g_S) const;

 private:
  const PowerLawDrift* power_ = nullptr;
  const StateDrift* by_state_ = nullptr;
  const DoubleExponentialDrift* exponential_ = nullptr;
  double g_max_S_ = 1, ln_time_ = 0;
  double factor_ = 1;                       // of devices that share an exponent
  double left_above_ = 1, left_below_ = 1;  // of the distance to rest
};

// Seconds at the reference temperature that age as much as `t_s` at another (Arrhenius).
double at_reference_s(const Thermal&, double temperature_K, double energy_eV, double t_s);

}  // namespace bitline::device
