// SPDX-License-Identifier: Apache-2.0
// Relaxation of devices of known written conductance and normal score: what ageing and rounds of write-verify share.
#pragma once

#include <vector>

#include "device/device.h"

namespace bitline::device {

// A relaxation at one time, worked out once for many devices.
class RelaxedAt {
 public:
  RelaxedAt(const Relaxation& model, double g_max_S, double t_s);
  bool changes() const { return changes_; }
  // Conductance of a device written at `g_S` whose normal number is `z`; not below 0.
  double operator()(double g_S, double z) const;

 private:
  double measured(double g_S, double z) const;
  const LogTimeRelaxation* log_time_ = nullptr;
  bool changes_ = false;
  double g_max_S_ = 1, decades_ = 0;
  // By level: mean and sigma, or quantiles, at this time.
  std::vector<double> g_S_, mean_S_, variance_S2_;
  std::vector<std::vector<double>> change_S_;
};

}  // namespace bitline::device
