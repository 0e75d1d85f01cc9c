// SPDX-License-Identifier: Apache-2.0
#include "chip/wire_study.h"

#include <algorithm>
#include <cmath>

#include "arch/lines.h"
#include "base/parallel.h"
#include "chip/array_study.h"

namespace bitline::chip {

using mapping::Block;

namespace {

// Voltage left across each cell, the lesser of a pair's devices: what the column takes from one it gives to the other,
// so their mean would hide it; `left`: of every device of the circuit.
void keep_map(const Chip& chip, const ArrayCircuit& circuit, std::span<const double> left, WireResult& result) {
  const int lines = circuit.lines_per_row();
  const arch::Array& array = chip.config.array;
  result.map_rows = array.rows, result.map_columns = array.columns;
  double sum = 0;
  result.drop_min = 1;
  for (int r = 0; r < array.rows; ++r)
    for (int c = 0; c < array.columns; ++c) {
      double cell = HUGE_VAL;
      for (int l = 0; l < lines; ++l) cell = std::min(cell, left[circuit.index({r * lines + l, c})]);
      sum += cell;
      result.drop_min = std::min(result.drop_min, cell);
      result.drop_map.push_back(static_cast<float>(cell));
    }
  result.drop_mean = sum / (static_cast<double>(array.rows) * array.columns);
}

// The first chip as reads see it.
State written_state(const Chip& chip) {
  State state = new_state(chip, 0);
  write(chip, state);
  pass(state, age_since_write_s(chip.config));
  return state;
}

// A layer's first block, which stands for the layer's others: their columns lie alike.
struct StudiedLayer {
  std::size_t layer = 0;
  std::size_t block = 0;  // among the array's blocks
  BlockStudy study;
};

// An array that holds first blocks of layers. They share its circuit, which is the dear part.
struct StudiedArray {
  int array = 0;
  std::vector<BlockDevices> devices;
  std::vector<PlacedDevices> blocks;
  std::vector<StudiedLayer> layers;
};

StudiedArray studied_array(const Chip& chip, const State& state, int array) {
  StudiedArray studied;
  studied.array = array;
  for (const auto& [plan, block] : layer_blocks(chip)) {
    if (block->array != array) continue;
    studied.blocks.push_back({plan, block, nullptr});
    studied.devices.push_back(
        block_devices(chip, chip.config.device, state.random, *plan, *block, state.blocks[block->id], state.now_s));
  }
  for (std::size_t b = 0; b < studied.blocks.size(); ++b) studied.blocks[b].devices = &studied.devices[b];
  return studied;
}

// In the order in which layers reach them.
std::vector<StudiedArray> studied_arrays(const Chip& chip) {
  const State state = written_state(chip);
  std::vector<StudiedArray> arrays;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    if (chip.layers[l].blocks.empty()) continue;
    const Block& first = chip.layers[l].blocks.front();
    auto studied = std::ranges::find(arrays, first.array, &StudiedArray::array);
    if (studied == arrays.end()) studied = arrays.insert(arrays.end(), studied_array(chip, state, first.array));
    const auto block = std::ranges::find(studied->blocks, &first, &PlacedDevices::block);
    studied->layers.push_back({l, static_cast<std::size_t>(block - studied->blocks.begin()), {}});
  }
  return arrays;
}

// `result`, if any, is shown this array's map.
void study_array(const Chip& chip, std::span<const std::vector<std::int16_t>> inputs, StudiedArray& studied,
                 WireResult* result) {
  if (chip.solves_reads()) {
    const SolvedArray array(chip, chip.config.device, studied.blocks);
    for (StudiedLayer& s : studied.layers)
      s.study = study_solved(chip, array, studied.blocks, s.block, inputs[s.layer]);
    if (!result) return;
    result->method = array.method();
    keep_map(chip, array.circuit(), array.all_on_drops(), *result);
    return;
  }
  const ArrayStudy study(chip, studied.blocks);
  for (StudiedLayer& s : studied.layers) s.study = study.study(s.block, inputs[s.layer]);
  if (result) keep_map(chip, study.circuit(), study.all_driven(), *result);
}

// Every block's noise factors are those of its layer's first block.
void set_noise_factors(Chip& chip, std::span<const StudiedLayer* const> layers) {
  chip.noise_factors.resize(chip.placement.blocks);
  for (const StudiedLayer* studied : layers) {
    const LayerPlan& plan = chip.layers[studied->layer];
    const std::vector<double>& first = studied->study.factor;
    for (const Block& block : plan.blocks)
      for (std::size_t c = 0; c < static_cast<std::size_t>(block.columns * plan.cell.conversions_per_weight()); ++c)
        chip.noise_factors[block.id].push_back(first[std::min(c, first.size() - 1)]);
  }
}

void add_up(const Chip& chip, std::span<const StudiedLayer* const> layers, WireResult& result) {
  double squared = 0, largest = 0, reference = 0, difference = 0, factors = 0;
  std::size_t compared = 0, columns = 0;
  for (const StudiedLayer* studied : layers) {
    const BlockStudy& s = studied->study;
    squared += s.squared_error, compared += s.compared;
    if (!chip.solves_reads()) result.residual = std::max(result.residual.value_or(0), s.residual);
    result.reads += s.reads;
    for (double f : s.factor) factors += f, ++columns;
    for (float i : s.currents.without_wires) largest = std::max(largest, std::abs(static_cast<double>(i)));
    for (std::size_t i = 0; i < s.currents.with_wires.size(); ++i) {
      const double without = s.currents.without_wires[i], change = s.currents.with_wires[i] - without;
      reference += without * without, difference += change * change;
    }
  }
  for (const StudiedLayer* studied : layers)
    for (std::size_t i = 0; i < studied->study.currents.with_wires.size() && largest > 0; ++i) {
      result.with_wires.push_back(static_cast<float>(studied->study.currents.with_wires[i] / largest));
      result.without_wires.push_back(static_cast<float>(studied->study.currents.without_wires[i] / largest));
    }
  result.current_error_rms = reference > 0 ? std::sqrt(difference / reference) : 0;
  result.noise_factor_mean = columns ? factors / static_cast<double>(columns) : 1;
  result.noise_sigma_error = compared ? std::sqrt(squared / static_cast<double>(compared)) : 0;
}

}  // namespace

WireResult study_wires(Chip& chip, std::span<const std::vector<std::int16_t>> inputs) {
  WireResult result;
  const arch::SegmentResistance segment = segment_resistance(chip.config);
  result.row_ohm = segment.row_ohm, result.column_ohm = segment.column_ohm;
  result.supplied_beside_columns = chip.config.array.topology == arch::Topology::gated_ladder;
  result.method = "direct reduction of each array";
  chip.noise_factors.clear();
  std::vector<StudiedArray> arrays = studied_arrays(chip);
  parallel_for(arrays.size(), [&](std::size_t a) { study_array(chip, inputs, arrays[a], a == 0 ? &result : nullptr); });
  std::vector<const StudiedLayer*> layers;
  for (const StudiedArray& studied : arrays)
    for (const StudiedLayer& layer : studied.layers) layers.push_back(&layer);
  std::ranges::sort(layers, {}, &StudiedLayer::layer);
  set_noise_factors(chip, layers);
  add_up(chip, layers, result);
  choose_lattices(chip);
  return result;
}

}  // namespace bitline::chip
