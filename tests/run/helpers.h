// SPDX-License-Identifier: Apache-2.0
// Small chips and networks for tests.
#pragma once

#include <filesystem>
#include <random>
#include <string>

#include "arch/config.h"
#include "base/parallel.h"
#include "base/yaml.h"
#include "chip/chip.h"
#include "read/calibrate.h"
#include "read/execute.h"
#include "run/run.h"

namespace bitline::test {

inline const std::filesystem::path source = BITLINE_SOURCE_DIR;

// A config from YAML text on top of a small ideal chip.
inline arch::Config config_of(const std::string& text) {
  static const std::string base = R"(
array: {rows: 64, columns: 32}
tiles: 1
arrays: 1
instances: 1
device: {g_min: 2 uS, g_max: 20 uS, write: exact}
adc: ideal
technology: {node: 130 nm, vdd: 1.3 V, clock: 100 MHz, wire_capacitance: 0.2 fF/um, cell_area: 3 um2, costs: {
  adder: {energy: 1 fJ, area: 1 um2, leakage: 0 W}, register: {energy: 1 fJ, area: 1 um2, leakage: 0 W},
  buffer: {energy: 1 fJ, area: 1 um2, leakage: 0 W}, driver: {energy: 1 fJ, area: 1 um2, leakage: 0 W},
  mux: {energy: 1 fJ, area: 1 um2, leakage: 0 W}, sample_hold: {energy: 1 fJ, area: 1 um2, leakage: 0 W},
  dac: {energy: 1 fJ, area: 1 um2, leakage: 0 W}}}
)";
  const Value tree = merged(parse_yaml(base, "base"), expand_dotted(parse_yaml(text, "test")));
  ConfigReader reader(tree, {});
  arch::Config config;
  reader.read(config);
  reader.finish();
  resolve_layers(config);
  return config;
}

// A matrix layer of pseudo-random integers that contains both extremes.
inline workloads::IntegerWeights random_layer(int rows, int columns, const array::CellLayout& cell, int weight_bits,
                                              workloads::InputScale input, unsigned seed) {
  workloads::IntegerWeights layer = workloads::dense_weights("layer", rows, columns, {}, weight_bits, input);
  std::mt19937 engine(seed);
  for (int i = 0; i < rows * columns; ++i) {
    const int w = static_cast<int>(engine() % static_cast<unsigned>(2 * cell.highest + 1)) - cell.highest;
    layer.panels[0].codes.push_back(static_cast<std::int16_t>(weight_bits == 1 && w == 0 ? 1 : w));
  }
  layer.panels[0].codes[0] = static_cast<std::int16_t>(cell.highest);
  layer.panels[0].codes.back() = static_cast<std::int16_t>(-cell.highest);
  return layer;
}

inline std::vector<std::int16_t> random_inputs(std::size_t vectors, int rows, workloads::InputScale input,
                                               unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<std::int16_t> x;
  for (std::size_t i = 0; i < vectors * static_cast<std::size_t>(rows); ++i)
    x.push_back(static_cast<std::int16_t>(
        input.lowest() + static_cast<int>(engine() % static_cast<unsigned>(input.highest() - input.lowest() + 1))));
  x[0] = static_cast<std::int16_t>(input.highest());
  return x;
}

inline chip::Chip chip_of(const arch::Config& config, const workloads::IntegerWeights& layer) {
  return chip::build_chip(config, {layer}, mapping::place(config, {layer}, {layer_config(config, layer.name)}));
}

// A chip instance, written and as old as the config says.
struct WrittenChip {
  chip::State state;
  chip::WriteReport report;
};
inline WrittenChip written_chip(const chip::Chip& chip, int instance = 0) {
  WrittenChip written{new_state(chip, instance), {}};
  written.report = write(chip, written.state);
  pass(written.state, age_since_write_s(chip.config));
  return written;
}

// As reads see it, converters ranged without calibration.
inline chip::View view_of(const chip::Chip& chip, const chip::State& state) {
  chip::View view = look(chip, state);
  read::set_ranges(chip, view);
  return view;
}
inline chip::View view_of(const chip::Chip& chip, int instance = 0) {
  return view_of(chip, written_chip(chip, instance).state);
}

inline bool have_fashion_mnist() {
  return std::filesystem::exists("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz");
}
inline run::RunOptions run_options() {
  run::RunOptions options;
  options.data.folders = {"/usr/share/datasets"};
  options.model_folders = {source / "models"};
  return options;
}

}  // namespace bitline::test
