// SPDX-License-Identifier: Apache-2.0
// The integer truth: a network with integer weights and activations, and its exact evaluation. A chip without any
// non-ideality must return these integers.
//
// Layer by layer: acc = x_q W_q (exact), y = acc * (s_x s_w[column]) + bias in double, pooling and activation in
// double, and the next integer is round-half-even(y / s_next) clipped to its range. A chip replaces the product only.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/network.h"

namespace bitline {

enum class WeightScale { per_tensor, per_column };
inline constexpr std::string_view weight_scale_names[] = {"per-tensor", "per-column"};
constexpr std::span<const std::string_view> names_of(WeightScale) { return weight_scale_names; }

struct LayerQuantization {
  int weight_bits = 4;  // 1..16. signed symmetric: -(2^(b-1)-1) .. 2^(b-1)-1; 1 bit: -1 and +1 (below)
  int input_bits = 8;   // 1..15, unsigned, or (from 2) signed symmetric when the inputs can be negative
  WeightScale weight_scale = WeightScale::per_tensor;
  double clip_percentile = 1.0;  // weights beyond this fraction of |w| saturate; 1 = none
  bool bias_rows = false;        // biases become extra rows driven at the largest input, not digital additions
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

// A layer that is a matrix product (Linear or Convolution), ready for integers.
struct MatrixLayer {
  std::string name;
  int index = 0;              // among the matrix layers
  std::size_t source = 0;     // position in Network::layers
  int rows = 0, columns = 0;  // rows include bias_rows, the last ones, whose input is always input.highest()
  int bias_rows = 0;
  int inputs = 0;  // activations of one image that it reads
  int weight_bits = 4;
  std::vector<std::int16_t> weights;  // (rows, columns)
  std::vector<double> weight_scale;   // one per column
  std::vector<double> bias;           // one per column, real units
  InputScale input;
  int positions = 1;  // products per image: output height x width for a convolution
};

class QuantizedNetwork {
 public:
  // Quantizes weights at once, and activations from a calibration batch: scale = q / highest(), q the `coverage`
  // quantile (nearest rank, 1 = maximum) of |x| of the float network at the layer's input; all-zero inputs get 1 /
  // highest(). Pixels (before any layer but flattening and max pooling) have scale 1 / highest(), so 8-bit codes are
  // the pixels. Inputs are signed when the tensor that arrives can be negative. `settings(i, name)` gives each matrix
  // layer's bits. Throws InputError: bits out of range, calibration images of another shape, or none where they are
  // needed.
  QuantizedNetwork(Network network, const Dataset& calibration,
                   const std::function<LayerQuantization(int, const std::string&)>& settings, double coverage = 1.0);

  const Network& network() const { return network_; }
  const std::vector<MatrixLayer>& matrices() const { return matrices_; }
  int outputs() const { return network_.layers.back().output.size(); }

  // One matrix product of whole images: in (vectors, rows) integers, out (vectors, columns) accumulators in units of
  // one input code times one weight code; `out` arrives zeroed. Vectors are ordered image-major, position-minor;
  // `first_image` is the number in the data set of the image of vector 0. The chip supplies its own; `exact_product` is
  // the truth, for any codes.
  using Product = std::function<void(const MatrixLayer&, std::span<const std::int16_t> in, std::size_t vectors,
                                     std::size_t first_image, std::span<double> out)>;
  static void exact_product(const MatrixLayer&, std::span<const std::int16_t> in, std::size_t vectors,
                            std::size_t first_image, std::span<double> out);

  // Runs images [first, first + count) of `data`: returns (count, outputs) real outputs. All digital steps (im2col,
  // pooling, activation, requantization) are the same for every product. The caller chooses the batch: one product per
  // layer for all `count` images, or several where the patches of a convolution would exceed 1 Mi values (what caches
  // hold). Const and without shared state: call it from several threads. Throws InputError when images do not fit or
  // exist, RunError when a product gives NaN or infinity.
  std::vector<double> run(const Dataset& data, std::size_t first, std::size_t count, const Product& product) const;

 private:
  Network network_;
  std::vector<MatrixLayer> matrices_;
};

// The float network on images / 255: (count, outputs).
std::vector<float> run_float(const Network& network, const Dataset& data, std::size_t first, std::size_t count);

// Index of the largest output of each row; ties go to the lowest index.
std::vector<int> argmax(std::span<const double> outputs, int columns);
std::vector<int> argmax(std::span<const float> outputs, int columns);

}  // namespace bitline
