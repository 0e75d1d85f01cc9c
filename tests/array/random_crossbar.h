// SPDX-License-Identifier: Apache-2.0
// Random crossbars and input vectors for tests of the wires.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "array/wires/crossbar.h"
#include "base/random.h"

namespace bitline::test {

// Uniform numbers in order of asking.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : random_(seed, 0) {}
  double uniform(double low = 0, double high = 1) {
    return low + (high - low) * random_.uniform4({.purpose = Purpose::test, .place = next_++})[0];
  }
  int below(int n) { return static_cast<int>(uniform() * n); }
  bool chance(double p) { return uniform() < p; }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

// k = mean G x segment x length^2, near `k`, with everything that can differ from line to line differing.
inline Crossbar random_crossbar(Draws& draw, double k) {
  Crossbar x;
  x.rows = 1 + draw.below(24), x.columns = 1 + draw.below(24);
  const auto devices = static_cast<std::size_t>(x.rows * x.columns);
  const double longest = std::max({x.rows, x.columns, 4}), ohm = k / (20e-6 * longest * longest);
  for (std::size_t d = 0; d < devices; ++d) x.g_S.push_back(draw.chance(0.1) ? 0 : draw.uniform(1e-6, 40e-6));
  const auto list = [&](std::size_t each, double typical, double zero, double open) {
    const auto one = [&] {
      return draw.chance(zero) ? 0 : draw.chance(open) ? not_connected_ohm : draw.uniform(0.2 * typical, 2 * typical);
    };
    std::vector<double> values(draw.chance(0.5) ? 1 : each);
    for (double& value : values) value = one();
    return values;
  };
  x.lines.row_ohm = list(devices, ohm, 0.1, 0.01);
  x.lines.column_ohm = list(devices, ohm, 0.1, 0.01);
  x.lines.driver_ohm = list(static_cast<std::size_t>(x.rows), 5 * ohm, 0.3, 0.1);
  x.lines.sense_ohm = list(static_cast<std::size_t>(x.columns), 5 * ohm, 0.3, 0.1);
  x.lines.driver_far_ohm = list(static_cast<std::size_t>(x.rows), 5 * ohm, 0.2, 0.5);
  x.lines.sense_far_ohm = list(static_cast<std::size_t>(x.columns), 5 * ohm, 0.2, 0.5);
  return x;
}

inline std::vector<double> random_voltages(Draws& draw, int rows) {
  std::vector<double> v;
  for (int i = 0; i < rows; ++i) v.push_back(static_cast<float>(draw.uniform(-0.3, 0.3)));
  return v;
}

inline std::vector<std::uint8_t> random_gates(Draws& draw, int rows, double share) {
  std::vector<std::uint8_t> gates;
  for (int i = 0; i < rows; ++i) gates.push_back(draw.chance(share));
  return gates;
}

template <class T>
double largest(const std::vector<T>& values) {
  double most = 0;
  for (T v : values) most = std::isnan(v) ? HUGE_VAL : std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

template <class A, class B>
double largest_difference(const std::vector<A>& a, const std::vector<B>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  std::vector<double> difference;
  for (std::size_t i = 0; i < a.size(); ++i) difference.push_back(static_cast<double>(a[i]) - b[i]);
  return largest(difference);
}

}  // namespace bitline::test
