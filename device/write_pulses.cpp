// SPDX-License-Identifier: Apache-2.0
#include "device/write_pulses.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "base/parallel.h"

namespace bitline::device {

namespace {
constexpr std::size_t kept_positions = std::size_t{1} << PulseTables::kept_bits;
}

PulseTables::PulseTables(const Device& d, std::span<const double> targets_S) {
  const UpdateCurve& curve = *d.plasticity->potentiation->update;
  const auto conductance = [&](double x) { return d.g_min_S + x * (d.g_max_S - d.g_min_S); };
  const int all = static_cast<int>(std::ceil(pulses_of(curve)));
  if (all > most_pulses || targets_S.empty()) throw std::invalid_argument("PulseTables: too many pulses, or no target");
  for (int n = 0; n < all; ++n)
    between_S_.push_back(conductance(0.5 * (state_after(curve, n) + state_after(curve, n + 1))));
  std::set<int> wanted;
  for (const double target_S : targets_S) wanted.insert(pulses(target_S));

  // Every device is pulsed on and on and looked at where a target's pulses end: what n pulses make is what n - 1 made,
  // and one more. The numbers drawn are the same for every seed and chip, since a law is no draw.
  static const Random random(0x7e61f8, 0);
  const PulseSpread& spread = d.plasticity->spread;
  const std::vector<int> ends(wanted.begin(), wanted.end());
  constexpr std::uint32_t at_once = 1024;
  const bool alike = spread.cycle_to_cycle == 0 && spread.device_to_device == 0;
  const std::uint32_t devices = alike ? 1 : paths, parts = (devices + at_once - 1) / at_once;
  std::vector<std::vector<float>> states(ends.size(), std::vector<float>(devices));
  std::vector<std::vector<WritePath>> met(parts, std::vector<WritePath>(ends.size()));
  parallel_for(parts, [&](std::size_t part) {
    const UpdateSteps step(curve);
    const auto first = static_cast<std::uint32_t>(part) * at_once;
    for (std::uint32_t p = first; p < std::min(first + at_once, devices); ++p) {
      const double factor =
          spread.device_to_device > 0
              ? std::exp(spread.device_to_device * random.normal4({.purpose = Purpose::pulse_device, .place = p})[0])
              : 1;
      const double sigma = spread.cycle_to_cycle * std::sqrt(factor);
      double x = 0;
      std::uint32_t pulse = 0;
      WritePath path;
      for (std::size_t e = 0; e < ends.size(); ++e) {
        for (; pulse < static_cast<std::uint32_t>(ends[e]); ++pulse) {
          const double before = x;
          x = step.up(x, factor);
          if (sigma > 0)
            x = std::clamp(
                x + sigma * random.normal4({.purpose = Purpose::pulse_cycle, .place = p, .step = pulse / 4})[pulse % 4],
                0.0, 1.0);
          path.step(conductance(before), conductance(x));
        }
        states[e][p] = static_cast<float>(x);
        met[part][e] += path;
      }
    }
  });
  for (std::size_t e = 0; e < ends.size(); ++e) {
    WritePath sum;
    for (const auto& part : met) sum += part[e];
    path_.push_back(sum.over(devices));
  }
  for (auto& x : states) {
    std::sort(x.begin(), x.end());
    for (std::size_t i = 0; i < kept_positions; ++i)
      g_S_.push_back(
          static_cast<float>(conductance(static_cast<double>(x[(2 * i + 1) * x.size() / (2 * kept_positions)]))));
  }
  std::size_t table = 0;
  for (int n = 0; n <= all; ++n) {
    while (table + 1 < ends.size() && ends[table + 1] - n <= n - ends[table]) ++table;
    table_of_.push_back(static_cast<std::uint32_t>(table));
  }
}

int PulseTables::pulses(double target_S) const {
  return static_cast<int>(std::lower_bound(between_S_.begin(), between_S_.end(), target_S) - between_S_.begin());
}

PulseTables::Outcome PulseTables::draw(double target_S, std::uint32_t word) const {
  const int n = pulses(target_S);
  const std::size_t table = table_of_[static_cast<std::size_t>(n)];
  return {static_cast<double>(g_S_[table * kept_positions + (word >> (32 - kept_bits))]), n};
}

}  // namespace bitline::device
