// SPDX-License-Identifier: Apache-2.0
#include "bench/layer_product.h"

#include <cblas.h>

#include <filesystem>

#include "chip/wire_study.h"
#include "read/calibrate.h"

namespace bitline::bench {

using arch::Config;
using array::Lines;

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
  Config config = arch::load(configs / "chip" / "two-chip-2t2r.yaml", changes, {{configs}}).config;
  if (devices == LayerProduct::Devices::ideal) config.device = chip::ideal_device(config.device);
  return config;
}

workloads::IntegerWeights layer_of(const Config& config, LayerProduct::Shape shape) {
  const Random random(3, 0);
  const int bits = config.quantization.weight_bits, highest = (1 << (bits - 1)) - 1;
  std::vector<std::int16_t> codes;
  for (int place = 0; place < shape.rows * shape.columns; ++place) {
    const std::uint32_t draw = random.bits({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(place)})[0];
    codes.push_back(
        static_cast<std::int16_t>(static_cast<int>(draw % static_cast<unsigned>(2 * highest + 1)) - highest));
  }
  return workloads::dense_weights("layer", shape.rows, shape.columns, std::move(codes), bits,
                                  {1, config.input.bits, false});
}

chip::Chip chip_of(const Config& config, LayerProduct::Shape shape) {
  const workloads::IntegerWeights layer = layer_of(config, shape);
  return chip::build_chip(config, {layer}, mapping::place(config, {layer}, {layer_config(config, layer.name)}));
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
  const std::vector<std::int16_t>& weights = chip_.layers[0].matrix.panels[0].codes;
  float_weights_.assign(weights.begin(), weights.end());
  if (lines == Lines::one_ohm) {
    const std::vector<std::vector<std::int16_t>> some{{in_.begin(), in_.begin() + 8 * shape.rows}};
    study_wires(chip_, some);
  }
  state_ = new_state(chip_, 0);
  rewrite();
  const std::ptrdiff_t some = static_cast<std::ptrdiff_t>(std::min(64, shape.vectors)) * shape.rows;
  const chip::LayerInputs known{{in_.begin(), in_.begin() + some}};
  if (chip_.config.calibrate == arch::Calibrate::ideal) read::calibrate_on_ideal(chip_, known);
  read::calibrate(chip_, view_, known);
}

const std::vector<double>& LayerProduct::product() {
  read::execute_layer(chip_, view_, 0, in_, {static_cast<std::size_t>(shape_.vectors), 0, 0, 1}, workspace_, out_);
  return out_;
}

void LayerProduct::rewrite() {
  write(chip_, state_);
  look(chip_, state_, view_);
}

const std::vector<float>& LayerProduct::by_sgemm() {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, shape_.vectors, shape_.columns, shape_.rows, 1,
              float_in_.data(), shape_.rows, float_weights_.data(), shape_.columns, 0, float_out_.data(),
              shape_.columns);
  return float_out_;
}

bool LayerProduct::answers_agree() {
  const chip::LayerPlan& plan = chip_.layers[0];
  const auto rows = static_cast<std::size_t>(shape_.rows);
  const auto planes = static_cast<std::size_t>(plan.planes.planes());
  const std::size_t some = std::min<std::size_t>(8, static_cast<std::size_t>(shape_.vectors));
  std::vector<std::size_t> reads(plan.blocks.size(), 0);
  std::vector<std::vector<std::int16_t>> codes;
  for (const chip::BlockView& block : view_.blocks) codes.push_back(codes_of(block).data);
  bool right = true;
  const read::Tap compare{.currents = [&](std::size_t b, std::size_t, std::span<const double> sums) {
    const mapping::Block& block = plan.blocks[b];
    const std::size_t read = reads[b]++, vector = read / planes, plane = read % planes;
    for (std::size_t c = read % 7; c < sums.size(); c += 31) {
      std::int64_t sum = 0;
      for (std::size_t r = 0; r < static_cast<std::size_t>(block.rows); ++r)
        if (in_[vector * rows + static_cast<std::size_t>(block.row) + r] >> plane & 1)
          sum += codes[block.id][r * sums.size() + c];
      right = right && sums[c] == static_cast<double>(sum) * plan.lattice.code_S;
    }
  }};
  read::execute_layer(chip_, view_, 0, std::span(in_).first(some * rows), {some, 0, 0, 1}, workspace_,
                      std::span(out_).first(some * static_cast<std::size_t>(shape_.columns)), nullptr, &compare);
  for (const std::size_t n : reads) right = right && n == some * planes;
  return right;
}

}  // namespace bitline::bench
