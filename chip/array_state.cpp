// SPDX-License-Identifier: Apache-2.0
#include "chip/array_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "chip/devices.h"

namespace bitline::chip {
namespace {

// f(index in the array, index in the block) for every device of a block.
template <class F>
void for_devices(const ArrayShape& shape, const LayerBlock& placed, F&& f) {
  const auto& [plan, block] = placed;
  const int width = block->columns * plan->cell.slices * plan->cell.devices_per_slice();
  for (int r = 0; r < block->rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(*block, plan->cell, r, k);
      f((static_cast<std::size_t>(at.row) * static_cast<std::size_t>(shape.columns) +
         static_cast<std::size_t>(at.column)) *
                static_cast<std::size_t>(shape.devices) +
            static_cast<std::size_t>(at.device),
        static_cast<std::size_t>(r) * static_cast<std::size_t>(width) + static_cast<std::size_t>(k));
    }
}

// Of one array; written ones.
std::vector<LayerBlock> blocks_of(const Chip& chip, const State& state, int array) {
  if (array < 0 || array >= chip.placement.arrays_used)
    throw InputError(
        fmt::format("there is no array {}: arrays 0 to {} are used", array, chip.placement.arrays_used - 1));
  std::vector<LayerBlock> out;
  for (const LayerBlock& placed : layer_blocks(chip)) {
    if (placed.block->array != array) continue;
    if (state.blocks.at(placed.block->id).writes == 0) throw InputError(fmt::format("array {} is not written", array));
    out.push_back(placed);
  }
  return out;
}

}  // namespace

ArrayShape array_shape(const Chip& chip) {
  return {chip.config.array.rows, chip.config.array.columns,
          std::holds_alternative<array::SignWeightedCell>(chip.config.cell) ? 2 : 1};
}

std::vector<double> array_conductance_S(const Chip& chip, const State& state, int array, Moment moment) {
  const ArrayShape shape = array_shape(chip);
  std::vector<double> g_S(shape.size(), std::numeric_limits<double>::quiet_NaN());
  for (const LayerBlock& placed : blocks_of(chip, state, array)) {
    const auto& [plan, block] = placed;
    const Cells& cells = state.blocks[block->id];
    std::vector<double> values;
    if (moment == Moment::target)
      values = targets_S(chip.config.device, *plan, *block);
    else if (moment == Moment::written)
      values = cells.written_S;
    else
      values =
          block_devices(chip, chip.config.device, state.random, *plan, *block, cells, state.now_s - cells.written_at_s)
              .aged_S;
    for_devices(shape, placed, [&](std::size_t in_array, std::size_t in_block) { g_S[in_array] = values[in_block]; });
  }
  return g_S;
}

namespace {

void check_mapped(const ArrayShape& shape, const LayerBlock& placed, std::span<const double> g_S,
                  bool refuses_missing) {
  for_devices(shape, placed, [&](std::size_t i, std::size_t) {
    const bool missing = std::isnan(g_S[i]);
    constexpr double most_S = 1;  // an ohm, which no device of an array has
    if (missing ? !refuses_missing : g_S[i] >= 0 && g_S[i] <= most_S) return;
    throw InputError(fmt::format("a conductance is {} S at row {}, column {}, where a weight is mapped{}", g_S[i],
                                 i / static_cast<std::size_t>(shape.columns * shape.devices),
                                 i / static_cast<std::size_t>(shape.devices) % static_cast<std::size_t>(shape.columns),
                                 missing ? "; conductances_missing: written, target or open says what stands in"
                                 : g_S[i] > most_S ? ": are these ohms, or uS? They are taken in siemens"
                                                   : ""));
  });
}

}  // namespace

std::size_t set_array_conductance(const Chip& chip, State& state, int array, std::span<const double> g_S) {
  const ArrayShape shape = array_shape(chip);
  const arch::MissingCells instead = chip.config.conductances_missing;
  const std::vector<LayerBlock> blocks = blocks_of(chip, state, array);
  if (g_S.size() != shape.size())
    throw InputError(fmt::format("{} conductances are not those of {} rows, {} columns and {} devices of a cell",
                                 g_S.size(), shape.rows, shape.columns, shape.devices));
  for (const LayerBlock& placed : blocks) check_mapped(shape, placed, g_S, instead == arch::MissingCells::refuse);
  std::size_t missing = 0;
  for (const LayerBlock& placed : blocks) {
    Cells& cells = state.blocks[placed.block->id];
    const std::vector<double> targets = targets_S(chip.config.device, *placed.plan, *placed.block);
    for_devices(shape, placed, [&](std::size_t i, std::size_t k) {
      const bool none = std::isnan(g_S[i]);
      missing += none;
      if (none && instead == arch::MissingCells::written) return;
      cells.written_S[k] = !none ? g_S[i] : instead == arch::MissingCells::target ? targets[k] : 0;
      if (!cells.faulty.empty()) cells.faulty[k] = 0;
    });
    cells.synapses.clear();
    cells.written_at_s = state.now_s, cells.images = 0;
    cells.read_s.clear();
    ++cells.version;
  }
  return missing;
}

}  // namespace bitline::chip
