// SPDX-License-Identifier: Apache-2.0
// Random numbers of the tests of the wires, in order of asking.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace bitline::test {

class Draws {
 public:
  explicit Draws(std::uint32_t seed, std::uint32_t instance = 0) : random_(seed, instance) {}
  double uniform(double low = 0, double high = 1) {
    return low + (high - low) * random_.uniform4({.purpose = Purpose::test, .place = next_++})[0];
  }
  double log_uniform(double low, double high) { return low * std::exp(uniform() * std::log(high / low)); }
  int below(int n) { return static_cast<int>(uniform() * n); }
  int integer(int low, int high) { return low + below(high - low + 1); }
  bool chance(double p) { return uniform() < p; }

  // An input of gated rows: 1 where a row is on, with `signs` half of these -1.
  std::vector<std::int8_t> input(int rows, double share_on, bool signs) {
    std::vector<std::int8_t> x(static_cast<std::size_t>(rows));
    for (auto& v : x) v = !chance(share_on) ? 0 : signs && chance(0.5) ? -1 : 1;
    return x;
  }
  std::vector<std::uint8_t> gates(int rows, double share_on) {
    std::vector<std::uint8_t> on;
    for (int i = 0; i < rows; ++i) on.push_back(chance(share_on));
    return on;
  }
  // Of single precision, so that every solver gets the same.
  std::vector<double> voltages(int count, double most_V = 0.3) {
    std::vector<double> v;
    for (int i = 0; i < count; ++i) v.push_back(static_cast<float>(uniform(-most_V, most_V)));
    return v;
  }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

}  // namespace bitline::test
