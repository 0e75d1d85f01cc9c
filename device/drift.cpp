// SPDX-License-Identifier: Apache-2.0
#include "device/drift.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bitline::device {

DriftedAt::DriftedAt(const Drift& model, double g_max_S, double t_s)
    : power_(std::get_if<PowerLawDrift>(&model)),
      by_state_(std::get_if<StateDrift>(&model)),
      exponential_(std::get_if<DoubleExponentialDrift>(&model)),
      g_max_S_(g_max_S) {
  if (power_) {
    ln_time_ = std::log1p(t_s / power_->t0_s);
    factor_ = std::exp(-std::max(0.0, power_->nu_mean) * ln_time_);
  } else if (by_state_) {
    ln_time_ = std::log1p(t_s / by_state_->t0_s);
  } else if (exponential_) {
    const DoubleExponentialDrift& m = *exponential_;
    const auto left = [&](double share1, double tau1_s, double tau2_s) {
      return share1 * std::exp(-t_s / tau1_s) + (1 - share1) * std::exp(-t_s / tau2_s);
    };
    left_above_ = left(m.share1, m.tau1_s, m.tau2_s);
    left_below_ =
        left(m.share1_below.value_or(m.share1), m.tau1_below_s.value_or(m.tau1_s), m.tau2_below_s.value_or(m.tau2_s));
  }
}

double DriftedAt::operator()(double g_S, double z) const {
  if (power_) {
    if (power_->nu_sigma == 0) return g_S * factor_;
    return g_S * std::exp(-std::max(0.0, power_->nu_mean + power_->nu_sigma * z) * ln_time_);
  }
  if (by_state_) {
    const double g = g_S / g_max_S_;
    return g_S * std::exp(-std::abs(by_state_->nu_mean.at(g) + by_state_->nu_sigma.at(g) * z) * ln_time_);
  }
  if (exponential_) {
    const double rest_S = exponential_->g_rest_S;
    return rest_S + (g_S - rest_S) * (g_S < rest_S ? left_below_ : left_above_);
  }
  return g_S;
}

double DriftedAt::kink(double g_S) const {
  double mean = 0, sigma = 0;
  if (power_) mean = power_->nu_mean, sigma = power_->nu_sigma;
  if (by_state_) mean = by_state_->nu_mean.at(g_S / g_max_S_), sigma = by_state_->nu_sigma.at(g_S / g_max_S_);
  return sigma > 0 ? -mean / sigma : std::numeric_limits<double>::infinity();
}

double at_reference_s(const Thermal& thermal, double temperature_K, double energy_eV, double t_s) {
  return energy_eV > 0 ? t_s * arrhenius(energy_eV, thermal.reference_K, temperature_K) : t_s;
}

}  // namespace bitline::device
