// SPDX-License-Identifier: Apache-2.0
// Real weights to integer codes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/quantization.h"

namespace bitline::workloads {
namespace {

// `magnitudes` of one tensor or column; reordered.
double scale_of(std::vector<double>& magnitudes, const LayerQuantization& settings) {
  const double largest = std::ranges::max(magnitudes);
  if (largest == 0) return 1;
  if (settings.weight_bits == 1) {
    double sum = 0;
    for (double m : magnitudes) sum += m;
    return sum / static_cast<double>(magnitudes.size());
  }
  const double rank = std::ceil(settings.clip_percentile * static_cast<double>(magnitudes.size()));
  if (rank >= static_cast<double>(magnitudes.size()))
    return largest / ((1 << (settings.weight_bits - 1)) - 1);  // nothing is clipped
  const auto nth = magnitudes.begin() + (std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(rank)) - 1);
  std::ranges::nth_element(magnitudes, nth);
  // With mostly zeros the quantile may be 0: then nothing is clipped.
  return (*nth > 0 ? *nth : largest) / ((1 << (settings.weight_bits - 1)) - 1);
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
  std::vector<double> magnitudes;
  const auto width = static_cast<std::size_t>(columns);
  if (settings.weight_scale == WeightScale::per_tensor) {
    magnitudes.reserve(weights.size());
    for (T w : weights) magnitudes.push_back(std::abs(static_cast<double>(w)));
    std::ranges::fill(q.scale, scale_of(magnitudes, settings));
  } else {
    for (std::size_t column = 0; column < width; ++column) {
      magnitudes.clear();
      for (std::size_t i = column; i < weights.size(); i += width)
        magnitudes.push_back(std::abs(static_cast<double>(weights[i])));
      q.scale[column] = scale_of(magnitudes, settings);
    }
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
