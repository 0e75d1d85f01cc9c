// SPDX-License-Identifier: Apache-2.0
// Real numbers to integer codes.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bitline::workloads {

enum class WeightScale { per_tensor, per_column };
inline constexpr std::string_view weight_scale_names[] = {"per-tensor", "per-column"};
constexpr std::span<const std::string_view> names_of(WeightScale) { return weight_scale_names; }

// How the range of a layer's inputs follows from those of calibration.
enum class InputRange { coverage, mean_square_error };
inline constexpr std::string_view input_range_names[] = {"coverage", "mean-square-error"};
constexpr std::span<const std::string_view> names_of(InputRange) { return input_range_names; }

struct LayerQuantization {
  int weight_bits = 4;  // 1..16. signed symmetric: -(2^(b-1)-1) .. 2^(b-1)-1; 1 bit: -1 and +1 (below)
  int input_bits = 8;   // 1..15, unsigned, or (from 2) signed symmetric when the inputs can be negative
  WeightScale weight_scale = WeightScale::per_tensor;
  double clip_percentile = 1.0;  // weights beyond this fraction of |w| saturate; 1 = none
  bool bias_rows = false;        // biases become extra rows driven at the largest input, not digital additions
  InputRange input_range = InputRange::coverage;
  double input_coverage = 1.0;  // of InputRange::coverage: the share of |inputs| inside; 1 = all
};

// Integer inputs of one matrix layer: value = code * scale.
struct InputScale {
  double scale = 1;
  int bits = 8;
  bool is_signed = false;
  int lowest() const { return is_signed ? -((1 << (bits - 1)) - 1) : 0; }
  int highest() const { return is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1; }
};

// Code of a real value: round-half-even(value / scale), clipped.
inline int requantize(double value, const InputScale& to) {
  const double code = std::nearbyint(value / to.scale);
  return static_cast<int>(code < to.lowest() ? to.lowest() : code > to.highest() ? to.highest() : code);
}

// Integer weights: weight = code * scale[column], row-major like the matrix they came from.
struct QuantizedWeights {
  std::vector<std::int16_t> codes;
  std::vector<double> scale;  // one per column
};

// code = round-half-even(w / s), clipped; s = max|w| / (2^(b-1)-1) of the tensor or of each column, the maximum taken
// at the `clip_percentile` quantile (nearest rank) of |w|. A tensor or column of zeros gets zero codes and scale 1.
// With one bit that range is empty: codes are sign(w) (+1 for 0) and s = mean|w| (Rastegari 2016, section 3.1,
// doi:10.1007/978-3-319-46493-0_32). T is float or double. Throws InputError: sizes, bits, NaN.
template <class T>
QuantizedWeights quantize_weights(std::span<const T> weights, int rows, int columns, const LayerQuantization& settings);

}  // namespace bitline::workloads
