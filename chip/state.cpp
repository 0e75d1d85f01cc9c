// SPDX-License-Identifier: Apache-2.0
#include "chip/state.h"

#include <numeric>

#include "base/parallel.h"
#include "chip/devices.h"

namespace bitline::chip {

using mapping::BlockId;

namespace {

WriteReport write_as(const Chip& chip, const device::Device& device, const ArrayConductances* measured, State& state,
                     std::span<const BlockId> blocks) {
  std::vector<std::uint8_t> wanted(state.blocks.size(), 0);
  for (BlockId id : blocks) wanted.at(id) = 1;
  std::vector<LayerBlock> all;
  for (const LayerBlock& placed : layer_blocks(chip))
    if (wanted[placed.block->id]) all.push_back(placed);
  std::vector<WriteReport> reports(all.size());
  parallel_for(all.size(),
               [&](std::size_t i) { reports[i] = write_block_at(chip, device, measured, all[i], state.now_s, state); });
  WriteReport sum;
  for (const WriteReport& r : reports) sum.add(r);
  return sum;
}

std::vector<BlockId> all_blocks(const State& state) {
  std::vector<BlockId> ids(state.blocks.size());
  std::iota(ids.begin(), ids.end(), BlockId{0});
  return ids;
}

}  // namespace

WriteReport write_block_at(const Chip& chip, const device::Device& device, const ArrayConductances* measured,
                           const LayerBlock& placed, double now_s, State& state) {
  const auto& [plan, block] = placed;
  Cells& cells = state.blocks[block->id];
  const std::span<const double> aim_S =
      chip.aims_S.empty() ? std::span<const double>() : std::span<const double>(chip.aims_S[block->id]);
  const WriteReport report = write_block(chip, device, state.random, *plan, *block, aim_S, measured, cells);
  cells.written_at_s = now_s, cells.images = 0;
  cells.read_s.clear();
  ++cells.writes, ++cells.version;
  return report;
}

void WriteReport::add(const WriteReport& other) {
  cells += other.cells, at_level += other.at_level, digits += other.digits;
  devices += other.devices, faulty += other.faulty;
  squared_error_S2 += other.squared_error_S2;
  pulses += other.pulses, unpulsed += other.unpulsed, given_up += other.given_up;
  missing += other.missing;
}

State new_state(const Chip& chip, int instance) {
  State state;
  state.random = Random(chip.config.seed, static_cast<std::uint32_t>(instance), chip.isa);
  state.blocks.resize(chip.placement.blocks);
  return state;
}

WriteReport write(const Chip& chip, State& state, std::span<const BlockId> blocks) {
  return write_as(chip, chip.config.device, chip.measured.get(), state, blocks);
}

WriteReport write(const Chip& chip, State& state) { return write(chip, state, all_blocks(state)); }

State ideal_state(const Chip& chip) {
  State state = new_state(chip, 0);
  write_as(chip, ideal_device(chip.config.device), nullptr, state, all_blocks(state));
  return state;
}

void pass(State& state, double seconds) { state.now_s += seconds; }

void pass_until(State& state, double now_s) { state.now_s = now_s; }

void count_reads(State& state, double images, std::span<const std::vector<double>> read_s) {
  for (std::size_t b = 0; b < state.blocks.size(); ++b) {
    Cells& cells = state.blocks[b];
    cells.images += images;
    cells.read_s.resize(read_s[b].size());
    for (std::size_t r = 0; r < read_s[b].size(); ++r) cells.read_s[r] += images * read_s[b][r];
    ++cells.version;
  }
}

void skip_writings(State& state, std::uint32_t count) {
  for (Cells& cells : state.blocks) cells.writes += count;
}

void keep_conductances(const Chip& chip, const State& state, const std::filesystem::path& folder) {
  const arch::Config& config = chip.config;
  const int per_cell = std::holds_alternative<array::SignWeightedCell>(config.cell) ? 2 : 1;
  ArrayConductances target(chip.placement.arrays_used, config.array.rows, config.array.columns, per_cell);
  ArrayConductances written = target, aged = target;
  for (const auto& [plan, block] : layer_blocks(chip)) {
    const Cells& cells = state.blocks[block->id];
    const BlockDevices d =
        block_devices(chip, config.device, state.random, *plan, *block, cells, state.now_s - cells.written_at_s);
    target.write(*block, plan->cell, targets_S(config.device, *plan, *block));
    written.write(*block, plan->cell, d.written_S);
    aged.write(*block, plan->cell, d.aged_S);
  }
  target.save(folder, "target");
  written.save(folder, "written");
  aged.save(folder, "aged");
}

LevelMap level_map(const Chip& chip, const State& state) {
  if (chip.layers.empty() || chip.layers[0].blocks.empty() || chip.layers[0].cell.slices != 1) return {};
  const LayerPlan& plan = chip.layers[0];
  const mapping::Block& block = plan.blocks[0];
  const BlockDevices d = block_devices(chip, chip.config.device, state.random, plan, block, state.blocks[block.id], 0);
  const std::vector<double> target_S = targets_S(chip.config.device, plan, block);
  const bool pair = plan.cell.devices_per_slice() == 2;
  const double step = plan.cell.step_S(chip.config.device), origin = pair ? 0 : chip.config.device.g_min_S;
  const auto level = [&](double positive_S, double negative_S) {
    return static_cast<float>(((pair ? positive_S - negative_S : positive_S) - origin) / step);
  };
  LevelMap map{block.rows, block.columns, {}, {}, plan.matrix.name, physical_array(chip, block)};
  for (std::size_t k = 0; k < d.written_S.size(); k += static_cast<std::size_t>(plan.cell.devices_per_slice())) {
    map.intended.push_back(level(target_S[k], pair ? target_S[k + 1] : 0));
    map.read_back.push_back(level(d.read_back_S(k), pair ? d.read_back_S(k + 1) : 0));
  }
  return map;
}

}  // namespace bitline::chip
