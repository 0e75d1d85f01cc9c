// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/moving_bar.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "device/plasticity/pulse_code.h"
#include "experiments/systems/bars.h"

namespace bitline::experiments {

namespace {

constexpr int reach = field / 2;  // positions -4 .. 4 along a normal

// Conductances of the field `step_s` after the bar has left.
std::vector<double> crossed(const arch::MovingBar& m, double step_s, const device::Device& device, const Random& random,
                            int orientation, int way) {
  const device::Plasticity& plasticity = *device.plasticity;
  std::vector<double> g_S;
  for (int pixel = 0; pixel < pixels; ++pixel) {
    device::SynapseState state;
    const int at = offset(orientation, pixel);
    if (std::abs(at) <= reach) {
      const device::Pulse pulse{(way > 0 ? reach + at : reach - at) * step_s, m.width_s, m.amplitude_V};
      apply(plasticity, state, pulse, {&random, static_cast<std::uint32_t>(pixel)});
    }
    rest(plasticity, state, field * step_s);
    g_S.push_back(conductance_S(device, device::reading(state)));
  }
  return g_S;
}

// Of the readings with the position along a normal, over pixels that the bar passes.
double correlation(const std::vector<double>& g_S, int orientation) {
  double n = 0, sg = 0, so = 0, sgo = 0, sgg = 0, soo = 0;
  for (int pixel = 0; pixel < pixels; ++pixel) {
    const int at = offset(orientation, pixel);
    if (std::abs(at) > reach) continue;
    const double g = g_S[static_cast<std::size_t>(pixel)];
    n += 1, sg += g, so += at, sgo += g * at, sgg += g * g, soo += at * at;
  }
  const double cov = sgo - sg * so / n, vg = sgg - sg * sg / n, vo = soo - so * so / n;
  return vg > 0 ? cov / std::sqrt(vg * vo) : 0;
}

bool is_right(const std::vector<double>& g_S, int orientation, int way) {
  int best = 0;
  double largest = 0;
  for (int k = 0; k < orientations; ++k)
    if (const double c = correlation(g_S, k); std::abs(c) > std::abs(largest)) best = k, largest = c;
  return best == orientation && (largest > 0) == (way > 0);
}

}  // namespace

int directions_right(const arch::MovingBar& m, double step_s, const device::Device& device, const Random& random,
                     std::uint32_t part) {
  int right = 0;
  for (int orientation = 0; orientation < orientations; ++orientation)
    for (const int way : {-1, 1}) {
      std::vector<double> g_S = crossed(m, step_s, device, random, orientation, way);
      std::array<float, (pixels + 3) / 4 * 4> z;
      random.normals({Purpose::test_reading, 0, 0, part, static_cast<std::uint32_t>(2 * orientation + (way > 0))}, z);
      for (std::size_t i = 0; i < g_S.size(); ++i) g_S[i] *= 1 + m.read_noise * z[i];
      right += is_right(g_S, orientation, way);
    }
  return right;
}

}  // namespace bitline::experiments
