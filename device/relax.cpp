// SPDX-License-Identifier: Apache-2.0
#include "device/relax.h"

#include <algorithm>
#include <cmath>

#include "device/draws.h"
#include "device/score_table.h"

namespace bitline::device {
namespace {

using namespace device_draws;

// Linear in log t between measured times; the last slope goes on.
std::vector<double> quantiles_at(const std::vector<MeasuredChange>& at, double t_s) {
  std::size_t k = 0;
  while (k + 2 < at.size() && at[k + 1].t_s <= t_s) ++k;
  std::vector<double> out = at[k].change_S;
  if (at.size() < 2) return out;
  const double share = std::log(t_s / at[k].t_s) / std::log(at[k + 1].t_s / at[k].t_s);
  for (std::size_t q = 0; q < out.size(); ++q) out[q] += share * (at[k + 1].change_S[q] - out[q]);
  std::sort(out.begin(), out.end());  // going on may cross
  return out;
}

}  // namespace

RelaxedAt::RelaxedAt(const Relaxation& model, double g_max_S, double t_s) : g_max_S_(g_max_S) {
  if (const auto* r = std::get_if<LogTimeRelaxation>(&model); r && t_s >= r->t0_s) {
    log_time_ = r, changes_ = true;
    decades_ = std::log10(t_s / r->t0_s);
  } else if (const auto* r = std::get_if<LevelRelaxation>(&model); r && t_s >= r->t0_s) {
    changes_ = true;
    const double decades = std::log10(t_s / r->t0_s);
    for (const RelaxingLevel& l : r->levels) {
      g_S_.push_back(l.g_S);
      mean_S_.push_back(l.shift_S + l.shift_per_decade_S * decades);
      variance_S2_.push_back(l.sigma_S * l.sigma_S + l.sigma_per_decade_S * l.sigma_per_decade_S * decades);
    }
  } else if (const auto* r = std::get_if<MeasuredRelaxation>(&model);
             r && !r->levels.empty() && t_s >= r->levels[0].at.at(0).t_s) {
    changes_ = true;
    for (const MeasuredLevel& l : r->levels) {
      g_S_.push_back(l.g_S);
      change_S_.push_back(quantiles_at(l.at, t_s));
    }
  }
}

double RelaxedAt::measured(double g_S, double z) const {
  const Between level = between(g_S_, g_S);
  const double low = at_score(change_S_[level.low], z);
  return level.share == 0 ? low : mix(low, at_score(change_S_[level.low + 1], z), level);
}

double RelaxedAt::operator()(double g_S, double z) const {
  if (!changes_) return g_S;
  if (log_time_) {
    const LogTimeRelaxation& model = *log_time_;
    const double g = std::clamp(g_S * (1 / g_max_S_), 0.0, 1.0);
    const double first = polynomial(model.sigma_S, g), slope = polynomial(model.sigma_per_decade_S, g);
    const double shift = polynomial(model.shift_S, g) + polynomial(model.shift_per_decade_S, g) * decades_;
    return at_least_zero(g_S + shift + std::sqrt(first * first + slope * slope * decades_) * z);
  }
  if (!change_S_.empty()) return at_least_zero(g_S + measured(g_S, z));
  const Between level = between(g_S_, g_S);
  return at_least_zero(g_S + mix(mean_S_, level) + std::sqrt(mix(variance_S2_, level)) * z);
}

}  // namespace bitline::device
