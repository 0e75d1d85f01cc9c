// SPDX-License-Identifier: Apache-2.0
// The range of a quantizer that keeps the squared error of a stream of values least: what clipping saves in rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bitline::workloads {

// A value, and how much its squared error counts.
struct WeightedValue {
  float value = 0, weight = 1;
  auto operator<=>(const WeightedValue&) const = default;
};

// About `most` values of a stream of `length` that comes in parts: those that a hash of a value's part and number
// chooses, so that they are the same whatever order parts come in. All where there are no more.
class StreamSample {
 public:
  StreamSample(std::size_t length, std::size_t most);
  void begin(std::size_t part) { next_ = static_cast<std::uint64_t>(part) << 40; }
  void add(float value, float weight = 1);
  void add(std::span<const float> values);
  // Another part of the same stream.
  void add(const StreamSample& other);
  // In order: whoever sums over them gets the same.
  std::vector<WeightedValue> sorted() const;

 private:
  std::uint64_t one_in_ = 1, next_ = 0;
  std::vector<WeightedValue> kept_;
};

// sum of weight (value - step clip(rne(value / step), lowest, highest))^2
double squared_error(std::span<const WeightedValue> values, double step, int lowest, int highest);

// The step of the least squared error: the best of `steps` equally spaced ones up to largest |value| / highest, then of
// as many between its neighbours. 0 where all values are 0.
double least_error_step(std::span<const WeightedValue> values, int lowest, int highest, int steps = 128);

}  // namespace bitline::workloads
