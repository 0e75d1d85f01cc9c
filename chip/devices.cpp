// SPDX-License-Identifier: Apache-2.0
#include "chip/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
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
      if (devices_ == 2)
        fill<2>(strip);
      else
        fill<1>(strip);
      f(strip, static_cast<std::size_t>(first) * width(), std::span<const CellId>(ids_),
        std::span<const double>(target_S_));
    }
  }

 private:
  // An identity is one number, in which the weight counts (CellId).
  template <int devices>
  void fill(const Block& strip) {
    const workloads::IntegerWeights& m = plan_.matrix;
    const auto slices = static_cast<std::uint16_t>(cell_.slices);
    std::vector<std::uint64_t> first;  // of weight 0, by slice and device
    for (std::uint16_t s = 0; s < slices; ++s)
      for (std::uint8_t d = 0; d < devices; ++d)
        first.push_back(std::bit_cast<std::uint64_t>(CellId(static_cast<std::uint16_t>(m.index), 0, s, d)));
    ids_.resize(static_cast<std::size_t>(strip.rows) * width()), target_S_.resize(ids_.size());
    CellId* id = ids_.data();
    double* target_S = target_S_.data();
    for (int r = 0; r < strip.rows; ++r) {
      std::uint64_t weight = weight_id(m, block_.copy, strip.row + r, block_.column);
      for (const std::int16_t code : row_codes(plan_, strip, r)) {
        const Targets* t = table_.data() + static_cast<std::size_t>(code + cell_.highest) * slices;
        for (std::size_t s = 0; s < slices; ++s, ++t, id += devices, target_S += devices) {
          id[0] = std::bit_cast<CellId>(first[s * devices] + weight), target_S[0] = t->positive_S;
          if (devices == 2) id[1] = std::bit_cast<CellId>(first[s * devices + 1] + weight), target_S[1] = t->negative_S;
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

// How weights meet their levels.
class Levels {
 public:
  Levels(const Device& device, const LayerPlan& plan) : cell_(plan.cell), plan_(plan) {
    const std::vector<double> values = digit_values(cell_, device);
    for (int code = -cell_.highest; code <= cell_.highest; ++code)
      for (int s = 0; s < cell_.slices; ++s) {
        const Targets t = targets(cell_, device, cell_.digit(code, s));
        const double target_S = t.positive_S - (cell_.devices_per_slice() == 2 ? t.negative_S : 0);
        const std::size_t k = nearest_level(values, target_S);
        digits_.push_back(
            {target_S, values[k], k > 0 ? values[k - 1] : -HUGE_VAL, k + 1 < values.size() ? values[k + 1] : HUGE_VAL});
      }
  }

  // A weight is at its level when every digit is; weights with a faulty device do not count. `at_S(i)`: what device i
  // of the strip was written to, in terms of its target.
  template <class At>
  void count(const Block& strip, std::span<const std::uint8_t> fault, At&& at_S, WriteReport& report) const {
    const bool sliced = cell_.slices > 1;
    if (cell_.devices_per_slice() == 2)
      sliced ? count_devices<2, 0>(strip, fault, at_S, report) : count_devices<2, 1>(strip, fault, at_S, report);
    else
      sliced ? count_devices<1, 0>(strip, fault, at_S, report) : count_devices<1, 1>(strip, fault, at_S, report);
  }

 private:
  struct Digit {
    double target_S, level_S, below_S, above_S;  // the nearest level and those beside it
    // Whether nearest_level(written_S) is the target's.
    bool met(double written_S) const {
      return (written_S - below_S > level_S - written_S) & (written_S - level_S <= above_S - written_S);
    }
  };

  // `known_slices`: 0 for any number.
  template <std::size_t devices, std::size_t known_slices, class At>
  void count_devices(const Block& strip, std::span<const std::uint8_t> fault, At&& at_S, WriteReport& report) const {
    const std::size_t slices = known_slices > 0 ? known_slices : static_cast<std::size_t>(cell_.slices);
    std::size_t i = 0, cells = 0, met = 0, faulty = 0;
    double squared_S2 = report.squared_error_S2;
    for (int r = 0; r < strip.rows; ++r)
      for (const std::int16_t code : row_codes(plan_, strip, r)) {
        const Digit* digit = digits_.data() + static_cast<std::size_t>(code + cell_.highest) * slices;
        std::size_t broken = 0, right = 1;
        for (std::size_t s = 0; s < slices; ++s, ++digit, i += devices) {
          const double written_S = at_S(i) - (devices == 2 ? at_S(i + 1) : 0), error_S = written_S - digit->target_S;
          squared_S2 += error_S * error_S;
          for (std::size_t d = 0; d < devices; ++d) broken += fault[i + d];
          right &= digit->met(written_S);
        }
        faulty += broken;
        cells += broken == 0, met += broken == 0 ? right : 0;
      }
    report.squared_error_S2 = squared_S2;
    report.digits += i / devices, report.devices += i;
    report.faulty += faulty, report.cells += cells, report.at_level += met;
  }

  const CellLayout& cell_;
  const LayerPlan& plan_;
  std::vector<Digit> digits_;  // (code + highest, slices)
};

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
  const Levels levels(device, plan);
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
    if (measured) measured->read(strip, cell, written_S);
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
  Strips strips(device, plan, block);
  all_S.reserve(strips.devices());
  strips.for_each(
      [&](const Block&, std::size_t, auto, auto some_S) { all_S.insert(all_S.end(), some_S.begin(), some_S.end()); });
  return all_S;
}

BlockDevices block_devices(const Chip& chip, const Device& device, const Random& random, const LayerPlan& plan,
                           const Block& block, const Cells& cells, double age_s) {
  BlockDevices d;
  d.age_s = age_s;
  d.written_S = cells.written_S;
  const std::uint32_t number = cells.writes > 0 ? cells.writes - 1 : 0;
  if (ages(device)) {
    d.aged_S.resize(d.written_S.size());
    Strips(device, plan, block).for_each([&](const Block&, std::size_t begin, auto ids, auto) {
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
  if (!chip.aims_S.empty()) d.aim_S = chip.aims_S[block.id], d.target_S = targets_S(device, plan, block);
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
