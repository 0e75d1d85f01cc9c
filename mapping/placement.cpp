// SPDX-License-Identifier: Apache-2.0
#include "mapping/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "mapping/arrange.h"

namespace bitline::mapping {

using arch::Config;
using arch::LayerConfig;

std::size_t bytes_of(const Placement& placement) {
  std::size_t bytes = sizeof placement;
  for (const MappedLayer& layer : placement.layers) {
    bytes += sizeof layer;
    for (const Block& block : layer.blocks) bytes += sizeof block + block.groups.size() * sizeof(RowGroup);
  }
  return bytes;
}

std::vector<LayerConfig> layer_settings(const Config& config, const std::vector<std::string>& names) {
  std::vector<Diagnostic> problems;
  for (const auto& e : config.layers.entries)
    if (std::find(names.begin(), names.end(), e.key) == names.end()) {
      const std::string near = nearest(e.key, names);
      std::string all;
      for (const auto& n : names) all += (all.empty() ? "" : ", ") + n;
      problems.push_back({e.origin, "layers." + e.key, "the network has no layer '" + e.key + "'",
                          near.empty() ? "its layers are " + all : "did you mean '" + near + "'?"});
    }
  if (!problems.empty()) throw ConfigError(problems);
  std::vector<LayerConfig> settings;
  for (const auto& name : names) settings.push_back(layer_config(config, name));
  return settings;
}

namespace {

// One copy of every layer on arrays, cut into blocks.
Unplaced unplaced(const Config& config, const std::vector<workloads::IntegerWeights>& layers,
                  const std::vector<LayerConfig>& settings) {
  Unplaced network{config, layers, {}, {}};
  for (const auto& layer : layers) {
    MappedLayer mapped{layer.index, layer.name, settings[static_cast<std::size_t>(layer.index)], {}, {}, {}};
    mapped.cell = layout(mapped.settings.cell, layer.weight_bits);
    if (!mapped.settings.digital) {
      // Whole weights stay together: an array holds a multiple of a weight's columns.
      const int width = config.array.columns / mapped.cell.columns_per_weight * mapped.cell.columns_per_weight;
      if (width == 0)
        throw RunError(fmt::format("layer {}: one weight needs {} columns but an array has {}", layer.name,
                                   mapped.cell.columns_per_weight, config.array.columns));
      for (std::size_t p = 0; p < layer.panels.size(); ++p) {
        const workloads::IntegerPanel& panel = layer.panels[p];
        auto parts =
            split(layer.index, 0, panel.rows, panel.columns * mapped.cell.columns_per_weight, config.array.rows, width);
        for (Request& part : parts) {
          part.name = layer.name;
          part.panel = static_cast<int>(p);
          part.row += panel.row, part.column += panel.column * mapped.cell.columns_per_weight;
        }
        network.requests.insert(network.requests.end(), parts.begin(), parts.end());
      }
    }
    network.mapped.push_back(std::move(mapped));
  }
  return network;
}

Packing packed_densely(const Config& config, const std::vector<Request>& requests) {
  const auto on = [&](int arrays) {
    return pack(requests, config.array.rows, config.array.columns, arrays, config.mapping.min_piece_rows);
  };
  try {
    return on(config.chips ? *config.chips * config.tiles * config.arrays : 0);
  } catch (const RunError& e) {
    if (config.mapping.reload) return on(0);
    refuse_config("chips",
                  fmt::format("{}; the config gives {} chip{} x {} tile{} x {} array{}", e.what(), *config.chips,
                              *config.chips == 1 ? "" : "s", config.tiles, config.tiles == 1 ? "" : "s", config.arrays,
                              config.arrays == 1 ? "" : "s"),
                  "write chips: auto, or more arrays, or reload: true");
  }
}

// What is written anew for every image is neither spread nor copied.
Arranged as_packed(const Unplaced& network, const Packing& dense) {
  Arranged arranged{dense, {}, {}, {}};
  for (std::size_t l = 0; l < network.mapped.size(); ++l) {
    arranged.copies.push_back(one_copy(network.layers[l]));
    if (network.mapped[l].settings.duplicate > 1 && !network.mapped[l].settings.digital)
      arranged.warnings.push_back(
          fmt::format("duplicate: copies of {} are not placed, since arrays are written anew for every image (reload)",
                      network.mapped[l].name));
  }
  return arranged;
}

Block block_of(const Placed& placed, int columns_per_weight, std::optional<int> active_rows) {
  const Request& r = placed.block;
  Block block{0,
              r.copy,
              r.panel,
              placed.array,
              placed.row,
              placed.column,
              r.row,
              r.rows,
              r.column / columns_per_weight,
              r.columns / columns_per_weight,
              {}};
  const int step = active_rows.value_or(block.rows);
  for (int row = 0; row < block.rows; row += step)
    block.groups.push_back({block.row + row, std::min(step, block.rows - row), 0});
  return block;
}

// Row groups that start at the same row have the same number.
void number_groups(MappedLayer& layer) {
  std::map<int, int> ids;  // start row -> running number
  for (const auto& block : layer.blocks)
    for (const auto& group : block.groups) ids.emplace(group.row, 0);
  int next = 0;
  for (auto& [row, id] : ids) id = next++;
  // Twelve bits of a draw's place name the row group.
  if (next > 4096)
    throw RunError(fmt::format(
        "layer {}: {} groups of rows read apart; at most 4096 can be told apart (use larger array.active_rows)",
        layer.name, next));
  for (auto& block : layer.blocks)
    for (auto& group : block.groups) group.id = ids[group.row];
}

}  // namespace

Placement place(const Config& config, const std::vector<workloads::IntegerWeights>& layers,
                const std::vector<LayerConfig>& settings) {
  Unplaced network = unplaced(config, layers, settings);
  const Packing dense = packed_densely(config, network.requests);
  const int per_chip = config.tiles * config.arrays;
  const auto chips_for = [&](int arrays) {
    return config.chips ? *config.chips : std::max(1, (arrays + per_chip - 1) / per_chip);
  };
  const bool fits = dense.arrays_used <= chips_for(dense.arrays_used) * per_chip;
  const Arranged arranged = fits ? arrange(network, dense) : as_packed(network, dense);

  Placement placement;
  placement.arrays_needed = dense.arrays_used;
  placement.arrays_used = arranged.packing.arrays_used;
  placement.chips = chips_for(placement.arrays_used);
  placement.arrays_total = placement.chips * per_chip;
  placement.loads = std::max(1, (placement.arrays_used + placement.arrays_total - 1) / placement.arrays_total);
  placement.choices = arranged.choices, placement.warnings = arranged.warnings;
  placement.layers = std::move(network.mapped);
  for (std::size_t l = 0; l < placement.layers.size(); ++l) placement.layers[l].copies = arranged.copies[l];
  for (const Placed& placed : arranged.packing.blocks) {
    MappedLayer& layer = placement.layers[static_cast<std::size_t>(placed.block.layer)];
    layer.blocks.push_back(block_of(placed, layer.cell.columns_per_weight, config.array.active_rows));
  }
  for (auto& layer : placement.layers) {
    for (auto& block : layer.blocks) block.id = placement.blocks++;
    number_groups(layer);
  }
  return placement;
}

}  // namespace bitline::mapping
