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

// The study of one layer: of its block number `mine` in the array.
struct Task {
  std::size_t layer, mine;
  BlockStudy study;
};

// An array that is looked at, with the tasks of the layers it stands for.
struct Studied {
  int array;
  std::vector<LayerBlock> blocks;
  std::vector<Task> tasks;
};

// The array with most cells in use, the first of several.
int fullest_array(const std::vector<std::vector<LayerBlock>>& arrays) {
  double most = -1;
  int fullest = 0;
  for (const auto& blocks : arrays) {
    double cells = 0;
    for (const auto& [plan, block] : blocks)
      cells += static_cast<double>(block->rows) * block->columns * plan->cell.columns_per_weight;
    if (cells > most) most = cells, fullest = blocks.front().block->array;
  }
  return fullest;
}

// Factors of noise, which reads draw by, need the first block of every layer, which stands for the layer's others:
// their columns lie alike. Layers whose first blocks share an array share its circuit, which is the dear part. Where
// the study is only shown one array does, the fullest.
std::vector<Studied> studied_arrays(const Chip& chip, bool only_shown) {
  const std::vector<std::vector<LayerBlock>> all = by_array(chip);
  const int fullest = fullest_array(all);
  std::vector<Studied> arrays;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const std::vector<Block>& blocks = chip.layers[l].blocks;
    const auto first = std::find_if(blocks.begin(), blocks.end(),
                                    [&](const Block& block) { return !only_shown || block.array == fullest; });
    if (first == blocks.end()) continue;
    auto studied =
        std::find_if(arrays.begin(), arrays.end(), [&](const Studied& s) { return s.array == first->array; });
    if (studied == arrays.end()) {
      const auto own =
          std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.front().block->array == first->array; });
      studied = arrays.insert(arrays.end(), Studied{first->array, *own, {}});
    }
    std::size_t mine = 0;
    while (studied->blocks[mine].block != &*first) ++mine;
    studied->tasks.push_back({l, mine, {}});
  }
  return arrays;
}

// Their cells of the first chip, as its reads see them.
State written_state(const Chip& chip, std::span<const Studied> arrays) {
  std::vector<mapping::BlockId> blocks;
  for (const Studied& studied : arrays)
    for (const LayerBlock& b : studied.blocks) blocks.push_back(b.block->id);
  State state = new_state(chip, 0);
  write(chip, state, blocks);
  pass(state, age_since_write_s(chip.config));
  return state;
}

// All of study_wires() but lattices.
WireResult look_at_wires(Chip& chip, SampledVectors inputs) {
  WireResult result;
  const arch::SegmentResistance segment = segment_resistance(chip.config);
  result.row_ohm = segment.row_ohm, result.column_ohm = segment.column_ohm;
  const bool solved = chip.solves_reads();
  result.supplied_beside_columns = chip.config.array.topology == arch::Topology::gated_ladder;
  result.method = "direct reduction of each array";
  chip.noise_factors.clear();
  chip.reduced.clear();

  const bool decides_reads = draws_read_noise(chip) && !solved;
  std::vector<Studied> arrays = studied_arrays(chip, !decides_reads);
  result.arrays = arrays.size();
  if (!arrays.empty()) result.map_array = arrays.front().array % chip.placement.arrays_total;
  std::vector<std::shared_ptr<const ReducedArray>> reduced(arrays.size());
  const State state = written_state(chip, arrays);
  parallel_for(arrays.size(), [&](std::size_t a) {
    std::vector<BlockDevices> devices;
    std::vector<PlacedDevices> blocks;
    for (const auto& [plan, block] : arrays[a].blocks)
      devices.push_back(
          block_devices(chip, chip.config.device, state.random, *plan, *block, state.blocks[block->id], state.now_s));
    for (std::size_t b = 0; b < devices.size(); ++b)
      blocks.push_back({arrays[a].blocks[b].plan, arrays[a].blocks[b].block, &devices[b]});
    if (solved) {
      const SolvedArray array(chip, chip.config.device, blocks);
      for (Task& task : arrays[a].tasks) task.study = study_solved(chip, array, blocks, task.mine, inputs[task.layer]);
      if (a == 0) {
        result.method = array.method();
        keep_map(chip, array.circuit(), array.all_on_drops(), result);
      }
      return;
    }
    const ArrayStudy study(chip, blocks);
    std::vector<double> left;
    for (Task& task : arrays[a].tasks)
      task.study = study.study(task.mine, inputs[task.layer], a == 0 && left.empty() ? &left : nullptr);
    if (a == 0) keep_map(chip, study.circuit(), left, result);
    if (a < most_reduced_kept) reduced[a] = reduced_array(study.circuit(), study.voltages().effective(), blocks);
  });
  std::erase(reduced, nullptr);
  chip.reduced = std::move(reduced);

  std::vector<Task> tasks;  // in order of layers
  for (Studied& studied : arrays)
    for (Task& task : studied.tasks) tasks.push_back(std::move(task));
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.layer < b.layer; });
  double squared = 0, largest = 0, reference = 0, difference = 0, factors = 0;
  std::size_t compared = 0, columns = 0;
  if (decides_reads) chip.noise_factors.resize(chip.placement.blocks);
  for (auto& task : tasks) {
    BlockStudy& s = task.study;
    squared += s.squared_error, compared += s.compared;
    if (!solved) result.residual = std::max(result.residual.value_or(0), s.residual);
    result.reads += s.reads;
    for (double f : s.factor) factors += f, ++columns;
    for (float i : s.currents.without_wires) largest = std::max(largest, std::abs(static_cast<double>(i)));
    for (std::size_t i = 0; i < s.currents.with_wires.size(); ++i) {
      const double without = s.currents.without_wires[i], change = s.currents.with_wires[i] - without;
      reference += without * without, difference += change * change;
    }
    if (!decides_reads) continue;
    for (const auto& block : chip.layers[task.layer].blocks) {
      std::vector<double>& factor = chip.noise_factors[block.id];
      const std::size_t width =
          static_cast<std::size_t>(block.columns * chip.layers[task.layer].cell.conversions_per_weight());
      for (std::size_t c = 0; c < width; ++c) factor.push_back(s.factor[std::min(c, s.factor.size() - 1)]);
    }
  }
  for (auto& task : tasks)
    for (std::size_t i = 0; i < task.study.currents.with_wires.size() && largest > 0; ++i) {
      result.with_wires.push_back(static_cast<float>(task.study.currents.with_wires[i] / largest));
      result.without_wires.push_back(static_cast<float>(task.study.currents.without_wires[i] / largest));
    }
  result.current_error_rms = reference > 0 ? std::sqrt(difference / reference) : 0;
  result.noise_factor_mean = columns ? factors / static_cast<double>(columns) : 1;
  result.noise_sigma_error = compared ? std::sqrt(squared / static_cast<double>(compared)) : 0;
  return result;
}

// As much of the chip as the study of one array needs: matrices of the layers that have blocks there.
Chip with_array(const Chip& chip, int array) {
  Chip part;
  part.config = chip.config, part.isa = chip.isa, part.placement = chip.placement;
  part.write_sigma_S = chip.write_sigma_S, part.verify = chip.verify, part.pulses = chip.pulses;
  part.measured = chip.measured;
  for (const LayerPlan& plan : chip.layers) {
    if (std::ranges::any_of(plan.blocks, [&](const Block& block) { return block.array == array; })) {
      part.layers.push_back(plan);
      continue;
    }
    LayerPlan& empty = part.layers.emplace_back();
    empty.cell = plan.cell, empty.blocks = plan.blocks;
  }
  return part;
}

}  // namespace

WireResult study_wires(Chip& chip, SampledVectors inputs) {
  WireResult result = look_at_wires(chip, inputs);
  choose_lattices(chip);
  return result;
}

MetalEffect metal_effect(const Chip& chip, const arch::SegmentResistance& segment, SampledVectors inputs) {
  const int array = fullest_array(by_array(chip));
  Chip part = with_array(chip, array);
  part.config.wires = {};
  part.config.wires.mode = array::WireMode::exact;
  part.config.wires.row_ohm = segment.row_ohm, part.config.wires.column_ohm = segment.column_ohm;
  part.config.device.read_noise = {};  // currents alone: one array tells
  const WireResult seen = look_at_wires(part, inputs);
  return {segment.row_ohm, segment.column_ohm, array, seen.reads, seen.current_error_rms};
}

}  // namespace bitline::chip
