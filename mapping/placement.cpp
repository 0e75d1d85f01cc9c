// SPDX-License-Identifier: Apache-2.0
#include "mapping/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "mapping/packing.h"

namespace bitline::mapping {

using arch::Config;
using arch::LayerConfig;

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

Placement place(const Config& config, const std::vector<workloads::IntegerWeights>& layers,
                const std::vector<LayerConfig>& settings) {
  Placement placement;
  std::vector<Request> requests;
  for (const auto& layer : layers) {
    MappedLayer mapped{layer.index, layer.name, settings[static_cast<std::size_t>(layer.index)], {}, {}};
    mapped.cell = layout(mapped.settings.cell, layer.weight_bits);
    if (!mapped.settings.digital) {
      // Whole weights stay together: an array holds a multiple of a weight's columns.
      const int width = config.array.columns / mapped.cell.columns_per_weight * mapped.cell.columns_per_weight;
      if (width == 0)
        throw RunError(fmt::format("layer {}: one weight needs {} columns but an array has {}", layer.name,
                                   mapped.cell.columns_per_weight, config.array.columns));
      for (int copy = 0; copy < mapped.settings.duplicate; ++copy) {
        for (std::size_t p = 0; p < layer.panels.size(); ++p) {
          const workloads::IntegerPanel& panel = layer.panels[p];
          auto parts = split(layer.index, copy, panel.rows, panel.columns * mapped.cell.columns_per_weight,
                             config.array.rows, width);
          for (Request& part : parts) {
            part.name = layer.name;
            part.panel = static_cast<int>(p);
            part.row += panel.row, part.column += panel.column * mapped.cell.columns_per_weight;
          }
          requests.insert(requests.end(), parts.begin(), parts.end());
        }
      }
    }
    placement.layers.push_back(std::move(mapped));
  }

  const int per_chip = config.tiles * config.arrays;
  const int available = config.chips ? *config.chips * per_chip : 0;
  Packing packing;
  try {
    packing = pack(requests, config.array.rows, config.array.columns, available, config.mapping.min_piece_rows);
  } catch (const RunError& e) {
    if (!config.mapping.reload)
      refuse_config("chips",
                    fmt::format("{}; the config gives {} chips x {} tiles x {} arrays", e.what(), *config.chips,
                                config.tiles, config.arrays),
                    "write chips: auto, or more arrays, or reload: true");
    packing = pack(requests, config.array.rows, config.array.columns, 0, config.mapping.min_piece_rows);
  }
  placement.arrays_used = packing.arrays_used;
  placement.chips = config.chips ? *config.chips : std::max(1, (packing.arrays_used + per_chip - 1) / per_chip);
  placement.arrays_total = placement.chips * per_chip;
  placement.loads = std::max(1, (packing.arrays_used + placement.arrays_total - 1) / placement.arrays_total);

  for (const auto& placed : packing.blocks) {
    MappedLayer& layer = placement.layers[static_cast<std::size_t>(placed.block.layer)];
    const int per_weight = layer.cell.columns_per_weight;
    Block block{0,
                placed.block.copy,
                placed.block.panel,
                placed.array,
                placed.row,
                placed.column,
                placed.block.row,
                placed.block.rows,
                placed.block.column / per_weight,
                placed.block.columns / per_weight,
                {}};
    const int step = config.array.active_rows ? *config.array.active_rows : block.rows;
    for (int r = 0; r < block.rows; r += step)
      block.groups.push_back({block.row + r, std::min(step, block.rows - r), 0});
    layer.blocks.push_back(std::move(block));
  }
  for (auto& layer : placement.layers) {
    for (auto& block : layer.blocks) block.id = placement.blocks++;
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
  return placement;
}

}  // namespace bitline::mapping
