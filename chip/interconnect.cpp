// SPDX-License-Identifier: Apache-2.0
#include "chip/interconnect.h"

#include <algorithm>

#include "arch/lines.h"
#include "array/wires/reduction.h"

namespace bitline::chip {

using array::CellLayout;
using array::EffectiveMatrix;
using device::Device;
using mapping::Block;

namespace {

// Source conductances of a block's rows; the two lines of a row carry opposite voltages.
std::vector<double> folded(const EffectiveMatrix& e, int first_row, int rows, int lines_per_row) {
  const auto n = static_cast<std::size_t>(rows), m = static_cast<std::size_t>(e.rows);
  std::vector<double> out(n * n, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (int a = 0; a < lines_per_row; ++a)
        for (int b = 0; b < lines_per_row; ++b) {
          const std::size_t line = (static_cast<std::size_t>(first_row) + i) * lines_per_row + a,
                            other = (static_cast<std::size_t>(first_row) + k) * lines_per_row + b;
          out[i * n + k] += (a == b ? 1 : -1) * e.source_S[line * m + other];
        }
  return out;
}

void take(const ArrayCircuit& circuit, const EffectiveMatrix& e, std::span<const PlacedDevices> blocks,
          bool with_sources) {
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const Block& block = *blocks[b].block;
    const CellLayout& cell = blocks[b].plan->cell;
    BlockDevices& d = *blocks[b].devices;
    const int width = block.columns * cell.slices * cell.devices_per_slice();
    d.effective_S.resize(d.aged_S.size());
    d.reference_effective_S.resize(d.reference_S.size());
    for (int r = 0; r < block.rows; ++r) {
      for (int k = 0; k < width; ++k)
        d.effective_S[static_cast<std::size_t>(r) * width + k] = e.transfer_S[circuit.index(circuit.place(b, r, k))];
      for (int s = 0; s < cell.slices && cell.offset; ++s)
        d.reference_effective_S[static_cast<std::size_t>(r) * cell.slices + s] =
            e.transfer_S[circuit.index(circuit.reference_place(b, r, s))];
    }
    d.source_S = nullptr;
    if (!with_sources) continue;
    // Blocks over the same rows share the matrix.
    for (std::size_t other = 0; other < b && !d.source_S; ++other)
      if (blocks[other].block->array_row == block.array_row && blocks[other].block->rows == block.rows)
        d.source_S = blocks[other].devices->source_S;
    if (!d.source_S)
      d.source_S =
          std::make_shared<const std::vector<double>>(folded(e, block.array_row, block.rows, circuit.lines_per_row()));
  }
}

}  // namespace

ArrayCircuit::ArrayCircuit(const Chip& chip, const Device& device, std::span<const PlacedDevices> blocks)
    : blocks_(blocks.begin(), blocks.end()), lines_per_row_(array_geometry(chip.config).lines_per_row) {
  const arch::Config& config = chip.config;
  int columns = config.array.columns;
  for (const auto& b : blocks_) {
    first_reference_.push_back(columns);
    if (b.plan->cell.offset) columns += b.plan->cell.slices;
  }
  const auto in_circuit = [&](double g_S) {
    return is_curved(device.iv) ? at_zero_drop_S(device.iv, g_S, config.input.v_read_V)
                                : array::behind_access(g_S, config.wires.access_ohm);
  };
  crossbar_ = {config.array.rows * lines_per_row_, columns, {}, array_lines(config)};
  const double unused_S = config.mapping.unused == arch::Unused::g_min ? in_circuit(device.g_min_S) : 0;
  crossbar_.g_S.assign(static_cast<std::size_t>(crossbar_.rows) * static_cast<std::size_t>(columns), 0);
  for (int line = 0; line < crossbar_.rows; ++line)
    std::fill_n(crossbar_.g_S.begin() + static_cast<std::ptrdiff_t>(index({line, 0})), config.array.columns, unused_S);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = *blocks_[b].block;
    const CellLayout& cell = blocks_[b].plan->cell;
    const BlockDevices& d = *blocks_[b].devices;
    const int width = block.columns * cell.slices * cell.devices_per_slice();
    for (int r = 0; r < block.rows; ++r) {
      for (int k = 0; k < width; ++k)
        crossbar_.g_S[index(place(b, r, k))] = in_circuit(d.aged_S[static_cast<std::size_t>(r) * width + k]);
      for (int s = 0; s < cell.slices && cell.offset; ++s)
        crossbar_.g_S[index(reference_place(b, r, s))] =
            in_circuit(d.reference_S[static_cast<std::size_t>(r) * cell.slices + s]);
    }
  }
}

CircuitPlace ArrayCircuit::place(std::size_t b, int row, int k) const {
  const DevicePlace at = place_of(*blocks_[b].block, blocks_[b].plan->cell, row, k);
  return {at.row * lines_per_row_ + at.device, at.column};
}

CircuitPlace ArrayCircuit::reference_place(std::size_t b, int row, int slice) const {
  return {(blocks_[b].block->array_row + row) * lines_per_row_, first_reference_[b] + slice};
}

std::shared_ptr<const ReducedArray> reduced_array(const ArrayCircuit& circuit, const EffectiveMatrix& effective,
                                                  std::span<const PlacedDevices> blocks) {
  take(circuit, effective, blocks, true);
  auto reduced = std::make_shared<ReducedArray>();
  reduced->array = blocks.front().block->array;
  reduced->g_S = circuit.crossbar().g_S;
  for (const auto& [plan, block, devices] : blocks)
    reduced->blocks.push_back({block->id, devices->effective_S, devices->reference_effective_S, devices->source_S});
  return reduced;
}

namespace {

// Whether the circuit was known.
bool take_known(const Chip& chip, const ArrayCircuit& circuit, std::span<const PlacedDevices> blocks,
                bool with_sources) {
  for (const auto& known : chip.reduced) {
    if (known->array != blocks.front().block->array || known->blocks.size() != blocks.size()) continue;
    if (known->g_S != circuit.crossbar().g_S) continue;
    for (std::size_t b = 0; b < blocks.size(); ++b)
      if (known->blocks[b].block != blocks[b].block->id) return false;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      BlockDevices& d = *blocks[b].devices;
      d.effective_S = known->blocks[b].effective_S;
      d.reference_effective_S = known->blocks[b].reference_effective_S;
      d.source_S = with_sources ? known->blocks[b].source_S : nullptr;
    }
    return true;
  }
  return false;
}

}  // namespace

void apply_wires(const Chip& chip, const Device& device, std::span<const PlacedDevices> blocks, bool with_sources,
                 WireScratch& scratch) {
  const ArrayCircuit circuit(chip, device, blocks);
  if (take_known(chip, circuit, blocks, with_sources)) return;
  effective_matrix(circuit.crossbar(), with_sources, scratch.reduction, scratch.effective);
  take(circuit, scratch.effective, blocks, with_sources);
}

}  // namespace bitline::chip
