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
#include "workloads/quantization.h"

namespace bitline {

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
