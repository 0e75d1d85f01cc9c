// SPDX-License-Identifier: Apache-2.0
#include "workloads/quantized.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "workloads/forward.h"
#include "workloads/layers.h"

namespace bitline {
namespace {

// The quantile of a stream whose length is known: keeps only the largest values that can still matter.
class TopQuantile {
 public:
  TopQuantile(std::size_t length, double coverage) {
    const auto rank = static_cast<std::size_t>(std::ceil(coverage * static_cast<double>(length)));
    keep_ = length - std::clamp<std::size_t>(rank, 1, length) + 1;
  }
  void add(std::span<const float> values) {
    for (float v : values) {
      const float magnitude = std::abs(v);
      largest_ = std::max(largest_, magnitude);
      if (keep_ == 1) continue;
      top_.push_back(magnitude);
      if (top_.size() >= 2 * keep_ + 4096) shrink();
    }
  }
  // The maximum where the quantile is 0, as it can be for sparse inputs.
  float value() {
    if (keep_ == 1) return largest_;
    shrink();
    const float quantile = std::ranges::min(top_);
    return quantile > 0 ? quantile : largest_;
  }

 private:
  void shrink() {
    if (top_.size() <= keep_) return;
    std::ranges::nth_element(top_, top_.begin() + static_cast<std::ptrdiff_t>(keep_), std::greater<>());
    top_.resize(keep_);
  }
  std::size_t keep_;
  float largest_ = 0;
  std::vector<float> top_;
};

bool keeps_pixels(const Operation& operation) {
  const auto* pool = std::get_if<Pool>(&operation);
  return std::holds_alternative<Flatten>(operation) || (pool && pool->kind == Pool::Kind::max);
}

MatrixLayer make_matrix(const Layer& layer, int index, std::size_t source, bool is_signed,
                        const LayerQuantization& bits) {
  const auto fail = [&](const std::string& what) { throw InputError(fmt::format("layer '{}': {}", layer.name, what)); };
  if (bits.input_bits < 1 || bits.input_bits > 15)
    fail(fmt::format("{} input bits are out of the range 1..15", bits.input_bits));
  if (is_signed && bits.input_bits < 2) fail("its inputs can be negative, which needs at least 2 input bits");
  const Matrix& weights = *weights_of(layer.operation);
  MatrixLayer m{.name = layer.name,
                .index = index,
                .source = source,
                .rows = weights.rows,
                .columns = weights.columns,
                .weight_bits = bits.weight_bits,
                .weights = {},
                .weight_scale = {},
                .bias = {},
                .input = {},
                .positions = 1};
  try {
    QuantizedWeights q = quantize_weights(std::span<const float>(weights.data), weights.rows, weights.columns, bits);
    m.weights = std::move(q.codes);
    m.weight_scale = std::move(q.scale);
  } catch (const InputError& e) {
    fail(e.what());
  }
  const std::vector<float>& bias = *bias_of(layer.operation);
  m.bias.assign(bias.begin(), bias.end());
  m.bias.resize(m.columns);
  m.inputs = layer.input.size();
  m.input = {.scale = 1, .bits = bits.input_bits, .is_signed = is_signed};
  if (std::holds_alternative<Convolution>(layer.operation)) m.positions = layer.output.height * layer.output.width;
  return m;
}

// Moves the biases into extra rows, which the largest input code always drives: bias / (s_x s_w) is rounded to a
// multiple of that code and shared out among as few rows as hold the largest one.
void move_bias_to_rows(MatrixLayer& m) {
  const int highest_weight = m.weight_bits == 1 ? 1 : (1 << (m.weight_bits - 1)) - 1;
  std::vector<long> total(m.columns);
  long largest = 0;
  for (int c = 0; c < m.columns; ++c) {
    total[c] = std::lrint(std::nearbyint(m.bias[c] / (m.input.scale * m.weight_scale[c] * m.input.highest())));
    largest = std::max(largest, std::abs(total[c]));
    m.bias[c] = 0;
  }
  constexpr long most_rows = 4096;
  m.bias_rows = static_cast<int>((largest + highest_weight - 1) / highest_weight);
  if (largest > most_rows * highest_weight)
    throw InputError(fmt::format("layer '{}': its biases need {} extra rows; keep them digital", m.name, m.bias_rows));
  for (int r = 0; r < m.bias_rows; ++r)
    for (int c = 0; c < m.columns; ++c) {
      const long part = std::clamp<long>(total[c], -highest_weight, highest_weight);
      m.weights.push_back(static_cast<std::int16_t>(part));
      total[c] -= part;
    }
  m.rows += m.bias_rows;
}

// Sets the scale of every matrix layer from `from` on.
void calibrate(const Network& network, const Dataset& calibration, double coverage, std::span<MatrixLayer> matrices) {
  if (calibration.count() == 0)
    throw InputError(fmt::format("layer '{}' needs calibration images for the scale of its inputs, but there are none",
                                 matrices.front().name));
  std::vector<TopQuantile> quantiles;
  for (const MatrixLayer& m : matrices)
    quantiles.emplace_back(calibration.count() * network.layers[m.source].input.size(), coverage);
  forward_float(network, calibration, 0, calibration.count(), [&](std::size_t layer, std::span<const float> values) {
    for (std::size_t i = 0; i < matrices.size(); ++i)
      if (matrices[i].source == layer) quantiles[i].add(values);
  });
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const double q = quantiles[i].value();
    matrices[i].input.scale = (q > 0 ? q : 1.0) / matrices[i].input.highest();
  }
}

// The integer inputs of a matrix layer for a batch of images.
std::vector<std::int16_t> codes_of(std::span<const double> values, const InputScale& scale) {
  std::vector<std::int16_t> codes(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) codes[i] = static_cast<std::int16_t>(requantize(values[i], scale));
  return codes;
}
std::vector<std::int16_t> codes_of(std::span<const std::uint8_t> pixels, const InputScale& scale) {
  std::array<std::int16_t, 256> table;
  for (int p = 0; p < 256; ++p) table[p] = static_cast<std::int16_t>(requantize(p / 255.0, scale));
  std::vector<std::int16_t> codes(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) codes[i] = table[pixels[i]];
  return codes;
}

// Runs one matrix layer on `count` images' codes; returns real values (count, columns, positions).
std::vector<double> apply_matrix(const Layer& layer, const MatrixLayer& m, const std::vector<std::int16_t>& codes,
                                 std::size_t first_image, std::size_t count, const QuantizedNetwork::Product& product) {
  const std::size_t positions = m.positions, columns = m.columns, rows = m.rows, data_rows = rows - m.bias_rows;
  const std::size_t per_image = positions * data_rows;
  const auto* convolution = std::get_if<Convolution>(&layer.operation);
  const std::size_t step = convolution ? std::max<std::size_t>(1, (std::size_t{1} << 20) / per_image) : count;
  std::vector<double> factor(columns), values(count * columns * positions), sums;
  for (std::size_t c = 0; c < columns; ++c) factor[c] = m.input.scale * m.weight_scale[c];
  std::vector<std::int16_t> patches, with_bias;
  bool finite = true;
  for (std::size_t start = 0; start < count; start += step) {
    const std::size_t images = std::min(step, count - start);
    std::span<const std::int16_t> in(codes);
    if (convolution) {
      patches.resize(images * per_image);
      for (std::size_t i = 0; i < images; ++i)
        im2col(*convolution, layer.input, layer.output, codes.data() + (start + i) * layer.input.size(),
               patches.data() + i * per_image);
      in = patches;
    }
    if (m.bias_rows > 0) {
      with_bias.assign(images * positions * rows, static_cast<std::int16_t>(m.input.highest()));
      for (std::size_t v = 0; v < images * positions; ++v)
        std::copy_n(in.data() + v * data_rows, data_rows, with_bias.data() + v * rows);
      in = with_bias;
    }
    sums.assign(images * positions * columns, 0.0);
    product(m, in, images * positions, first_image + start, sums);
    for (std::size_t i = 0; i < images; ++i)  // (position, column) to (column, position)
      for (std::size_t c = 0; c < columns; ++c) {
        const double* sum = sums.data() + i * positions * columns + c;
        double* value = values.data() + ((start + i) * columns + c) * positions;
        for (std::size_t p = 0; p < positions; ++p) {
          value[p] = sum[p * columns] * factor[c] + m.bias[c];
          finite &= std::isfinite(value[p]);
        }
      }
  }
  if (!finite) throw RunError(fmt::format("layer '{}': the matrix product gave NaN or infinity", m.name));
  return values;
}

template <class T>
std::vector<int> argmax_rows(std::span<const T> outputs, int columns) {
  if (columns < 1 || outputs.size() % columns != 0)
    throw InputError(fmt::format("{} outputs do not make rows of {}", outputs.size(), columns));
  std::vector<int> best;
  best.reserve(outputs.size() / columns);
  for (std::size_t i = 0; i < outputs.size(); i += columns) {
    const auto row = outputs.subspan(i, columns);
    best.push_back(static_cast<int>(std::ranges::max_element(row) - row.begin()));
  }
  return best;
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(Network network, const Dataset& calibration,
                                   const std::function<LayerQuantization(int, const std::string&)>& settings,
                                   double coverage)
    : network_(std::move(network)) {
  check_network(network_);
  if (!(coverage > 0 && coverage <= 1))
    throw InputError(fmt::format("a calibration coverage of {} is out of the range 0..1 (1 covers all)", coverage));
  bool pixels = true, nonnegative = true;
  std::vector<bool> bias_rows;
  std::size_t exact = 0;  // layers that see pixels: the first one at most
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const Layer& layer = network_.layers[i];
    if (weights_of(layer.operation)) {
      const int index = static_cast<int>(matrices_.size());
      const LayerQuantization bits = settings(index, layer.name);
      matrices_.push_back(make_matrix(layer, index, i, !nonnegative, bits));
      bias_rows.push_back(bits.bias_rows);
      if (pixels) matrices_[exact++].input.scale = 1.0 / matrices_.back().input.highest();
    }
    pixels = pixels && keeps_pixels(layer.operation);
    nonnegative = gives_nonnegative(layer.operation, nonnegative);
  }
  if (calibration.count() > 0) check_images(network_, calibration, 0, 0);
  if (exact < matrices_.size()) calibrate(network_, calibration, coverage, std::span(matrices_).subspan(exact));
  for (MatrixLayer& m : matrices_)
    if (bias_rows[m.index]) move_bias_to_rows(m);
}

std::vector<double> QuantizedNetwork::run(const Dataset& data, std::size_t first, std::size_t count,
                                          const Product& product) const {
  check_images(network_, data, first, count);
  const std::size_t size = network_.input.size();
  const auto pixels = std::span(data.pixels).subspan(first * size, count * size);
  std::vector<double> values;
  bool raw = true;  // `pixels` are still the values
  const auto make_real = [&] {
    if (raw) values.assign(pixels.begin(), pixels.end());
    if (raw)
      for (double& v : values) v /= 255.0;
    raw = false;
  };
  auto matrix = matrices_.begin();
  for (const Layer& layer : network_.layers) {
    if (weights_of(layer.operation)) {
      const std::vector<std::int16_t> codes = raw ? codes_of(pixels, matrix->input) : codes_of(values, matrix->input);
      values = apply_matrix(layer, *matrix++, codes, first, count, product);
      raw = false;
    } else if (!std::holds_alternative<Flatten>(layer.operation)) {
      make_real();
      apply_digital(layer, count, values);
    }
  }
  make_real();
  return values;
}

std::vector<int> argmax(std::span<const double> outputs, int columns) { return argmax_rows(outputs, columns); }
std::vector<int> argmax(std::span<const float> outputs, int columns) { return argmax_rows(outputs, columns); }

}  // namespace bitline
