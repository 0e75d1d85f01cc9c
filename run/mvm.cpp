// SPDX-License-Identifier: Apache-2.0
// One matrix through the configured arrays and periphery.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "run/chip_runs.h"
#include "run/prepare.h"
#include "run/run.h"
#include "run/session.h"

namespace bitline::run {

using arch::Config;

namespace {

double largest_magnitude(std::span<const double> values) {
  double largest = 0;
  for (double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

}  // namespace

workloads::IntegerWeights quantized_matrix(const Config& config, const NpyArray& weights, double x_max,
                                           bool is_signed) {
  if (is_signed && config.input.encoding != periphery::Encoding::ternary && config.input.bits < 2)
    throw InputError("the inputs are signed, which needs at least 2 input bits");
  const auto rows = static_cast<int>(weights.shape.at(0)), columns = static_cast<int>(weights.shape.at(1));
  const workloads::LayerQuantization settings{config.quantization.weight_bits, config.input.bits,
                                              config.quantization.weight_scale, config.quantization.clip_percentile};
  workloads::QuantizedWeights quantized =
      quantize_weights(std::span<const double>(weights.data), rows, columns, settings);
  workloads::InputScale input;
  input.bits = input_bits(config.input, is_signed);
  input.is_signed = is_signed;
  input.scale = x_max / input.highest();
  workloads::IntegerWeights matrix =
      workloads::dense_weights("mvm", rows, columns, std::move(quantized.codes), settings.weight_bits, input);
  matrix.scale = std::move(quantized.scale);
  return matrix;
}

std::vector<float> mvm(const Config& config, const NpyArray& weights, const NpyArray& inputs, const RunOptions& options,
                       cost::Costs* costs, std::vector<std::string>* warnings) {
  constexpr std::size_t calibrating = 256;  // inputs that range the converters, without a data set
  std::vector<float> result(inputs.shape.at(0) * weights.shape.at(1), 0);
  const double x_max = largest_magnitude(inputs.data);
  if (result.empty() || largest_magnitude(weights.data) == 0 || x_max == 0) return result;
  const bool is_signed = *std::min_element(inputs.data.begin(), inputs.data.end()) < 0;
  workloads::IntegerWeights matrix = quantized_matrix(config, weights, x_max, is_signed);
  std::vector<std::int16_t> codes;
  for (double x : inputs.data) codes.push_back(static_cast<std::int16_t>(requantize(x, matrix.input)));
  with_threads(options.threads, [&] {
    const std::span<const std::int16_t> all(codes);
    const std::size_t some = std::min(codes.size(), calibrating * static_cast<std::size_t>(matrix.rows));
    const Session session(config, std::move(matrix), all.first(some), isa_named(options.isa));
    chip::WriteReport writing;
    const chip::View view = session.write_once(0, &writing);
    if (const auto warning = missing_warning(config, writing); warning && warnings) warnings->push_back(*warning);
    read::Ledger driven;
    session.read(view, 0, codes, {}, std::span(result), costs ? &driven : nullptr);
    if (!costs) return;
    driven.divide(static_cast<double>(inputs.shape[0]));
    *costs = session.price(std::span(&driven, 1));
  });
  for (float y : result)
    if (!std::isfinite(y))
      throw RunError("the product exceeds the range of 32-bit floats; scale the weights or the inputs");
  return result;
}

MvmDeviation deviation(const NpyArray& weights, const NpyArray& inputs, const std::vector<float>& product) {
  constexpr double most_products = 1e8;  // a fraction of a second
  const std::size_t rows = weights.shape[0], columns = weights.shape[1], batch = inputs.shape[0];
  const double each = std::max(1.0, static_cast<double>(rows) * static_cast<double>(columns));
  MvmDeviation d;
  d.inputs = std::min(batch, static_cast<std::size_t>(std::max(1.0, most_products / each)));
  double squares = 0, errors = 0;
  std::vector<double> right(columns);
  for (std::size_t i = 0; i < d.inputs; ++i) {
    std::ranges::fill(right, 0.0);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) right[c] += inputs.data[i * rows + r] * weights.data[r * columns + c];
    for (std::size_t c = 0; c < columns; ++c) {
      const double off = static_cast<double>(product[i * columns + c]) - right[c];
      squares += right[c] * right[c], errors += off * off;
    }
  }
  if (squares > 0) d.relative_rms = std::sqrt(errors / squares);
  return d;
}

}  // namespace bitline::run
