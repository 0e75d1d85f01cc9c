// SPDX-License-Identifier: Apache-2.0
// Real weights to integer codes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/quantization.h"

namespace bitline::workloads {
namespace {

// Of one tensor or column: the weights from number `first`, `step` apart.
template <class T>
double scale_of(std::span<const T> weights, std::size_t first, std::size_t step, const LayerQuantization& settings) {
  T largest = 0;
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = first; i < weights.size(); i += step, ++count) {
    const T magnitude = std::abs(weights[i]);
    largest = std::max(largest, magnitude);
    sum += static_cast<double>(magnitude);
  }
  if (largest == 0) return 1;
  if (settings.weight_bits == 1) return sum / static_cast<double>(count);
  const double highest = (1 << (settings.weight_bits - 1)) - 1;
  const auto rank = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::ceil(settings.clip_percentile * static_cast<double>(count))));
  if (rank >= count) return static_cast<double>(largest) / highest;
  std::vector<T> magnitudes;
  magnitudes.reserve(count);
  for (std::size_t i = first; i < weights.size(); i += step) magnitudes.push_back(std::abs(weights[i]));
  const auto nth = magnitudes.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(magnitudes, nth);
  // With mostly zeros the quantile may be 0: then nothing is clipped.
  return static_cast<double>(*nth > 0 ? *nth : largest) / highest;
}

template <class T>
void check(std::span<const T> weights, int rows, int columns, const LayerQuantization& s) {
  if (rows < 1 || columns < 1 || weights.size() != static_cast<std::size_t>(rows) * columns)
    throw InputError(
        fmt::format("{} weights do not make a matrix of {} rows and {} columns", weights.size(), rows, columns));
  if (s.weight_bits < 1 || s.weight_bits > 16)
    throw InputError(fmt::format("{} weight bits are out of the range 1..16", s.weight_bits));
  if (!(s.clip_percentile > 0 && s.clip_percentile <= 1))
    throw InputError(
        fmt::format("a clip percentile of {} is out of the range 0..1 (1 clips nothing)", s.clip_percentile));
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!std::isfinite(weights[i]))
      throw InputError(fmt::format("the weight of row {}, column {} is {}", i / columns, i % columns, weights[i]));
}

// Of one-bit codes, which have no 0: columns (per tensor all of them or none) that hold nothing else.
template <class T>
std::vector<std::uint8_t> zero_columns(std::span<const T> weights, std::size_t width, WeightScale scale) {
  std::vector<std::uint8_t> zero(width, 1);
  bool all = true;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] != 0) zero[i % width] = 0, all = false;
  if (scale == WeightScale::per_tensor) std::ranges::fill(zero, all);
  return zero;
}

}  // namespace

template <class T>
QuantizedWeights quantize_weights(std::span<const T> weights, int rows, int columns,
                                  const LayerQuantization& settings) {
  check(weights, rows, columns, settings);
  QuantizedWeights q{std::vector<std::int16_t>(weights.size()), std::vector<double>(columns)};
  const std::size_t width = q.scale.size();
  if (settings.weight_scale == WeightScale::per_tensor) {
    std::ranges::fill(q.scale, scale_of(weights, 0, 1, settings));
  } else {
    for (std::size_t column = 0; column < q.scale.size(); ++column)
      q.scale[column] = scale_of(weights, column, q.scale.size(), settings);
  }
  if (settings.weight_bits == 1) {
    const std::vector<std::uint8_t> zero = zero_columns(weights, width, settings.weight_scale);
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (!zero[i % width]) q.codes[i] = weights[i] < 0 ? -1 : 1;
    return q;
  }
  const double limit = (1 << (settings.weight_bits - 1)) - 1;
  for (std::size_t first = 0; first < weights.size(); first += width)
#pragma omp simd
    for (std::size_t c = 0; c < width; ++c) {
      const double code = std::nearbyint(static_cast<double>(weights[first + c]) / q.scale[c]);
      q.codes[first + c] = static_cast<std::int16_t>(code > limit ? limit : code < -limit ? -limit : code);
    }
  return q;
}

template QuantizedWeights quantize_weights(std::span<const float>, int, int, const LayerQuantization&);
template QuantizedWeights quantize_weights(std::span<const double>, int, int, const LayerQuantization&);

}  // namespace bitline::workloads
