// SPDX-License-Identifier: Apache-2.0
// The float network, its products by Eigen on one thread.
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "workloads/forward.h"
#include "workloads/layers.h"
#include "workloads/quantized.h"

namespace bitline {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t batch_images = 64;

// out (vectors, columns) = in (vectors, rows) * weights. Eigen cuts long sums at a length that depends on the
// processor's caches; cutting them shorter ourselves makes the order of additions the same on every machine.
void multiply(const Matrix& weights, std::size_t vectors, const float* in, float* out) {
  constexpr int longest_sum = 256;
  const Eigen::Map<const RowMajor> x(in, static_cast<Eigen::Index>(vectors), weights.rows);
  const Eigen::Map<const RowMajor> w(weights.data.data(), weights.rows, weights.columns);
  Eigen::Map<RowMajor> y(out, static_cast<Eigen::Index>(vectors), weights.columns);
  y.setZero();
  for (int row = 0; row < weights.rows; row += longest_sum) {
    const int n = std::min(longest_sum, weights.rows - row);
    y.noalias() += x.middleCols(row, n) * w.middleRows(row, n);
  }
}

void add_bias(const std::vector<float>& bias, std::size_t vectors, float* out) {
  if (bias.empty()) return;
  for (std::size_t v = 0; v < vectors; ++v, out += bias.size())
    for (std::size_t c = 0; c < bias.size(); ++c) out[c] += bias[c];
}

void apply_linear(const Linear& linear, std::vector<float>& values) {
  std::vector<float> out(batch_images * linear.weights.columns);
  multiply(linear.weights, batch_images, values.data(), out.data());
  add_bias(linear.bias, batch_images, out.data());
  values = std::move(out);
}

void apply_convolution(const Convolution& convolution, const Layer& layer, std::vector<float>& values) {
  const std::size_t positions = std::size_t(layer.output.height) * layer.output.width;
  const std::size_t rows = convolution.weights.rows, columns = convolution.weights.columns;
  std::size_t images = batch_images;  // per product: a power of two, so that slots stay the same
  while (images > 1 && images * positions > 4096) images /= 2;
  std::vector<float> patches(images * positions * rows), product(images * positions * columns);
  std::vector<float> out(batch_images * layer.output.size());
  for (std::size_t first = 0; first < batch_images; first += images) {
    for (std::size_t i = 0; i < images; ++i)
      im2col(convolution, layer.input, layer.output, values.data() + (first + i) * layer.input.size(),
             patches.data() + i * positions * rows);
    multiply(convolution.weights, images * positions, patches.data(), product.data());
    add_bias(convolution.bias, images * positions, product.data());
    for (std::size_t i = 0; i < images; ++i)  // (position, channel) to (channel, position)
      for (std::size_t c = 0; c < columns; ++c)
        for (std::size_t p = 0; p < positions; ++p)
          out[((first + i) * columns + c) * positions + p] = product[(i * positions + p) * columns + c];
  }
  values = std::move(out);
}

}  // namespace

std::vector<float> forward_float(const Network& network, const Dataset& data, std::size_t first, std::size_t count,
                                 const std::function<void(std::size_t layer, std::span<const float> values)>& observe) {
  check_images(network, data, first, count);
  const std::size_t size = network.input.size(), end = first + count;
  std::vector<float> result, values;
  result.reserve(count * network.layers.back().output.size());
  for (std::size_t start = first - first % batch_images; start < end; start += batch_images) {
    // Slots of images that were not asked for stay zero: a row of a product does not depend on the other rows.
    const std::size_t from = std::max(first, start) - start, to = std::min(end - start, batch_images);
    values.assign(batch_images * size, 0.f);
    for (std::size_t i = from * size; i < to * size; ++i) values[i] = data.pixels[start * size + i] / 255.f;
    for (std::size_t index = 0; index < network.layers.size(); ++index) {
      const Layer& layer = network.layers[index];
      if (observe) {
        const std::size_t n = layer.input.size();
        observe(index, std::span(values).subspan(from * n, (to - from) * n));
      }
      if (const auto* l = std::get_if<Linear>(&layer.operation)) {
        apply_linear(*l, values);
      } else if (const auto* c = std::get_if<Convolution>(&layer.operation)) {
        apply_convolution(*c, layer, values);
      } else {
        apply_digital(layer, batch_images, values);
      }
      const std::size_t n = layer.output.size();
      if (!std::all_of(values.begin() + from * n, values.begin() + to * n, [](float v) { return std::isfinite(v); }))
        throw InputError(
            fmt::format("network '{}', layer '{}': the float network's values overflow; are the weights "
                        "those of a network trained on images scaled to 0..1?",
                        network.name, layer.name));
    }
    const std::size_t outputs = network.layers.back().output.size();
    result.insert(result.end(), values.begin() + from * outputs, values.begin() + to * outputs);
  }
  return result;
}

std::vector<float> run_float(const Network& network, const Dataset& data, std::size_t first, std::size_t count) {
  check_network(network);
  return forward_float(network, data, first, count);
}

}  // namespace bitline
