// SPDX-License-Identifier: Apache-2.0
#include "bench/wired_layer.h"

#include <cmath>
#include <filesystem>

#include "chip/wire_study.h"
#include "read/calibrate.h"
#include "read/execute.h"

namespace bitline::bench {

using arch::Config;
using mapping::place;

namespace {

Config config_of(bool wires) {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  std::vector<Override> changes{{"arrays", "1"}, {"chips", "1"}};
  if (wires) changes.insert(changes.end(), {{"wires.row", "1 ohm"}, {"wires.column", "1 ohm"}});
  return arch::load(configs / "chip" / "two-chip-2t2r.yaml", changes, {{configs}}).config;
}

workloads::IntegerWeights layer_of(const Config& config) {
  const Random random(3, 0);
  const int bits = config.quantization.weight_bits, highest = (1 << (bits - 1)) - 1;
  std::vector<std::int16_t> codes;
  for (std::uint32_t place = 0; place < WiredLayer::rows * WiredLayer::columns; ++place) {
    const std::uint32_t draw = random.bits({.purpose = Purpose::test, .place = place})[0];
    codes.push_back(static_cast<std::int16_t>(static_cast<int>(draw % (2 * highest + 1)) - highest));
  }
  return workloads::dense_weights("layer", WiredLayer::rows, WiredLayer::columns, std::move(codes), bits,
                                  {1, config.input.bits, false});
}

chip::Chip chip_of(const Config& config) {
  const workloads::IntegerWeights layer = layer_of(config);
  return chip::build_chip(config, {layer}, place(config, {layer}, {layer_config(config, layer.name)}));
}

}  // namespace

WiredLayer::WiredLayer(bool wires)
    : chip_(chip_of(config_of(wires))), in_(std::size_t{vectors} * rows), out_(std::size_t{vectors} * columns) {
  const Random random(4, 0);
  for (std::size_t i = 0; i < in_.size(); ++i)
    in_[i] = static_cast<std::int16_t>(
        random.bits({.purpose = Purpose::test, .place = static_cast<std::uint32_t>(i)})[0] % 256);
  if (wires) {
    const std::vector<std::vector<std::int16_t>> some{{in_.begin(), in_.begin() + 8 * rows}};
    study_wires(chip_, some);
  }
  chip::State state = new_state(chip_, 0);
  write(chip_, state);
  view_ = look(chip_, state);
  if (chip_.config.calibrate == arch::Calibrate::ideal) read::calibrate_on_ideal(chip_, {in_});
  read::calibrate(chip_, view_, {in_});
}

const std::vector<double>& WiredLayer::product() {
  read::execute_layer(chip_, view_, 0, in_, {vectors, 0, 0, 1}, out_, nullptr);
  return out_;
}

bool WiredLayer::answers_agree() {
  std::vector<double> sums;
  const read::CurrentObserver keep = [&](std::size_t, double sum) { sums.push_back(sum); };
  read::execute_layer(chip_, view_, 0, in_, {vectors, 0, 0, 1}, out_, nullptr, &keep);
  const chip::Lattice& lattice = chip_.layers[0].lattice;
  const auto planes = static_cast<std::size_t>(chip_.layers[0].planes.planes());
  if (sums.size() != vectors * planes * columns) return false;
  for (std::size_t k = 0; k < sums.size(); k += 997) {
    const std::size_t vector = k / columns / planes, plane = k / columns % planes;
    std::int64_t sum = 0;
    for (std::size_t r = 0; r < rows; ++r)
      if (in_[vector * rows + r] >> plane & 1) sum += codes()[r * columns + k % columns];
    if (sums[k] != static_cast<double>(sum) * lattice.code_S) return false;
  }
  return true;
}

}  // namespace bitline::bench
