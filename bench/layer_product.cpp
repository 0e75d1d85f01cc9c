// SPDX-License-Identifier: Apache-2.0
#include "bench/layer_product.h"

#include <cblas.h>

#include <cmath>
#include <filesystem>

#include "sim/calibrate.h"
#include "sim/wire_study.h"

namespace bitline::bench {
namespace {

Config config_of(LayerProduct::Shape shape, LayerProduct::Devices devices, LayerProduct::Lines lines) {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  std::vector<Override> changes{{"chips", "auto"}, {"instances", "1"}};
  constexpr int largest_array = 1024;
  if (shape.rows <= largest_array && shape.columns <= largest_array)
    changes.insert(changes.end(),
                   {{"array.rows", std::to_string(shape.rows)}, {"array.columns", std::to_string(shape.columns)}});
  if (lines == LayerProduct::Lines::one_ohm)
    changes.insert(changes.end(), {{"wires.row", "1 ohm"}, {"wires.column", "1 ohm"}});
  if (devices == LayerProduct::Devices::noisy) changes.push_back({"device.read_noise.relative", "1 %"});
  Config config = load(configs / "chip" / "two-chip-2t2r.yaml", changes, {{configs}}).config;
  if (devices == LayerProduct::Devices::ideal) config.device = ideal_device(config.device);
  return config;
}

MatrixLayer layer_of(const Config& config, LayerProduct::Shape shape) {
  MatrixLayer layer;
  layer.name = "layer";
  layer.rows = shape.rows, layer.columns = shape.columns;
  layer.weight_bits = config.quantization.weight_bits;
  layer.input = {1, config.input.bits, false};
  const Random random(3, 0);
  const int highest = (1 << (layer.weight_bits - 1)) - 1;
  for (int place = 0; place < shape.rows * shape.columns; ++place) {
    const std::uint32_t draw = random.bits({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(place)})[0];
    layer.weights.push_back(
        static_cast<std::int16_t>(static_cast<int>(draw % static_cast<unsigned>(2 * highest + 1)) - highest));
  }
  layer.weight_scale.assign(static_cast<std::size_t>(shape.columns), 1);
  layer.bias.assign(static_cast<std::size_t>(shape.columns), 0);
  return layer;
}

Chip chip_of(const Config& config, LayerProduct::Shape shape) {
  const MatrixLayer layer = layer_of(config, shape);
  return build_chip(config, {layer}, place(config, {layer}, {layer_config(config, layer.name)}));
}

}  // namespace

LayerProduct::LayerProduct(Shape shape, Devices devices, Lines lines)
    : shape_(shape),
      chip_(chip_of(config_of(shape, devices, lines), shape)),
      in_(static_cast<std::size_t>(shape.vectors) * static_cast<std::size_t>(shape.rows)),
      out_(static_cast<std::size_t>(shape.vectors) * static_cast<std::size_t>(shape.columns)),
      float_out_(out_.size()) {
  openblas_set_num_threads(1);
  const Random random(4, 0);
  for (std::size_t i = 0; i < in_.size(); ++i)
    in_[i] = static_cast<std::int16_t>(
        random.bits({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(i)})[0] % 256);
  float_in_.assign(in_.begin(), in_.end());
  float_weights_.assign(chip_.matrices[0].weights.begin(), chip_.matrices[0].weights.end());
  if (lines == Lines::one_ohm) {
    const std::vector<std::vector<std::int16_t>> some{{in_.begin(), in_.begin() + 8 * shape.rows}};
    study_wires(chip_, some);
  }
  state_ = write_chip(chip_, 0);
  CurrentSamples sums(1, std::vector<std::vector<float>>(chip_.layers[0].mapped->blocks.size()));
  chip_.layers[0].full_scale_A = full_scale_A(chip_, chip_.layers[0], currents(state_));
  set_ranges(chip_, state_, sums);
}

std::vector<float> LayerProduct::currents(const ChipState& state) {
  std::vector<float> found;
  const Tap keep = [&](std::size_t, std::span<const double> sums) {
    for (const double sum : sums) found.push_back(static_cast<float>(std::abs(sum)));
  };
  const std::size_t some = std::min<std::size_t>(64, static_cast<std::size_t>(shape_.vectors));
  execute_layer(chip_, state, 0, std::span(in_).first(some * static_cast<std::size_t>(shape_.rows)), some, {0},
                workspace_, std::span(out_).first(some * static_cast<std::size_t>(shape_.columns)), nullptr, &keep);
  return found;
}

const std::vector<double>& LayerProduct::product() {
  execute_layer(chip_, state_, 0, in_, static_cast<std::size_t>(shape_.vectors), {0}, workspace_, out_);
  return out_;
}

const std::vector<float>& LayerProduct::by_sgemm() {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, shape_.vectors, shape_.columns, shape_.rows, 1,
              float_in_.data(), shape_.rows, float_weights_.data(), shape_.columns, 0, float_out_.data(),
              shape_.columns);
  return float_out_;
}

bool LayerProduct::answers_agree() {
  const LayerState& layer = state_.layers[0];
  const auto rows = static_cast<std::size_t>(shape_.rows);
  const auto planes = static_cast<std::size_t>(chip_.layers[0].planes.planes());
  const std::size_t some = std::min<std::size_t>(8, static_cast<std::size_t>(shape_.vectors));
  std::vector<std::size_t> reads(layer.blocks.size(), 0);
  bool right = true;
  const Tap compare = [&](std::size_t b, std::span<const double> sums) {
    const Block& block = chip_.layers[0].mapped->blocks[b];
    const std::size_t read = reads[b]++, vector = read / planes, plane = read % planes;
    for (std::size_t c = read % 7; c < sums.size(); c += 31) {
      std::int64_t sum = 0;
      for (std::size_t r = 0; r < static_cast<std::size_t>(block.rows); ++r)
        if (in_[vector * rows + static_cast<std::size_t>(block.row) + r] >> plane & 1)
          sum += layer.blocks[b].codes.data[r * sums.size() + c];
      right = right && sums[c] == static_cast<double>(sum) * layer.lattice_S;
    }
  };
  execute_layer(chip_, state_, 0, std::span(in_).first(some * rows), some, {0}, workspace_,
                std::span(out_).first(some * static_cast<std::size_t>(shape_.columns)), nullptr, &compare);
  for (const std::size_t n : reads) right = right && n == some * planes;
  return right;
}

}  // namespace bitline::bench
