// SPDX-License-Identifier: Apache-2.0
#include "chip/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/npy.h"

namespace bitline::chip {

using array::CellLayout;
using array::Targets;
using device::CellId;
using device::Device;
using device::WriteRecord;
using mapping::Block;

namespace {

// Which weight of which copy a draw is for. build_chip() has seen that all of a layer's fit 32 bits.
std::uint32_t weight_id(const workloads::IntegerWeights& m, int copy, int row, int column) {
  return static_cast<std::uint32_t>((static_cast<std::size_t>(copy) * m.rows + row) * m.columns + column);
}

// A physical line of the array that carries nothing kills its devices.
void kill_dead_lines(const Device& device, int array, const Random& random, const Block& block, const CellLayout& cell,
                     Cells& cells) {
  if (device.faults.dead_row <= 0 && device.faults.dead_column <= 0) return;
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(block, cell, r, k);
      const int line = arch::shares_column(cell) ? 2 * at.row + at.device : at.row;
      if (dead_row(device, random, array, line) || dead_column(device, random, array, at.column)) {
        const std::size_t i = static_cast<std::size_t>(r) * width + k;
        cells.written_S[i] = 0;
        cells.faulty[i] = 1;
      }
    }
}

// Reference devices are cells of their own: identities beyond the slices of the weights, named by the block's column.
std::vector<CellId> reference_ids(const LayerPlan& plan, const Block& block) {
  std::vector<CellId> ids;
  for (int r = 0; r < block.rows; ++r)
    for (int s = 0; s < plan.cell.slices; ++s)
      ids.push_back({static_cast<std::uint16_t>(plan.matrix.index),
                     weight_id(plan.matrix, block.copy, block.row + r, block.column),
                     static_cast<std::uint16_t>(64 + s), 0});
  return ids;
}

// The reference devices of offset cells.
void write_references(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                      const Block& block, Cells& cells) {
  const CellLayout& cell = plan.cell;
  const std::vector<CellId> ids = reference_ids(plan, block);
  std::vector<double> g_S(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    g_S[i] = targets(cell, device, cell.reference_digit[i % static_cast<std::size_t>(cell.slices)]).positive_S;
  cells.reference_faulty.resize(ids.size()), cells.reference_round.resize(ids.size());
  write_cells(device, chip.solved_write().number(cells.writes), random, ids, g_S, g_S,
              WriteRecord{.faulty = cells.reference_faulty, .round = cells.reference_round});
  // The reference column hangs on the same rows.
  for (int r = 0; r < block.rows && device.faults.dead_row > 0; ++r)
    if (dead_row(device, random, physical_array(chip, block), block.array_row + r)) {
      std::fill_n(g_S.begin() + static_cast<std::ptrdiff_t>(r) * cell.slices, cell.slices, 0.0);
      std::fill_n(cells.reference_faulty.begin() + static_cast<std::ptrdiff_t>(r) * cell.slices, cell.slices,
                  std::uint8_t{1});
    }
  cells.reference_S = std::move(g_S);
}

// Rows of a block at a time, so that what is only needed on the way stays in the first-level cache.
class Strips {
 public:
  Strips(const Device& device, const LayerPlan& plan, const Block& block)
      : plan_(plan), block_(block), cell_(plan.cell), devices_(cell_.devices_per_slice()) {
    for (int code = -cell_.highest; code <= cell_.highest; ++code)
      for (int s = 0; s < cell_.slices; ++s) table_.push_back(targets(cell_, device, cell_.digit(code, s)));
  }
  std::size_t width() const { return static_cast<std::size_t>(block_.columns * cell_.slices * devices_); }
  std::size_t devices() const { return static_cast<std::size_t>(block_.rows) * width(); }

  // f(strip of the block, number of its first device, identities, targets).
  template <class F>
  void for_each(F&& f) {
    constexpr int devices_at_once = 1024;
    const int rows_at_once = std::max(1, devices_at_once / static_cast<int>(width()));
    for (int first = 0; first < block_.rows; first += rows_at_once) {
      Block strip = block_;
      strip.row += first, strip.array_row += first, strip.rows = std::min(rows_at_once, block_.rows - first);
      fill(strip);
      f(strip, static_cast<std::size_t>(first) * width(), std::span<const CellId>(ids_),
        std::span<const double>(target_S_));
    }
  }

 private:
  void fill(const Block& strip) {
    const workloads::IntegerWeights& m = plan_.matrix;
    const auto layer = static_cast<std::uint16_t>(m.index);
    const auto slices = static_cast<std::size_t>(cell_.slices);
    ids_.resize(static_cast<std::size_t>(strip.rows) * width()), target_S_.resize(ids_.size());
    CellId* id = ids_.data();
    double* target_S = target_S_.data();
    for (int r = 0; r < strip.rows; ++r) {
      std::uint32_t weight = weight_id(m, block_.copy, strip.row + r, block_.column);
      for (const std::int16_t code : row_codes(plan_, strip, r).first(static_cast<std::size_t>(block_.columns))) {
        const Targets* t = table_.data() + static_cast<std::size_t>(code + cell_.highest) * slices;
        for (std::size_t s = 0; s < slices; ++s, ++t) {
          *id++ = {layer, weight, static_cast<std::uint16_t>(s), 0}, *target_S++ = t->positive_S;
          if (devices_ == 2) *id++ = {layer, weight, static_cast<std::uint16_t>(s), 1}, *target_S++ = t->negative_S;
        }
        ++weight;
      }
    }
  }

  const LayerPlan& plan_;
  const Block& block_;
  const CellLayout& cell_;
  int devices_;
  std::vector<Targets> table_;  // (code + highest, slices)
  std::vector<CellId> ids_;
  std::vector<double> target_S_;
};

// Of `values`, which rise, the one nearest to g; found from where it would be were they evenly spaced.
std::size_t nearest_level(const std::vector<double>& values, double g) {
  const std::size_t last = values.size() - 1;
  const double share = last > 0 ? (g - values.front()) / (values.back() - values.front()) : 0;
  auto above = static_cast<std::size_t>(share > 0 ? std::min(share, 1.0) * static_cast<double>(last) : 0);
  while (above <= last && values[above] < g) ++above;
  while (above > 0 && values[above - 1] >= g) --above;
  if (above == 0) return 0;
  if (above > last) return last;
  return above - (g - values[above - 1] <= values[above] - g ? 1 : 0);
}

// A weight is at its level when every digit is; weights with a faulty device do not count. `at_S(i)`: what device i was
// written to, in terms of its target.
template <class At>
void count_levels(const CellLayout& cell, const std::vector<double>& values, std::span<const double> target_S,
                  std::span<const std::uint8_t> fault, At&& at_S, WriteReport& report) {
  const auto devices = static_cast<std::size_t>(cell.devices_per_slice());
  const bool pair = devices == 2;
  const std::size_t per_weight = devices * static_cast<std::size_t>(cell.slices);
  for (std::size_t first = 0; first < target_S.size(); first += per_weight) {
    bool faulty = false, right = true;
    for (std::size_t i = first; i < first + per_weight; i += devices) {
      const double target = target_S[i] - (pair ? target_S[i + 1] : 0);
      const double written = at_S(i) - (pair ? at_S(i + 1) : 0);
      report.squared_error_S2 += (written - target) * (written - target);
      ++report.digits;
      report.devices += devices;
      const int broken = fault[i] + (pair ? fault[i + 1] : 0);
      report.faulty += static_cast<std::size_t>(broken);
      faulty |= broken > 0;
      right &= nearest_level(values, written) == nearest_level(values, target);
    }
    if (faulty) continue;
    ++report.cells;
    report.at_level += right;
  }
}

}  // namespace

CellId identity_of(const LayerPlan& plan, const Block& block, int row, int k) {
  const int devices = plan.cell.devices_per_slice(), per_weight = devices * plan.cell.slices;
  return {static_cast<std::uint16_t>(plan.matrix.index),
          weight_id(plan.matrix, block.copy, block.row + row, block.column + k / per_weight),
          static_cast<std::uint16_t>(k % per_weight / devices), static_cast<std::uint8_t>(k % devices)};
}

int physical_array(const Chip& chip, const Block& block) { return block.array % chip.placement.arrays_total; }

DevicePlace place_of(const Block& block, const CellLayout& cell, int row, int k) {
  const int devices = cell.devices_per_slice(), device = k % devices, slice_column = k / devices;
  if (devices == 1 || arch::shares_column(cell))
    return {block.array_row + row, block.array_column + slice_column, device};
  return {block.array_row + row, block.array_column + 2 * slice_column + device, 0};
}

std::vector<double> digit_values(const CellLayout& cell, const Device& device) {
  std::vector<double> values;
  for (int digit = cell.pair ? -cell.highest_digit : 0; digit <= cell.highest_digit; ++digit) {
    const Targets t = targets(cell, device, digit);
    values.push_back(t.positive_S - t.negative_S);
  }
  return values;
}

WriteReport write_block(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                        const Block& block, std::span<const double> aim_S, const ArrayConductances* measured,
                        Cells& cells) {
  const CellLayout& cell = plan.cell;
  Strips strips(device, plan, block);
  const std::size_t n = strips.devices();
  cells.written_S.resize(n), cells.faulty.resize(n);
  cells.synapses.clear();
  const auto* verify = std::get_if<device::WriteVerify>(&device.write);
  cells.round.resize(verify && verify->rounds > 1 ? n : 0);
  WriteReport report;
  const bool pulsed = chip.counts_pulses();
  std::vector<double> all_target_S;
  std::vector<std::uint16_t> pulses;
  std::vector<std::uint8_t> failed;
  strips.for_each([&](const Block& strip, std::size_t begin, auto ids, auto target_S) {
    const std::size_t count = ids.size();
    const auto part = [&](auto& all) { return all.empty() ? std::span(all) : std::span(all).subspan(begin, count); };
    const std::span<double> written_S = part(cells.written_S);
    pulses.resize(pulsed ? count : 0), failed.resize(pulses.size());
    write_cells(device, chip.solved_write().number(cells.writes), random, ids,
                aim_S.empty() ? target_S : aim_S.subspan(begin, count), written_S,
                WriteRecord{part(cells.faulty), pulses, failed, part(cells.round)});
    report.pulses = std::accumulate(pulses.begin(), pulses.end(), report.pulses);
    report.unpulsed += static_cast<std::uint64_t>(std::count(pulses.begin(), pulses.end(), 0));
    report.given_up = std::accumulate(failed.begin(), failed.end(), report.given_up);
    if (measured) measured->read(strip, cell, written_S);
    all_target_S.insert(all_target_S.end(), target_S.begin(), target_S.end());
  });
  kill_dead_lines(device, physical_array(chip, block), random, block, cell, cells);
  count_levels(
      cell, digit_values(cell, device), all_target_S, cells.faulty,
      [&](std::size_t i) {
        const double g_S = cells.written_S[i];
        return aim_S.empty() ? g_S : g_S - aim_S[i] + all_target_S[i];
      },
      report);
  if (cell.offset) write_references(chip, device, random, plan, block, cells);
  return report;
}

BlockDevices block_devices(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                           const Block& block, const Cells& cells, double age_s) {
  BlockDevices d;
  d.age_s = age_s;
  Strips strips(device, plan, block);
  d.target_S.reserve(strips.devices());
  d.written_S = cells.written_S;
  d.aged_S.resize(d.written_S.size());
  const std::uint32_t number = cells.writes > 0 ? cells.writes - 1 : 0;
  strips.for_each([&](const Block&, std::size_t begin, auto ids, auto target_S) {
    const std::size_t count = ids.size();
    d.target_S.insert(d.target_S.end(), target_S.begin(), target_S.end());
    const std::span<const std::uint8_t> faulty(cells.faulty.data() + begin, count);
    const std::span<const std::uint8_t> round =
        cells.round.empty() ? std::span<const std::uint8_t>() : std::span(cells.round).subspan(begin, count);
    age_cells(device, age_s, random, ids, std::span<const double>(d.written_S).subspan(begin, count), faulty,
              std::span(d.aged_S).subspan(begin, count), round, number);
  });
  if (!chip.aims_S.empty()) d.aim_S = chip.aims_S[block.id];
  if (!plan.cell.offset) return d;
  d.reference_written_S = cells.reference_S;
  d.reference_S = d.reference_written_S;
  age_cells(device, age_s, random, reference_ids(plan, block), d.reference_written_S, cells.reference_faulty,
            d.reference_S, cells.reference_round, number);
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

}  // namespace bitline::chip
