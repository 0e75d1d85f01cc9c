// SPDX-License-Identifier: Apache-2.0
#include "array/device/write_pulses.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace bitline {
namespace {

const UpdateCurve& curve_of(const Device& d) { return *d.plasticity->potentiation->update; }

double state_of(const Device& d, double g_S) { return (g_S - d.g_min_S) / (d.g_max_S - d.g_min_S); }

}  // namespace

int pulses_towards(const Device& d, double target_S) {
  const double x = std::clamp(state_of(d, target_S), 0.0, 1.0);
  const int below = static_cast<int>(pulses_to(curve_of(d), x));
  const auto off = [&](int n) { return std::abs(state_after(curve_of(d), n) - x); };
  return off(below + 1) < off(below) ? below + 1 : below;
}

// Every path is pulsed on and on, and looked at where a target's pulses end: what n pulses make is what n - 1 made, and
// one more.
std::vector<TargetWrites> pulsed_writes(const Device& d, std::span<const double> targets_S) {
  constexpr int paths = WriteTables::paths;
  static const Random random(0x7e61f8, 0);  // the same for every seed and chip, since a law is no draw
  const PulseSpread& spread = d.plasticity->spread;
  std::multimap<int, std::size_t> ends;  // pulses, target
  std::vector<TargetWrites> out(targets_S.size());
  for (std::size_t t = 0; t < targets_S.size(); ++t) {
    const int pulses = pulses_towards(d, targets_S[t]);
    out[t].rounds.resize(1), out[t].mean_pulses = pulses;
    ends.emplace(pulses, t);
  }
  int pulse = 0;
  std::vector<double> state(paths), factor(paths, 1.0);
  for (std::uint32_t p = 0; p < paths && spread.device_to_device > 0; ++p)
    factor[p] = std::exp(spread.device_to_device * random.normal4({.purpose = Purpose::pulse_device, .place = p})[0]);
  for (const auto& [pulses, t] : ends) {
    for (; pulse < pulses; ++pulse)
      for (std::uint32_t p = 0; p < paths; ++p) {
        double x = potentiated(curve_of(d), state[p], factor[p]);
        if (spread.cycle_to_cycle > 0)
          x += spread.cycle_to_cycle * std::sqrt(factor[p]) *
               random.normal4(
                   {.purpose = Purpose::pulse_cycle, .place = p, .step = static_cast<std::uint32_t>(pulse)})[0];
        state[p] = std::clamp(x, 0.0, 1.0);
      }
    for (const double x : state)
      out[t].rounds[0].push_back({static_cast<float>(d.g_min_S + x * (d.g_max_S - d.g_min_S) - targets_S[t]),
                                  static_cast<std::uint16_t>(pulses), 0});
  }
  return out;
}

}  // namespace bitline
