// SPDX-License-Identifier: Apache-2.0
// One matrix through the configured arrays and periphery.
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "chip/wire_study.h"
#include "read/calibrate.h"
#include "read/execute.h"
#include "run/run.h"

namespace bitline::run {

using periphery::Encoding;

std::vector<float> mvm(const arch::Config& config, const NpyArray& weights, const NpyArray& inputs,
                       const RunOptions& options) {
  const auto rows = static_cast<int>(weights.shape.at(0)), columns = static_cast<int>(weights.shape.at(1));
  const std::size_t batch = inputs.shape.at(0);
  const double largest = inputs.data.empty() ? 0 : *std::max_element(inputs.data.begin(), inputs.data.end());
  const double lowest = inputs.data.empty() ? 0 : *std::min_element(inputs.data.begin(), inputs.data.end());
  std::vector<float> result(batch * static_cast<std::size_t>(columns), 0);
  if (rows == 0 || columns == 0 || batch == 0) return result;
  const bool is_signed = lowest < 0;
  if (is_signed && config.input.encoding != Encoding::ternary && config.input.bits < 2)
    throw InputError("the inputs are signed, which needs at least 2 input bits");
  const double w_max = std::abs(*std::max_element(weights.data.begin(), weights.data.end(),
                                                  [](double a, double b) { return std::abs(a) < std::abs(b); }));
  const double x_max = std::max(largest, -lowest);
  if (w_max == 0 || x_max == 0) return result;

  // A network of one layer, without its float part.
  const workloads::LayerQuantization quantization{config.quantization.weight_bits, config.input.bits,
                                                  config.quantization.weight_scale,
                                                  config.quantization.clip_percentile};
  auto quantized = quantize_weights(std::span<const double>(weights.data), rows, columns, quantization);
  workloads::IntegerWeights layer =
      workloads::dense_weights("mvm", rows, columns, std::move(quantized.codes), config.quantization.weight_bits, {});
  layer.scale = std::move(quantized.scale);
  layer.input.bits = config.input.encoding == Encoding::ternary ? (is_signed ? 2 : 1) : config.input.bits;
  layer.input.is_signed = is_signed;
  layer.input.scale = x_max / layer.input.highest();

  with_threads(options.threads, [&] {
    std::vector<std::int16_t> codes(inputs.data.size());
    for (std::size_t i = 0; i < codes.size(); ++i)
      codes[i] = static_cast<std::int16_t>(requantize(inputs.data[i], layer.input));
    chip::Chip chip =
        chip::build_chip(config, {layer}, mapping::place(config, {layer}, {layer_config(config, layer.name)}));
    chip.isa = isa_named(options.isa);
    const auto vectors_of = [&](std::size_t first, std::size_t n) {
      return std::span<const std::int16_t>(codes).subspan(first * static_cast<std::size_t>(rows),
                                                          n * static_cast<std::size_t>(rows));
    };
    if (config.wires.exact()) {
      const std::size_t some = std::min<std::size_t>(batch, 8);
      const std::vector<std::vector<std::int16_t>> first{
          {codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(some * static_cast<std::size_t>(rows))}};
      study_wires(chip, first);
    }
    // Without a data set the inputs themselves calibrate the converters.
    const chip::LayerInputs known{
        {codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(batch, 256) *
                                                                    static_cast<std::size_t>(rows))}};
    if (config.calibrate == arch::Calibrate::ideal) read::calibrate_on_ideal(chip, known);
    chip::State state = new_state(chip, 0);
    write(chip, state);
    pass(state, age_since_write_s(config));
    chip::View view = look(chip, state);
    read::calibrate(chip, view, known);
    constexpr std::size_t chunk = 64;
    tbb::enumerable_thread_specific<read::Workspace> workspaces;
    parallel_for((batch + chunk - 1) / chunk, [&](std::size_t b) {
      const std::size_t first = b * chunk, n = std::min(chunk, batch - first);
      std::vector<double> out(n * static_cast<std::size_t>(columns));
      read::execute_layer(chip, view, 0, vectors_of(first, n), {n, first, 0, 1}, workspaces.local(), out);
      for (std::size_t i = 0; i < out.size(); ++i)
        result[first * static_cast<std::size_t>(columns) + i] =
            static_cast<float>(out[i] * layer.input.scale * layer.scale[i % static_cast<std::size_t>(columns)]);
    });
  });
  for (float y : result)
    if (!std::isfinite(y))
      throw RunError("the product exceeds the range of 32-bit floats; scale the weights or the inputs");
  return result;
}

}  // namespace bitline::run
