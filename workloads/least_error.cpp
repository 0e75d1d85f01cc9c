// SPDX-License-Identifier: Apache-2.0
#include "workloads/least_error.h"

#include <algorithm>
#include <cmath>

namespace bitline::workloads {
namespace {

// The finalizer of splitmix64 (Steele 2014, doi:10.1145/2660193.2660195).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

StreamSample::StreamSample(std::size_t length, std::size_t most)
    : one_in_(std::max<std::size_t>(1, (length + most - 1) / std::max<std::size_t>(1, most))) {}

void StreamSample::add(float value, float weight) {
  if (mixed(next_++) % one_in_ == 0) kept_.push_back({value, weight});
}
void StreamSample::add(std::span<const float> values) {
  for (const float v : values) add(v);
}
void StreamSample::add(const StreamSample& other) { kept_.insert(kept_.end(), other.kept_.begin(), other.kept_.end()); }

std::vector<WeightedValue> StreamSample::sorted() const {
  std::vector<WeightedValue> values = kept_;
  std::ranges::sort(values, [](const WeightedValue& a, const WeightedValue& b) { return a < b; });
  return values;
}

double squared_error(std::span<const WeightedValue> values, double step, int lowest, int highest) {
  const double low = lowest, high = highest;
  double sum = 0;
  for (const WeightedValue& v : values) {
    const double code = std::nearbyint(static_cast<double>(v.value) / step);
    const double off = static_cast<double>(v.value) - step * (code < low ? low : code > high ? high : code);
    sum += static_cast<double>(v.weight) * off * off;
  }
  return sum;
}

double least_error_step(std::span<const WeightedValue> values, int lowest, int highest, int steps) {
  double largest = 0;
  for (const WeightedValue& v : values) largest = std::max(largest, std::abs(static_cast<double>(v.value)));
  if (largest == 0) return 0;
  double best = 0, least = 0;
  const auto search = [&](double from, double spacing) {
    for (int k = 1; k <= steps; ++k) {
      const double step = from + k * spacing, error = squared_error(values, step, lowest, highest);
      if (best > 0 && !(error < least)) continue;
      best = step, least = error;
    }
  };
  const double spacing = largest / highest / steps;
  search(0, spacing);
  const double from = std::max(best - spacing, 0.0);
  search(from, (best + spacing - from) / (steps + 1));
  return best;
}

}  // namespace bitline::workloads
