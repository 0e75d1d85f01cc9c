// SPDX-License-Identifier: Apache-2.0
#include "chip/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/npy.h"
#include "chip/block_strips.h"
#include "chip/conductance_csv.h"
#include "chip/met_levels.h"

namespace bitline::chip {

using array::CellLayout;
using array::Targets;
using device::CellId;
using device::Device;
using device::WriteRecord;
using mapping::Block;

namespace {

// A physical line of the array that carries nothing kills its devices.
void kill_dead_lines(const Device& device, int array, const Random& random, const Block& block, const CellLayout& cell,
                     std::span<double> written_S, std::span<std::uint8_t> faulty) {
  if (device.faults.dead_row <= 0 && device.faults.dead_column <= 0) return;
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(block, cell, r, k);
      const int line = arch::shares_column(cell) ? 2 * at.row + at.device : at.row;
      if (dead_row(device, random, array, line) || dead_column(device, random, array, at.column)) {
        const std::size_t i = static_cast<std::size_t>(r) * width + k;
        written_S[i] = 0;
        faulty[i] = 1;
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
  BlockStrips strips(device, plan, block);
  const std::size_t n = strips.devices();
  cells.written_S.resize(n), cells.faulty.resize(n);
  cells.synapses.clear();
  const auto* verify = std::get_if<device::WriteVerify>(&device.write);
  cells.round.resize(verify && verify->rounds > 1 ? n : 0);
  WriteReport report;
  const bool pulsed = chip.counts_pulses();
  const MetLevels levels(device, plan);
  std::vector<std::uint16_t> pulses;
  std::vector<std::uint8_t> failed;
  strips.for_each([&](const Block& strip, std::size_t begin, auto ids, auto target_S) {
    const std::size_t count = ids.size();
    const auto part = [&](auto& all) { return all.empty() ? std::span(all) : std::span(all).subspan(begin, count); };
    const std::span<double> written_S = part(cells.written_S);
    const std::span<std::uint8_t> faulty = part(cells.faulty);
    pulses.resize(pulsed ? count : 0), failed.resize(pulses.size());
    const std::span<const double> wanted_S = aim_S.empty() ? target_S : aim_S.subspan(begin, count);
    write_cells(device, chip.solved_write().number(cells.writes), random, ids, wanted_S, written_S,
                WriteRecord{faulty, pulses, failed, part(cells.round)});
    report.pulses = std::accumulate(pulses.begin(), pulses.end(), report.pulses);
    report.unpulsed += static_cast<std::uint64_t>(std::count(pulses.begin(), pulses.end(), 0));
    report.given_up = std::accumulate(failed.begin(), failed.end(), report.given_up);
    if (measured) report.missing += measured->read(strip, cell, wanted_S, chip.config.conductances_missing, written_S);
    kill_dead_lines(device, physical_array(chip, block), random, strip, cell, written_S, faulty);
    if (aim_S.empty())
      levels.count(
          strip, faulty, [&](std::size_t i) { return written_S[i]; }, report);
    else
      levels.count(
          strip, faulty, [&](std::size_t i) { return written_S[i] - wanted_S[i] + target_S[i]; }, report);
  });
  if (cell.offset) write_references(chip, device, random, plan, block, cells);
  return report;
}

std::vector<double> targets_S(const Device& device, const LayerPlan& plan, const Block& block) {
  std::vector<double> all_S;
  BlockStrips strips(device, plan, block);
  all_S.reserve(strips.devices());
  strips.for_each(
      [&](const Block&, std::size_t, auto, auto some_S) { all_S.insert(all_S.end(), some_S.begin(), some_S.end()); });
  return all_S;
}

namespace {

// Of devices in rows: all of a row are driven together.
void disturb_rows(const Device& device, const LayerPlan& plan, const Cells& cells, std::span<const std::uint8_t> faulty,
                  std::span<double> g_S) {
  if (cells.read_s.empty() || !is_disturbed(device)) return;
  const std::size_t width = g_S.size() / cells.read_s.size();
  for (std::size_t r = 0; r < cells.read_s.size(); ++r)
    disturb_cells(device, plan.settings.input.v_read_V, cells.read_s[r],
                  faulty.empty() ? faulty : faulty.subspan(r * width, width), g_S.subspan(r * width, width));
}

}  // namespace

BlockDevices block_devices(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                           const Block& block, const Cells& cells, double age_s) {
  BlockDevices d;
  d.age_s = age_s;
  d.written_S = cells.written_S;
  const std::uint32_t number = cells.writes > 0 ? cells.writes - 1 : 0;
  if (ages(device)) {
    d.aged_S.resize(d.written_S.size());
    BlockStrips(device, plan, block).for_each([&](const Block&, std::size_t begin, auto ids, auto) {
      const std::size_t count = ids.size();
      const auto part = [&](const auto& all) {
        return all.empty() ? std::span(all) : std::span(all).subspan(begin, count);
      };
      age_cells(device, age_s, random, ids, d.written_S.subspan(begin, count), part(cells.faulty),
                std::span(d.aged_S).subspan(begin, count), part(cells.round), number);
    });
  } else {
    d.aged_S = cells.written_S;
  }
  disturb_rows(device, plan, cells, cells.faulty, d.aged_S);
  if (!chip.aims_S.empty()) d.aim_S = chip.aims_S[block.id], d.target_S = targets_S(device, plan, block);
  if (!plan.cell.offset) return d;
  d.reference_written_S = cells.reference_S;
  d.reference_S = d.reference_written_S;
  age_cells(device, age_s, random, reference_ids(plan, block), d.reference_written_S, cells.reference_faulty,
            d.reference_S, cells.reference_round, number);
  disturb_rows(device, plan, cells, cells.reference_faulty, d.reference_S);
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

std::size_t ArrayConductances::read(const Block& block, const CellLayout& cell, std::span<const double> target_S,
                                    arch::MissingCells missing, std::span<double> g_S) const {
  const int width = block.columns * cell.slices * cell.devices_per_slice();
  std::size_t absent = 0;
  for (int r = 0; r < block.rows; ++r)
    for (int k = 0; k < width; ++k) {
      const DevicePlace at = place_of(block, cell, r, k);
      const double value = data_[block.array][index(at)];
      const std::size_t i = static_cast<std::size_t>(r) * width + k;
      constexpr double most_S = 1;  // an ohm, which no device of an array has
      const bool none = std::isnan(value);
      if (none ? missing == arch::MissingCells::refuse : !(value >= 0) || value > most_S)
        throw InputError(fmt::format(
            "conductances: array {} holds {} S at row {}, column {}, device {} (from 0), where a weight is mapped{}",
            block.array, value, at.row, at.column, at.device,
            none             ? "; conductances_missing: written, target or open says what stands in"
            : value > most_S ? ": are these ohms, or uS? They are read in siemens"
                             : ""));
      absent += none;
      if (!none) g_S[i] = value;
      if (none && missing == arch::MissingCells::target) g_S[i] = target_S[i];
      if (none && missing == arch::MissingCells::open) g_S[i] = 0;
    }
  return absent;
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
  for (int a = 0; a < arrays; ++a) {
    const auto npy_file = folder / fmt::format("{}_{}.npy", a, what),
               csv_file = folder / fmt::format("{}_{}.csv", a, what);
    std::error_code ec;
    const bool csv = std::filesystem::exists(csv_file, ec);
    if (csv && std::filesystem::exists(npy_file, ec))
      throw InputError(fmt::format("{}: stands beside {}: keep one of them", csv_file.string(), npy_file.string()));
    std::vector<double>& data = all.data_[static_cast<std::size_t>(a)];
    if (csv) {
      data = read_conductance_csv(csv_file, rows, columns, devices);
      continue;
    }
    NpyArray npy = read_npy(npy_file);
    const std::vector<std::size_t> flat{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)};
    std::vector<std::size_t> shape = flat;
    shape.push_back(static_cast<std::size_t>(devices));
    if (npy.shape != shape && !(devices == 1 && npy.shape == flat))
      throw InputError(fmt::format("{}: expected shape ({}, {}, {}): rows, columns, devices of a cell",
                                   npy_file.string(), rows, columns, devices));
    data = std::move(npy.data);
  }
  return all;
}

}  // namespace bitline::chip
