// SPDX-License-Identifier: Apache-2.0
#include "chip/pulse.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "chip/devices.h"

namespace bitline::chip {

using device::CellId;
using device::Device;
using device::SynapseDraws;
using mapping::BlockId;

namespace {

// A draw's name has 16 bits for the device of a weight (slices fit 15 bits, the sign one) and 16 for the writing.
constexpr std::uint32_t devices_of_weight = 1u << 16, most_writes = 1u << 16;

LayerBlock placed_block(const Chip& chip, BlockId id) {
  for (const LayerBlock& placed : layer_blocks(chip))
    if (placed.block->id == id) return placed;
  throw InputError(fmt::format("pulses: there is no block {}", id));
}

int devices_of_row(const LayerBlock& placed) {
  return placed.block->columns * placed.plan->cell.slices * placed.plan->cell.devices_per_slice();
}

void check(const Chip& chip, const LayerBlock& placed, const Cells& cells, const PulsePattern& pattern) {
  const auto rows = static_cast<std::size_t>(placed.block->rows),
             columns = static_cast<std::size_t>(devices_of_row(placed));
  if (!chip.config.device.plasticity)
    throw InputError("device.plasticity is not set: what pulses do to the device is not known");
  if (ages(chip.config.device))
    throw InputError("the device ages (device.relaxation, drift or slow_noise): how pulses act on it is not known");
  if (pattern.rows.size() != rows || pattern.columns.size() != columns)
    throw InputError(fmt::format("pulses: {} rows and {} columns, but the block has {} rows of {} devices",
                                 pattern.rows.size(), pattern.columns.size(), rows, columns));
  if (cells.writes == 0) throw InputError("pulses: the block was never written");
  if (cells.writes >= most_writes)
    throw InputError(
        fmt::format("pulses: the block was written {} times; draws repeat from {} on", cells.writes, most_writes));
  if (!(pattern.gap_s >= 0)) throw InputError("pulses: the gap between pulses is negative");
  if (!(pattern.pulse.time_s >= 0)) throw InputError("pulses: they begin before now");
}

// The long-term state that a conductance says.
double level_of(const Device& device, double g_S) {
  return std::clamp((g_S - device.g_min_S) / (device.g_max_S - device.g_min_S), 0.0, 1.0);
}

SynapseDraws draws_of(const Random& random, const CellId& id, std::uint32_t writes) {
  return {&random, id.weight, id.layer, writes * devices_of_weight + id.slice * 2u + id.negative};
}

// One train on one device.
double pulsed_S(const Device& device, device::SynapseState& synapse, double g_S, const PulsePattern& pattern,
                std::int64_t count, double now_s, const SynapseDraws& draws) {
  if (synapse.pulses == 0) synapse.level = level_of(device, g_S), synapse.time_s = now_s;
  device::Pulse pulse = pattern.pulse;
  pulse.time_s += now_s;
  for (std::int64_t i = 0; i < count; ++i) {
    apply(*device.plasticity, synapse, pulse, draws);
    pulse.time_s += pulse.width_s + pattern.gap_s;
  }
  return device.g_min_S + synapse.level * (device.g_max_S - device.g_min_S);
}

double duration_s(const PulsePattern& pattern) {
  const auto most = [](const std::vector<std::uint16_t>& counts) {
    return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  };
  const double count = static_cast<double>(most(pattern.rows)) * most(pattern.columns);
  return count > 0 ? pattern.pulse.time_s + count * pattern.pulse.width_s + (count - 1) * pattern.gap_s : 0;
}

}  // namespace

void pulse(const Chip& chip, State& state, BlockId id, const PulsePattern& pattern) {
  const LayerBlock placed = placed_block(chip, id);
  Cells& cells = state.blocks.at(id);
  check(chip, placed, cells, pattern);
  const std::size_t width = pattern.columns.size();
  cells.synapses.resize(cells.written_S.size());
  parallel_for(pattern.rows.size(), [&](std::size_t r) {
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t i = r * width + k;
      const std::int64_t count = std::int64_t{pattern.rows[r]} * pattern.columns[k];
      if (count == 0 || cells.faulty[i]) continue;
      const CellId cell = identity_of(*placed.plan, *placed.block, static_cast<int>(r), static_cast<int>(k));
      cells.written_S[i] = pulsed_S(chip.config.device, cells.synapses[i], cells.written_S[i], pattern, count,
                                    state.now_s, draws_of(state.random, cell, cells.writes));
    }
  });
  ++cells.version;
  state.now_s += duration_s(pattern);
}

}  // namespace bitline::chip
