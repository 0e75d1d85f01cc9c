// SPDX-License-Identifier: Apache-2.0
// A tiny chip whose unit costs are all given and all different, and what networks of a few weights cost on it.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cost/chain_flow.h"
#include "cost/cost.h"
#include "read/drives.h"
#include "tests/run/helpers.h"

namespace bitline::test {

// Equal to twelve digits. Doctest's own tolerance is at least epsilon itself, far above a femtojoule.
inline doctest::Approx relative(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

using Changes = std::vector<std::pair<std::string, std::string>>;  // path, value
using CodeImages = std::vector<std::vector<std::int16_t>>;         // by image, one vector each

// Unit costs that no two parts share, so that a wrong factor shows. No transistors: every part is as given.
inline const std::string units = R"(
tiles: 1
arrays: 2
array: {rows: 4, columns: 4, active_rows: 2}
quantization: {weight_bits: 3}
input: {bits: 2, v_read: 0.2 V, t_read: 50 ns}
adc:
  {type: sar, bits: 4, shared_by: 2, range: full-scale, cost: {energy: 5 pJ, time: 30 ns, area: 100 um2, leakage: 3 nW}}
periphery: {bus_bits: 4}
technology:
  vdd: 1.3 V
  clock: 100 MHz
  wire_capacitance: 0.2 fF/um
  cell_area: 4 um2
  leakage: 11 nW
  write_energy: 0.5 pJ
  write_time: 1 us
  costs:
    adder: {energy: 2 fJ, area: 19 um2, leakage: 0 W}
    register: {energy: 3 fJ, area: 17 um2, leakage: 0 W}
    buffer: {energy: 7 fJ, area: 23 um2, leakage: 0 W}
    driver: {energy: 5 fJ, area: 13 um2, leakage: 0 W}
    mux: {energy: 11 fJ, area: 29 um2, leakage: 0 W}
    sample_hold: {energy: 37 fJ, area: 31 um2, leakage: 0 W}
    dac: {energy: 41 fJ, area: 43 um2, leakage: 0 W}
    level_shifter: {energy: 47 fJ, area: 53 um2, leakage: 0 W}
    router: {energy: 59 fJ, area: 61 um2, leakage: 0 W}
    dram: {energy: 67 fJ, area: 0 um2, leakage: 0 W}
)";

// `units` with changes on top.
inline arch::Config tiny(const Changes& changes = {}) {
  Value tree = parse_yaml(units, "units");
  for (const auto& [path, value] : changes)
    tree = merged(tree, expand_dotted(parse_yaml(path + ": " + value, "change")));
  static const std::string base = R"(
instances: 1
device: {g_min: 2 uS, g_max: 20 uS, write: exact}
technology: {node: 130 nm}
)";
  tree = merged(parse_yaml(base, "base"), tree);
  ConfigReader reader(tree, {});
  arch::Config config;
  reader.read(config);
  reader.finish();
  resolve_layers(config);
  return config;
}

inline workloads::IntegerWeights layer_of(const std::string& name, int index, int rows, int columns,
                                          std::vector<std::int16_t> weights, workloads::InputScale input,
                                          int weight_bits = 3) {
  workloads::IntegerWeights m = workloads::dense_weights(name, rows, columns, std::move(weights), weight_bits, input);
  m.index = m.level = index;
  return m;
}

// 3 x 2 weights of the hand calculations.
inline workloads::IntegerWeights small_layer(workloads::InputScale input = {1, 2, false}) {
  return layer_of("small", 0, 3, 2, {3, -1, 0, 2, -3, 1}, input);
}
inline const CodeImages small_images = {{3, 1, 0}, {2, 0, 1}};

inline chip::Chip chip_with(const arch::Config& config, const std::vector<workloads::IntegerWeights>& layers) {
  std::vector<arch::LayerConfig> settings;
  for (const auto& m : layers) settings.push_back(layer_config(config, m.name));
  return chip::build_chip(config, layers, mapping::place(config, layers, settings));
}

// Costs of a network whose layers see the images `of_layer[l]`.
inline cost::Costs network_costs(const arch::Config& config, const std::vector<workloads::IntegerWeights>& layers,
                                 const std::vector<CodeImages>& of_layer) {
  const chip::Chip chip = chip_with(config, layers);
  const cost::Tariff prices = cost::tariff(chip.config, chip, cost::chain_flow(chip.config, chip));
  const chip::View view = view_of(chip);
  std::vector<read::Ledger> ledgers;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const workloads::IntegerWeights& m = layers[l];
    const double images = static_cast<double>(of_layer[l].size());
    std::vector<std::int16_t> in;
    for (const auto& image : of_layer[l]) in.insert(in.end(), image.begin(), image.end());
    const std::size_t vectors = in.size() / static_cast<std::size_t>(m.rows);
    std::vector<double> out(vectors * static_cast<std::size_t>(m.columns));
    read::Activity activity;
    execute_layer(chip, view, l, in, {vectors, 0, 0, m.positions}, out, &activity);
    ledgers.push_back(read_ledger(chip.layers[l], view, activity));
    ledgers.back().divide(images);
    // Conversions are planned from the placement and counted by the run: they must agree.
    if (common(chip.layers[l].settings.adc) && !chip.layers[l].settings.digital)
      CHECK(prices.layers[l].actions.planned[read::Action::conversion] ==
            relative(static_cast<double>(activity.conversions) / images));
  }
  return price(chip, prices, ledgers, std::nullopt);
}
inline cost::Costs costs(const arch::Config& config, const workloads::IntegerWeights& layer = small_layer(),
                         const CodeImages& images = small_images) {
  return network_costs(config, {layer}, {images});
}

inline double part(const cost::Breakdown& parts, const std::string& name) {
  for (const auto& [key, value] : parts)
    if (name_of(key) == name) return value;
  FAIL("no part " << name);
  return 0;
}

// Every part of `parts` is as expected and there are no others.
inline void check_parts(const cost::Breakdown& parts, const std::map<std::string, double>& expected) {
  CHECK(parts.size() == expected.size());
  for (const auto& [name, value] : expected) {
    CAPTURE(name);
    CHECK(part(parts, name) == relative(value));
  }
}

inline bool contains(const std::vector<std::string>& texts, const std::string& what) {
  for (const auto& t : texts)
    if (t.find(what) != std::string::npos) return true;
  return false;
}

inline constexpr double fJ = 1e-15, nJ = 1e-9, ns = 1e-9, um2 = 1e-12;

// A bit over the tree between the buffers and one of `arrays` arrays with so much around each: the side of all of them
// less half of one's; half of the bits toggle, and each toggle takes half of C V^2.
inline double tree_bit_J(double arrays, double macro_um2) {
  const double length_um = (std::sqrt(arrays) - 0.5) * std::sqrt(macro_um2);
  return 0.5 * 0.5 * length_um * 0.2 * fJ * 1.3 * 1.3;
}

}  // namespace bitline::test
