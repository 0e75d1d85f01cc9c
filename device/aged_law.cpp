// SPDX-License-Identifier: Apache-2.0
#include "device/aged_law.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/statistics.h"
#include "device/drift.h"
#include "device/relax.h"

namespace bitline::device {
namespace {

constexpr double widest_score = 8;  // 1e-15 of all devices lie beyond

struct ScoreMoments {
  double mean = 0, variance = 0;
};

// The law over devices of which those of score z have the law `of(z)`: 7-point Gauss-Legendre on panels of `width` that
// end at the kinks too. Moments are taken about the middle device, so that devices without spread have exactly none.
template <class F>
ScoreMoments over_scores(double width, const std::vector<double>& kinks, const F& of) {
  using Rule = boost::math::quadrature::gauss<double, 7>;
  std::vector<double> ends;
  for (double z = -widest_score; z <= widest_score; z += width) ends.push_back(z);
  for (const double z : kinks)
    if (std::abs(z) < widest_score) ends.push_back(z);
  std::sort(ends.begin(), ends.end());
  const double middle = of(0.0).mean;
  double first = 0, second = 0;
  const auto add = [&](double z, double weight) {
    const double share = weight * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
    const ScoreMoments there = of(z);
    const double away = there.mean - middle;
    first += share * away;
    second += share * (there.variance + away * away);
  };
  for (std::size_t p = 1; p < ends.size(); ++p) {
    const double half = (ends[p] - ends[p - 1]) / 2, at = (ends[p] + ends[p - 1]) / 2;
    if (half == 0) continue;
    for (std::size_t k = 0; k < Rule::abscissa().size(); ++k)
      for (const double side : {-1.0, 1.0})
        if (const double x = Rule::abscissa()[k]; x > 0 || side > 0)
          add(at + side * x * half, Rule::weights()[k] * half);
  }
  return {middle + first, std::max(0.0, second - first * first)};
}

// --- slow noise on devices of one conductance, in closed form -------------------------------------------------------
ScoreMoments fluctuating(const NoSlowNoise&, const Device&, double, double g_S) { return {g_S, 0}; }

// max(0, 1 + sigma x) with x normal.
ScoreMoments fluctuating(const FlickerNoise& model, const Device& device, double t_s, double g_S) {
  const double sigma = model.relative_sigma(g_S / device.g_max_S, t_s);
  if (sigma == 0) return {g_S, 0};
  const double cut = 1 / sigma;  // where x = -cut nothing is left
  if (cut > widest_score) return {g_S, g_S * g_S * sigma * sigma};
  const double kept = normal_cdf(cut), edge = sigma * std::exp(-0.5 * cut * cut) / std::sqrt(2 * std::numbers::pi);
  const double mean = kept + edge, square = (1 + sigma * sigma) * kept + edge;
  return {g_S * mean, g_S * g_S * (square - mean * mean)};
}

// As many devices go up as down. The mean of exp(-t / tau) over log-uniform tau is a difference of exponential
// integrals E1(x) = -Ei(-x): substitute x = t / tau.
ScoreMoments fluctuating(const TelegraphNoise& model, const Device&, double t_s, double g_S) {
  if (!(t_s > 0)) return {g_S, 0};
  const double decades = std::log(model.tau_max_s / model.tau_min_s);
  const double still = decades > 0
                           ? (std::expint(-t_s / model.tau_min_s) - std::expint(-t_s / model.tau_max_s)) / decades
                           : std::exp(-t_s / model.tau_min_s);
  return {g_S, model.share * 0.5 * (1 - still) * model.amplitude * model.amplitude * g_S * g_S};
}

// The score at which a function that does not fall with it reaches `g_S`; infinite where it does not.
template <class F>
double crossing(const F& of, double g_S) {
  double low = -widest_score, high = widest_score;
  if (of(low) > g_S || !(of(high) > g_S)) return HUGE_VAL;
  for (int i = 0; i < 50; ++i) {
    const double z = (low + high) / 2;
    (of(z) > g_S ? high : low) = z;
  }
  return high;
}

// Where relaxation bends as a function of the score: at its ends and at measured quantiles.
std::vector<double> kinks_of(const Relaxation& relaxation, double at_zero, double at_rest) {
  std::vector<double> kinks{at_zero, at_rest};
  if (const auto* m = std::get_if<MeasuredRelaxation>(&relaxation)) {
    const std::size_t n = m->levels.front().at.front().change_S.size();
    for (std::size_t k = 0; k < n; ++k) kinks.push_back(-3 + 6 * static_cast<double>(k) / static_cast<double>(n - 1));
  }
  return kinks;
}

}  // namespace

AgedLaw aged_law(const Device& device, double written_S, double t_s) {
  if (!(t_s >= 0 && std::isfinite(t_s)))
    throw InputError(
        fmt::format("there is no law of devices {} s after writing: a time is finite and not negative", t_s));
  const RelaxedAt relaxed(device.relaxation, device.g_max_S,
                          at_reference_s(device.thermal, device.temperature_K, device.thermal.relaxation_eV, t_s));
  const DriftedAt drifted(device.drift, device.g_max_S,
                          at_reference_s(device.thermal, device.temperature_K, device.thermal.drift_eV, t_s));
  const auto noisy = [&](double g_S) {
    return std::visit([&](const auto& model) { return fluctuating(model, device, t_s, g_S); }, device.slow_noise);
  };
  const auto later = [&](double g_S) {
    if (!drifted.by_device()) return noisy(drifted(g_S, 0));
    return over_scores(1, {drifted.kink(g_S)}, [&](double z) { return noisy(drifted(g_S, z)); });
  };
  const auto soon_S = [&](double z) { return relaxed(written_S, z); };
  const auto* to_rest = std::get_if<DoubleExponentialDrift>(&device.drift);
  ScoreMoments law;
  if (t_s == 0)
    law = noisy(written_S);
  else if (!relaxed.changes())
    law = later(written_S);
  else
    law = over_scores(
        0.25,
        kinks_of(device.relaxation, crossing(soon_S, 0), to_rest ? crossing(soon_S, to_rest->g_rest_S) : HUGE_VAL),
        [&](double z) { return later(soon_S(z)); });
  return {law.mean, std::sqrt(law.variance)};
}

}  // namespace bitline::device
