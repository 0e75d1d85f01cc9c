// SPDX-License-Identifier: Apache-2.0
#include "chip/lattice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "chip/column_variance.h"
#include "chip/conversions.h"
#include "chip/devices.h"
#include "chip/probe.h"

namespace bitline::chip {

using device::Device;
using mapping::Block;

namespace {

constexpr std::size_t probe_devices = 8192;
constexpr std::uint32_t probe_seed = 0, probe_instance = 0xffffffffu;  // whatever the seed: the design's
constexpr double room = 1.25;                                          // over the largest probe

// Enough rows of all levels.
int probe_rows(const array::CellLayout& cell) {
  return static_cast<int>(std::max<std::size_t>(16, probe_devices / static_cast<std::size_t>(2 * cell.highest + 1)));
}

// Of one cell, as a conversion column sees it.
struct Largest {
  double value_S = 0, variance_S2 = 0;
};

// Only a use in time counts reads.
bool are_disturbed(const Chip& chip) {
  return is_disturbed(chip.config.device) && std::holds_alternative<arch::InTime>(chip.config.use);
}

// By what the probe's cells are at one moment.
void widen(const Chip& chip, const Device& device, const LayerPlan& probe, const BlockDevices& d, Largest& largest) {
  const ColumnVariance variance(chip, device, d, nullptr);
  for_conversions(probe.blocks[0], probe.cell, device, d.aged_S, d.reference_S,
                  [&](int, int c, Effective e, std::size_t i1, std::size_t i2) {
                    largest.value_S = std::max(largest.value_S, std::abs(e.value + e.base));
                    largest.variance_S2 = std::max(largest.variance_S2, variance(c, i1, i2));
                  });
  for (std::size_t i = 0; i < d.reference_S.size(); ++i)
    largest.variance_S2 = std::max(largest.variance_S2, variance.reference(i));
}

Largest largest_of(const Chip& chip, const Device& device, const LayerPlan& probe) {
  const Block& block = probe.blocks[0];
  const Random random(probe_seed, probe_instance);
  Cells cells;
  Device lines = device;
  lines.faults.dead_row = lines.faults.dead_column = 0;  // the probe lies in no array
  write_block(chip, lines, random, probe, block, {}, nullptr, cells);
  Largest largest;
  // Reads lead from one end of their way to the other: what lies between is no larger.
  for (const bool disturbed : {false, true}) {
    if (disturbed && !are_disturbed(chip)) break;
    if (disturbed) cells.read_s.assign(static_cast<std::size_t>(block.rows), std::numeric_limits<double>::infinity());
    for (const arch::ReadMoment& moment : read_moments(chip.config))
      widen(chip, device, probe, block_devices(chip, lines, random, probe, block, cells, moment.age_s()), largest);
  }
  return largest;
}

// Of the cells that hold this layer's weights, where they were measured instead of written.
double largest_measured_S(const Chip& chip, const LayerPlan& plan) {
  double largest = 0;
  std::vector<double> g_S;
  for (const Block& block : plan.blocks) {
    if (!chip.measured) break;
    g_S.resize(static_cast<std::size_t>(block.rows) *
               static_cast<std::size_t>(block.columns * plan.cell.slices * plan.cell.devices_per_slice()));
    // Cells without a value are at most what writing makes of them, which the probe shows.
    using arch::MissingCells;
    const MissingCells missing = chip.config.conductances_missing;
    chip.measured->read(block, plan.cell, {}, missing == MissingCells::refuse ? missing : MissingCells::open, g_S);
    std::vector<double> reference_S;  // as meant
    for (int r = 0; r < block.rows && plan.cell.offset; ++r)
      for (int digit : plan.cell.reference_digit)
        reference_S.push_back(targets(plan.cell, chip.config.device, digit).positive_S);
    for_conversions(block, plan.cell, chip.config.device, g_S, reference_S,
                    [&](int, int, Effective e, std::size_t, std::size_t) {
                      largest = std::max(largest, std::abs(e.value + e.base));
                    });
  }
  return largest;
}

double largest_noise_factor(const Chip& chip, const LayerPlan& plan) {
  double largest = 1;
  for (const Block& block : plan.blocks)
    if (const auto* factors = chip.noise_factor(block.id))
      for (double f : *factors) largest = std::max(largest, f);
  return largest;
}

}  // namespace

Lattice choose_lattice(const Chip& chip, const LayerPlan& plan) {
  const Device& device = chip.config.device;
  const array::CellLayout& cell = plan.cell;
  const double step = cell.step_S(device),
               meant_S = step * cell.highest_digit + (cell.split_columns ? device.g_min_S : 0);
  const Largest probe = largest_of(chip, device, probe_plan(plan, probe_rows(cell)));
  const double widened = ages(device) || are_disturbed(chip) || probe.value_S > meant_S * (1 + 1e-9) ? room : 1;
  const double largest_S = std::max({meant_S, widened * probe.value_S, largest_measured_S(chip, plan)});
  // One code of room for the rounding of g_min.
  Lattice lattice;
  lattice.codes_per_step = static_cast<int>((array::largest_code - 1) * step / largest_S * (1 + 1e-12)) / 2 * 2;
  if (lattice.codes_per_step < 2)
    throw RunError(
        fmt::format("layer {}: a conductance of {} is {:.0f} level steps, too many for the lattice of analog sums",
                    plan.matrix.name, pretty(largest_S, Unit::siemens), largest_S / step));
  lattice.code_S = step / lattice.codes_per_step;
  lattice.variance_step = probe.variance_S2 * widened * widened * largest_noise_factor(chip, plan) /
                          (lattice.code_S * lattice.code_S) / array::largest_variance_code;
  // Power is summed in steps of 2^-32 of the largest read, as 64-bit integers: 2^31 reads fit, and the rounding is
  // below that of a float.
  const double array_S = largest_S * 2 * chip.config.array.rows * chip.config.array.columns;
  lattice.power_step_S = array_S * plan.planes.largest * plan.planes.largest * 0x1p-32;
  return lattice;
}

}  // namespace bitline::chip
