// SPDX-License-Identifier: Apache-2.0
#include "sim/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/npy.h"

namespace bitline {
namespace {

// Which weight of which copy a draw is for. build_chip() has seen that all of a layer's fit 32 bits.
std::uint32_t weight_id(const MatrixLayer& m, int copy, int row, int column) {
  return static_cast<std::uint32_t>((static_cast<std::size_t>(copy) * m.rows + row) * m.columns + column);
}

// A physical line of the array that carries nothing kills its devices.
void kill_dead_lines(const Device& device, int array, const Random& random, const Block& block, const CellLayout& cell,
                     BlockDevices& d) {
  if (device.faults.dead_row <= 0 && device.faults.dead_column <= 0) return;
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(block, cell, r, k);
      const int line = shares_column(cell) ? 2 * at.row + at.device : at.row;
      if (dead_row(device, random, array, line) || dead_column(device, random, array, at.column)) {
        const std::size_t i = static_cast<std::size_t>(r) * width + k;
        d.written_S[i] = d.aged_S[i] = 0;
        d.faulty[i] = 1;
      }
    }
}

// The reference devices of offset cells.
void write_references(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                      const Block& block, BlockDevices& d) {
  const MatrixLayer& m = plan.matrix;
  const CellLayout& cell = plan.cell;
  const double age_s = age_since_write_s(chip.config);
  // Reference devices are cells of their own: identities beyond the slices of the weights, named by the block's
  // column.
  std::vector<double> target;
  std::vector<CellId> ids;
  for (int r = 0; r < block.rows; ++r)
    for (int s = 0; s < cell.slices; ++s) {
      target.push_back(targets(cell, device, cell.reference_digit[static_cast<std::size_t>(s)]).positive_S);
      ids.push_back({static_cast<std::uint16_t>(m.index), weight_id(m, block.copy, block.row + r, block.column),
                     static_cast<std::uint16_t>(64 + s), 0});
    }
  d.reference_S.resize(target.size());
  std::vector<std::uint8_t> stuck(target.size()), round(target.size());
  write_cells(device, chip.solved_write(), random, ids, target, d.reference_S,
              WriteRecord{.faulty = stuck, .round = round});
  d.reference_written_S = d.reference_S;
  age_cells(device, age_s, random, ids, d.reference_S, stuck, d.reference_S, round);
  // The reference column hangs on the same rows.
  for (int r = 0; r < block.rows && device.faults.dead_row > 0; ++r)
    if (dead_row(device, random, physical_array(chip, block), block.array_row + r))
      for (auto* g_S : {&d.reference_S, &d.reference_written_S})
        std::fill_n(g_S->begin() + static_cast<std::ptrdiff_t>(r) * cell.slices, cell.slices, 0.0);
}

}  // namespace

int physical_array(const Chip& chip, const Block& block) { return block.array % chip.placement.arrays_total; }

DevicePlace place_of(const Block& block, const CellLayout& cell, int row, int k) {
  const int devices = cell.devices_per_slice(), device = k % devices, slice_column = k / devices;
  if (devices == 1 || shares_column(cell)) return {block.array_row + row, block.array_column + slice_column, device};
  return {block.array_row + row, block.array_column + 2 * slice_column + device, 0};
}

BlockDevices write_block(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                         const Block& block, const ArrayConductances* measured) {
  const MatrixLayer& m = plan.matrix;
  const CellLayout& cell = plan.cell;
  const int devices = cell.devices_per_slice(), width = block.columns * cell.slices * devices;
  const std::size_t n = static_cast<std::size_t>(block.rows) * width;
  const auto layer = static_cast<std::uint16_t>(m.index);

  std::vector<Targets> table;  // by digit + highest_digit
  for (int digit = cell.pair ? -cell.highest_digit : 0; digit <= cell.highest_digit; ++digit)
    table.push_back(targets(cell, device, digit));
  const int zero = cell.pair ? cell.highest_digit : 0;

  BlockDevices d;
  for (auto* g_S : {&d.target_S, &d.written_S, &d.aged_S}) g_S->resize(n);
  d.faulty.resize(n);
  if (!chip.aims_S.empty()) d.aim_S = chip.aims_S[block.id];
  const double age_s = age_since_write_s(chip.config);
  const bool pulsed = chip.counts_pulses();
  // In strips of rows, so that what is only needed on the way stays in the first-level cache.
  constexpr int devices_at_once = 1024;
  const int rows_at_once = std::max(1, devices_at_once / width);
  std::vector<CellId> ids;
  std::vector<std::uint16_t> pulses;
  std::vector<std::uint8_t> failed, round;
  for (int first = 0; first < block.rows; first += rows_at_once) {
    Block strip = block;
    strip.row += first, strip.array_row += first, strip.rows = std::min(rows_at_once, block.rows - first);
    const std::size_t begin = static_cast<std::size_t>(first) * width,
                      count = static_cast<std::size_t>(strip.rows) * width;
    const auto part = [&](auto& all) { return std::span(all).subspan(begin, count); };
    ids.clear();
    const auto add = [&](CellId id, double target_S) {
      d.target_S[begin + ids.size()] = target_S;
      ids.push_back(id);
    };
    for (int r = 0; r < strip.rows; ++r)
      for (int c = 0; c < block.columns; ++c) {
        const int row = strip.row + r, column = block.column + c;
        const int weight = m.weights[static_cast<std::size_t>(row) * m.columns + column];
        const std::uint32_t id = weight_id(m, block.copy, row, column);
        for (int s = 0; s < cell.slices; ++s) {
          const Targets& t = table[static_cast<std::size_t>(zero + cell.digit(weight, s))];
          add({layer, id, static_cast<std::uint16_t>(s), 0}, t.positive_S);
          if (devices == 2) add({layer, id, static_cast<std::uint16_t>(s), 1}, t.negative_S);
        }
      }
    pulses.resize(pulsed ? count : 0);
    failed.resize(pulses.size()), round.resize(pulses.size());
    write_cells(device, chip.solved_write(), random, ids, part(d.aim_S.empty() ? d.target_S : d.aim_S),
                part(d.written_S), WriteRecord{part(d.faulty), pulses, failed, round});
    d.pulses = std::accumulate(pulses.begin(), pulses.end(), d.pulses);
    d.unpulsed += static_cast<std::uint64_t>(std::count(pulses.begin(), pulses.end(), 0));
    d.given_up = std::accumulate(failed.begin(), failed.end(), d.given_up);
    if (measured) measured->read(strip, cell, part(d.written_S));
    age_cells(device, age_s, random, ids, part(d.written_S), part(d.faulty), part(d.aged_S), round);
  }
  kill_dead_lines(device, physical_array(chip, block), random, block, cell, d);

  if (cell.offset) write_references(chip, device, random, plan, block, d);
  return d;
}

ArrayConductances::ArrayConductances(int arrays, int rows, int columns, int devices)
    : rows_(rows),
      columns_(columns),
      devices_(devices),
      data_(static_cast<std::size_t>(arrays), std::vector<double>(static_cast<std::size_t>(rows) * columns * devices,
                                                                  std::numeric_limits<double>::quiet_NaN())) {}

std::size_t ArrayConductances::index(const DevicePlace& at) const {
  return (static_cast<std::size_t>(at.row) * columns_ + at.column) * devices_ + at.device;
}

void ArrayConductances::write(const Block& block, const CellLayout& cell, std::span<const double> g) {
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k)
      data_[block.array][index(place_of(block, cell, r, k))] = g[static_cast<std::size_t>(r) * width + k];
}

void ArrayConductances::read(const Block& block, const CellLayout& cell, std::span<double> g) const {
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(block, cell, r, k);
      const double value = data_[block.array][index(at)];
      if (!(value >= 0) || std::isinf(value))
        throw InputError(
            fmt::format("conductances: array {} holds {} S at row {}, column {}, device {}, where a weight is mapped",
                        block.array, value, at.row, at.column, at.device));
      g[static_cast<std::size_t>(r) * width + k] = value;
    }
}

void ArrayConductances::save(const std::filesystem::path& folder, const std::string& what) const {
  for (std::size_t a = 0; a < data_.size(); ++a)
    write_npy(
        folder / fmt::format("{}_{}.npy", a, what), std::span<const double>(data_[a]),
        {static_cast<std::size_t>(rows_), static_cast<std::size_t>(columns_), static_cast<std::size_t>(devices_)});
}

ArrayConductances ArrayConductances::load(const std::filesystem::path& folder, const std::string& what, int arrays,
                                          int rows, int columns, int devices) {
  ArrayConductances all(arrays, rows, columns, devices);
  const std::vector<std::size_t> shape{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns),
                                       static_cast<std::size_t>(devices)};
  for (int a = 0; a < arrays; ++a) {
    const auto file = folder / fmt::format("{}_{}.npy", a, what);
    NpyArray npy = read_npy(file);
    if (npy.shape != shape)
      throw InputError(fmt::format("{}: expected shape ({}, {}, {}): rows, columns, devices of a cell", file.string(),
                                   rows, columns, devices));
    all.data_[static_cast<std::size_t>(a)] = std::move(npy.data);
  }
  return all;
}

}  // namespace bitline
