// SPDX-License-Identifier: Apache-2.0
#include "chip/view.h"

#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "chip/column_variance.h"
#include "chip/drift_compensation.h"
#include "chip/interconnect.h"
#include "chip/probe.h"
#include "chip/row_conductance.h"
#include "chip/solved_array.h"

namespace bitline::chip {

using array::CellLayout;
using array::CodeMatrix;
using device::Device;
using mapping::Block;
using periphery::AdcBank;

namespace {

constexpr double most_saturated = 1e-3;  // share of a layer's cells beyond its lattice that passes as a rare tail

// Rounded to the nearest code; those beyond `largest` are counted and become it.
void to_codes(std::span<const double> values, double step, double base, int largest, std::int16_t* codes,
              std::size_t& saturated) {
  const double most = largest;
  std::size_t beyond = 0;
#pragma omp simd reduction(+ : beyond)
  for (std::size_t c = 0; c < values.size(); ++c) {
    const double code = std::nearbyint(values[c] / step) + base;
    beyond += code > most || code < -most;
    const double kept = code > most ? most : code < -most ? -most : code;
    codes[c] = static_cast<std::int16_t>(static_cast<int>(kept));
  }
  saturated += beyond;
}

// Of a block, as they are before they are packed.
struct BlockCodes {
  CodeMatrix codes, variance, reference_variance;
};

// `summed`: reads sum codes; else they are solved.
std::vector<PackedGroup> packed_groups(const Chip& chip, const Block& block, const BlockCodes& of, bool summed) {
  std::vector<PackedGroup> packed;
  for (const mapping::RowGroup& group : block.groups) {
    const auto pack = [&](const CodeMatrix& codes) {
      return codes.data.empty() ? array::PackedCodes()
                                : array::PackedCodes(chip.isa, codes, group.row - block.row, group.rows);
    };
    packed.push_back({summed ? pack(of.codes) : array::PackedCodes(), pack(of.variance), pack(of.reference_variance)});
  }
  return packed;
}

// The packed codes of all groups, row after row.
CodeMatrix joined(const BlockView& block, array::PackedCodes PackedGroup::*which) {
  CodeMatrix all;
  for (const PackedGroup& group : block.packed) {
    const CodeMatrix part = unpacked(group.*which);
    all.rows += part.rows, all.columns = part.columns;
    all.data.insert(all.data.end(), part.data.begin(), part.data.end());
  }
  return all;
}

// Rounds what each conversion sees to the layer's lattice.
BlockCodes block_codes(const Chip& chip, const Device& device, const PlacedDevices& placed, bool noisy,
                       std::size_t& saturated) {
  const auto& [plan, block, devices] = placed;
  const CellLayout& cell = plan->cell;
  const Lattice& lattice = plan->lattice;
  const int width = block->columns * cell.conversions_per_weight();
  const std::size_t n = static_cast<std::size_t>(block->rows) * static_cast<std::size_t>(width);
  BlockCodes of;
  of.codes = {block->rows, width, std::vector<std::int16_t>(n)};
  if (noisy) of.variance = of.codes;
  std::size_t noise_saturated = 0;  // rare tails of single devices, lost in a column's sum
  const double step_S2 = lattice.code_S * lattice.code_S * lattice.variance_step;
  const ColumnVariance variance(chip, device, *devices, chip.noise_factor(block->id));
  const double base_code = std::nearbyint((cell.split_columns ? device.g_min_S : 0) / lattice.code_S);
  const bool wires = !devices->effective_S.empty();
  const std::span<const double> seen_S = wires ? devices->effective_S : devices->aged_S,
                                reference_S = wires ? devices->reference_effective_S : devices->reference_S;
  const std::size_t row_devices = devices->aged_S.size() / static_cast<std::size_t>(std::max(block->rows, 1));
  std::vector<double> value_S(static_cast<std::size_t>(width)), value_S2(value_S.size()), device_S2(row_devices);
  for (int r = 0; r < block->rows; ++r) {
    const std::size_t first = static_cast<std::size_t>(r) * row_devices,
                      at = static_cast<std::size_t>(r) * static_cast<std::size_t>(width);
    if (noisy) variance.of_devices(first, device_S2);
    for_conversions(r, *block, cell, device, seen_S, reference_S,
                    [&](int, int c, Effective e, std::size_t i1, std::size_t i2) {
                      value_S[static_cast<std::size_t>(c)] = e.value;
                      if (noisy)
                        value_S2[static_cast<std::size_t>(c)] =
                            variance.of_column(c, device_S2[i1 - first], i2 == no_device ? 0 : device_S2[i2 - first]);
                    });
    to_codes(value_S, lattice.code_S, base_code, array::largest_code, of.codes.data.data() + at, saturated);
    if (noisy)
      to_codes(value_S2, step_S2, 0, array::largest_variance_code, of.variance.data.data() + at, noise_saturated);
  }
  if (noisy && cell.offset) {
    std::vector<double>& reference_S2 = value_S2;
    reference_S2.resize(devices->reference_S.size());
    for (std::size_t i = 0; i < reference_S2.size(); ++i) reference_S2[i] = variance.reference(i);
    of.reference_variance = {block->rows, cell.slices, std::vector<std::int16_t>(reference_S2.size())};
    to_codes(reference_S2, step_S2, 0, array::largest_variance_code, of.reference_variance.data.data(),
             noise_saturated);
  }
  return of;
}

void encode(const Chip& chip, const Device& device, const PlacedDevices& placed, BlockView& view) {
  const auto& [plan, block, devices] = placed;
  view.rows = block->rows, view.columns = block->columns * plan->cell.conversions_per_weight();
  view.noisy = plan->lattice.variance_step > 0 && !device.read_noise.none();
  view.saturated = 0;
  view.packed =
      packed_groups(chip, *block, block_codes(chip, device, placed, view.noisy, view.saturated), !chip.solves_reads());
}

AdcBank converters_of(const Chip& chip, const LayerPlan& plan, const Block& block, const Random& random) {
  const periphery::AdcCommon* adc = common(plan.settings.adc);
  const int converters = adc ? (chip.config.array.columns + adc->shared_by - 1) / adc->shared_by : 0;
  return AdcBank(plan.settings.adc, plan.signed_current, physical_array(chip, block), converters, random);
}

// All blocks of one array, of which at least one changed, or `everything` did as time passed.
void look_at_array(const Chip& chip, const Device& device, const State& state, std::span<const LayerBlock> blocks,
                   bool everything, bool with_sources, WireScratch& scratch, View& view) {
  std::vector<BlockDevices> devices;
  std::vector<PlacedDevices> placed;
  for (const auto& [plan, block] : blocks) {
    const Cells& cells = state.blocks[block->id];
    devices.push_back(
        block_devices(chip, device, state.random, *plan, *block, cells, state.now_s - cells.written_at_s));
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) placed.push_back({blocks[b].plan, blocks[b].block, &devices[b]});
  std::shared_ptr<const SolvedArray> solved;
  if (chip.solves_reads())
    solved = std::make_shared<const SolvedArray>(chip, device, placed);
  else if (chip.config.wires.exact())
    apply_wires(chip, device, placed, with_sources, scratch);
  const std::vector<double> row_S = row_conductances(chip, placed);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const Block& block = *blocks[b].block;
    BlockView& out = view.blocks[block.id];
    const auto row = row_S.begin() + block.array_row;
    out.row_power_S.assign(row, row + block.rows);
    out.source_S = devices[b].source_S;
    if (solved) out.solved = {solved, b};
    // Through wires a block's currents hang on all cells of its array.
    if (!everything && !chip.config.wires.exact() && out.of_version == state.blocks[block.id].version) continue;
    encode(chip, device, placed[b], out);
    compensate_drift(chip, device, placed[b], state.random, out);
    out.of_version = state.blocks[block.id].version;
  }
}

void check_saturation(const Chip& chip, const View& view) {
  for (const LayerPlan& plan : chip.layers) {
    std::size_t beyond = 0, cells = 0;
    for (const Block& block : plan.blocks)
      beyond += view.blocks[block.id].saturated,
          cells += static_cast<std::size_t>(view.blocks[block.id].rows) * view.blocks[block.id].columns;
    if (static_cast<double>(beyond) > most_saturated * static_cast<double>(cells))
      throw RunError(fmt::format(
          "layer {}: {} of {} cells conduct more than the lattice of analog sums holds ({}): they have left the window "
          "that devices were probed in when the chip was designed",
          plan.matrix.name, beyond, cells, pretty(array::largest_code * plan.lattice.code_S, Unit::siemens)));
  }
}

void begin_view(const Chip& chip, const State& state, View& view) {
  view.random = state.random;
  view.now_s = state.now_s;
  if (view.blocks.empty())
    for (const auto& [plan, block] : layer_blocks(chip))
      view.blocks.emplace_back(converters_of(chip, *plan, *block, state.random));
}

// `with_sources`: what the sources deliver with exact wires, for energies.
void look_as(const Chip& chip, const Device& device, const State& state, bool with_sources, View& view) {
  const bool aged = ages(device) && view.now_s != state.now_s;
  begin_view(chip, state, view);
  std::vector<std::vector<LayerBlock>> arrays = by_array(chip);
  std::erase_if(arrays, [&](const auto& blocks) {
    return std::none_of(blocks.begin(), blocks.end(), [&](const LayerBlock& b) {
      return aged || view.blocks[b.block->id].of_version != state.blocks[b.block->id].version;
    });
  });
  tbb::enumerable_thread_specific<WireScratch> scratch;
  parallel_for(arrays.size(), [&](std::size_t a) {
    look_at_array(chip, device, state, arrays[a], aged, with_sources, scratch.local(), view);
  });
  share_drift_gain(chip, view);
  check_saturation(chip, view);
}

// Writes at 0 s and looks at `age_s`, array by array.
WrittenOnce write_once_as(const Chip& chip, const Device& device, const ArrayConductances* measured, int instance,
                          double age_s, bool with_sources, LevelMap* levels) {
  State state = new_state(chip, instance);
  const double written_at_s = state.now_s;
  pass(state, age_s);
  WrittenOnce once;
  begin_view(chip, state, once.view);
  const std::vector<std::vector<LayerBlock>> arrays = by_array(chip);
  std::vector<WriteReport> reports(state.blocks.size());
  tbb::enumerable_thread_specific<WireScratch> scratch;
  parallel_for(arrays.size(), [&](std::size_t a) {
    for (const LayerBlock& placed : arrays[a])
      reports[placed.block->id] = write_block_at(chip, device, measured, placed, written_at_s, state);
    look_at_array(chip, device, state, arrays[a], false, with_sources, scratch.local(), once.view);
    for (const LayerBlock& placed : arrays[a]) {
      if (levels && placed.block == chip.layers[0].blocks.data()) *levels = level_map(chip, state);
      state.blocks[placed.block->id] = {};
    }
  });
  for (const WriteReport& report : reports) once.writing.add(report);
  share_drift_gain(chip, once.view);
  check_saturation(chip, once.view);
  return once;
}

// Codes of perfect devices for each weight code, from the lowest on: (weight codes, conversions).
CodeMatrix ideal_codes(const Chip& chip, const LayerPlan& plan) {
  const Device device = ideal_device(chip.config.device);
  const LayerPlan probe = probe_plan(plan, 1);
  const Block& block = probe.blocks[0];
  const Random random = new_state(chip, 0).random;
  Cells cells;
  write_block(chip, device, random, probe, block, {}, nullptr, cells);
  BlockDevices devices = block_devices(chip, device, random, probe, block, cells, 0);
  std::size_t saturated = 0;
  const CodeMatrix row = block_codes(chip, device, {&probe, &block, &devices}, false, saturated).codes;
  return {block.columns, plan.cell.conversions_per_weight(), row.data};
}

// Without wires what perfect devices do hangs on the code of their weight alone.
View ideal_view_by_code(const Chip& chip) {
  View view;
  view.random = new_state(chip, 0).random;
  for (const auto& [plan, block] : layer_blocks(chip))
    view.blocks.emplace_back(converters_of(chip, *plan, *block, view.random));
  for (const LayerPlan& plan : chip.layers) {
    if (plan.blocks.empty()) continue;
    const CodeMatrix codes = ideal_codes(chip, plan);
    const auto conversions = static_cast<std::size_t>(codes.columns);
    parallel_for(plan.blocks.size(), [&](std::size_t b) {
      const Block& block = plan.blocks[b];
      BlockView& out = view.blocks[block.id];
      const int width = block.columns * codes.columns;
      out.rows = block.rows, out.columns = width;
      BlockCodes of;
      of.codes = {block.rows, width, {}};
      of.codes.data.resize(static_cast<std::size_t>(block.rows) * static_cast<std::size_t>(width));
      std::int16_t* to = of.codes.data.data();
      for (int r = 0; r < block.rows; ++r)
        for (const std::int16_t code : row_codes(plan, block, r)) {
          const auto* const of = codes.data.data() + static_cast<std::size_t>(code + plan.cell.highest) * conversions;
          for (std::size_t k = 0; k < conversions; ++k) *to++ = of[k];
        }
      out.packed = packed_groups(chip, block, of, true);
    });
  }
  return view;
}

}  // namespace

void look(const Chip& chip, const State& state, View& view) { look_as(chip, chip.config.device, state, true, view); }

View look(const Chip& chip, const State& state) {
  View view;
  look(chip, state, view);
  return view;
}

WrittenOnce write_once(const Chip& chip, int instance, double age_s, LevelMap* levels) {
  return write_once_as(chip, chip.config.device, chip.measured.get(), instance, age_s, true, levels);
}

CodeMatrix codes_of(const BlockView& block) { return joined(block, &PackedGroup::codes); }
CodeMatrix variances_of(const BlockView& block) { return joined(block, &PackedGroup::variances); }
CodeMatrix reference_variances_of(const BlockView& block) { return joined(block, &PackedGroup::reference_variances); }

View intended_view(const Chip& chip) {
  View view = ideal_view_by_code(chip);
  for (BlockView& block : view.blocks) block.converters = AdcBank(periphery::IdealAdc{}, true, 0, 0, view.random);
  return view;
}

View ideal_view(const Chip& chip) {
  if (!chip.config.wires.exact()) return ideal_view_by_code(chip);
  return write_once_as(chip, ideal_device(chip.config.device), nullptr, 0, 0, false, nullptr).view;
}

}  // namespace bitline::chip
