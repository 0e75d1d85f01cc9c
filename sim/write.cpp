// SPDX-License-Identifier: Apache-2.0
// Writing one chip instance: devices, wires, and what both make of each block's columns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "sim/chip.h"
#include "sim/conversions.h"
#include "sim/devices.h"
#include "sim/drift_compensation.h"
#include "sim/interconnect.h"
#include "sim/row_conductance.h"
#include "sim/solved_array.h"

namespace bitline {
namespace {

template <class F>
void for_conversions(const Block& block, const CellLayout& cell, const Device& device, const BlockDevices& d, F&& f) {
  const bool wires = !d.effective_S.empty();
  for_conversions(block, cell, device, wires ? d.effective_S : d.aged_S,
                  wires ? d.reference_effective_S : d.reference_S, f);
}

// What each digit reads as when written without error: G+ - G-, or G of a single device; ascending.
std::vector<double> digit_values(const CellLayout& cell, const Device& device) {
  std::vector<double> values;
  for (int digit = cell.pair ? -cell.highest_digit : 0; digit <= cell.highest_digit; ++digit) {
    const Targets t = targets(cell, device, digit);
    values.push_back(t.positive_S - t.negative_S);
  }
  return values;
}

std::size_t nearest_level(const std::vector<double>& values, double g) {
  const auto above = std::lower_bound(values.begin(), values.end(), g);
  if (above == values.begin()) return 0;
  if (above == values.end()) return values.size() - 1;
  return static_cast<std::size_t>(above - values.begin()) - (g - above[-1] <= *above - g ? 1 : 0);
}

// A weight is at its level when every digit is; weights with a faulty device do not count.
void count_levels(const LayerPlan& plan, const Device& device, const BlockDevices& d, ChipState& state) {
  const CellLayout& cell = plan.cell();
  const std::vector<double> values = digit_values(cell, device);
  const auto devices = static_cast<std::size_t>(cell.devices_per_slice());
  state.pulses += d.pulses, state.unpulsed += d.unpulsed, state.given_up += d.given_up;
  const std::size_t per_weight = devices * static_cast<std::size_t>(cell.slices);
  for (std::size_t first = 0; first < d.written_S.size(); first += per_weight) {
    bool faulty = false, right = true;
    for (std::size_t i = first; i < first + per_weight; i += devices) {
      const bool pair = devices == 2;
      const double target = d.target_S[i] - (pair ? d.target_S[i + 1] : 0);
      const double written = d.read_back_S(i) - (pair ? d.read_back_S(i + 1) : 0);
      state.squared_error_S2 += (written - target) * (written - target);
      ++state.digits;
      state.devices += devices;
      const int broken = d.faulty[i] + (pair ? d.faulty[i + 1] : 0);
      state.faulty += static_cast<std::size_t>(broken);
      faulty |= broken > 0;
      right &= nearest_level(values, written) == nearest_level(values, target);
    }
    if (faulty) continue;
    ++state.cells;
    state.at_level += right;
  }
}

// Both devices of a conversion column's weight, as variance of the current a volt drives.
class ColumnVariance {
 public:
  ColumnVariance(const Chip& chip, const Device& device, const BlockDevices& d, const std::vector<double>* factor)
      : device_(device),
        d_(d),
        factor_(factor),
        access_ohm_(chip.config.wires.exact() ? chip.config.wires.access_ohm : 0) {}
  double operator()(int column, std::size_t i1, std::size_t i2) const {
    const double both = of(i1) + (i2 == no_device ? 0 : of(i2));
    return factor_ && !factor_->empty() ? both * (*factor_)[static_cast<std::size_t>(column)] : both;
  }
  double reference(std::size_t i) const {
    return scaled(d_.reference_S[i], d_.effective_S.empty() ? -1 : d_.reference_effective_S[i]);
  }

 private:
  double of(std::size_t i) const { return scaled(d_.aged_S[i], d_.effective_S.empty() ? -1 : d_.effective_S[i]); }
  // A change of the device's conductance reaches the column weakened as its own current is.
  double scaled(double g_S, double effective_S) const {
    // Behind its transistor a device carries g / (1 + g r), whose slope is 1 / (1 + g r)^2.
    const double behind = 1 / (1 + g_S * access_ohm_);
    const double reached = effective_S >= 0 && g_S > 0 ? effective_S / g_S : behind;
    const double sigma_S = read_noise_sigma(device_, g_S) * reached * behind;
    return sigma_S * sigma_S;
  }
  const Device& device_;
  const BlockDevices& d_;
  const std::vector<double>* factor_;
  double access_ohm_;
};

void keep_conductances(const Chip& chip, std::span<const PlacedDevices> blocks, const std::filesystem::path& folder) {
  const Config& config = chip.config;
  const int per_cell = std::holds_alternative<SignWeightedCell>(config.cell) ? 2 : 1;
  for (const auto& [what, of] : {std::pair{"target", &BlockDevices::target_S},
                                 {"written", &BlockDevices::written_S},
                                 {"aged", &BlockDevices::aged_S}}) {
    ArrayConductances arrays(chip.placement.arrays_used, config.array.rows, config.array.columns, per_cell);
    for (const auto& [plan, block, d] : blocks) arrays.write(*block, plan->cell(), d->*of);
    arrays.save(folder, what);
  }
}

// The layer's lattice: the finest for which all its codes fit.
void choose_lattice(const Chip& chip, const Device& device, std::size_t index, std::span<const PlacedDevices> blocks,
                    LayerState& layer) {
  const LayerPlan& plan = chip.layers[index];
  const CellLayout& cell = plan.cell();
  const double step = cell.step_S(device);
  const bool noisy = device.read_noise.sigma_S > 0 || device.read_noise.relative > 0;
  double largest = step * cell.highest_digit + (cell.split_columns ? device.g_min_S : 0), largest_variance = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const ColumnVariance variance(chip, device, *blocks[b].devices, chip.noise_factor(index, b));
    for_conversions(*blocks[b].block, cell, device, *blocks[b].devices,
                    [&](int, int c, Effective e, std::size_t i1, std::size_t i2) {
                      largest = std::max(largest, std::abs(e.value + e.base));
                      if (noisy) largest_variance = std::max(largest_variance, variance(c, i1, i2));
                    });
    for (std::size_t i = 0; i < blocks[b].devices->reference_S.size(); ++i)
      if (noisy) largest_variance = std::max(largest_variance, variance.reference(i));
  }
  // Even, so that the half steps of two-sided pairs are codes too; one code of room for the rounding of g_min.
  layer.codes_per_step = static_cast<int>((largest_code - 1) * step / largest) / 2 * 2;
  if (layer.codes_per_step < 2)
    throw RunError(
        fmt::format("layer {}: a conductance of {} is {:.0f} level steps, too many for the lattice of analog sums",
                    plan.matrix->name, pretty(largest, Unit::siemens), largest / step));
  layer.lattice_S = step / layer.codes_per_step;
  layer.variance_step = largest_variance / (layer.lattice_S * layer.lattice_S) / largest_variance_code;
}

BlockState block_state(const Chip& chip, const Device& device, std::size_t index, std::size_t b,
                       const PlacedDevices& placed, const LayerState& layer, const Random& random) {
  const LayerPlan& plan = chip.layers[index];
  const CellLayout& cell = plan.cell();
  const Block& block = *placed.block;
  const BlockDevices& d = *placed.devices;
  const AdcCommon* adc = common(plan.settings().adc);
  const int converters = adc ? (chip.config.array.columns + adc->shared_by - 1) / adc->shared_by : 0;
  const int width = block.columns * cell.conversions_per_weight();
  const std::size_t n = static_cast<std::size_t>(block.rows) * width;
  BlockState out{{block.rows, width, std::vector<std::int16_t>(n)},
                 {},
                 {},
                 {},
                 d.source_S,
                 {},
                 {},
                 AdcBank(plan.settings().adc, plan.signed_current, physical_array(chip, block), converters, random),
                 {}};
  if (layer.variance_step > 0) out.variance = {block.rows, width, std::vector<std::int16_t>(n)};
  const double squared_lattice = layer.lattice_S * layer.lattice_S;
  const auto variance_code = [&](double variance) {
    return static_cast<std::int16_t>(std::nearbyint(variance / squared_lattice / layer.variance_step));
  };
  const ColumnVariance variance(chip, device, d, chip.noise_factor(index, b));
  for_conversions(block, cell, device, d, [&](int r, int c, Effective e, std::size_t i1, std::size_t i2) {
    const std::size_t at = static_cast<std::size_t>(r) * width + c;
    out.codes.data[at] =
        static_cast<std::int16_t>(std::nearbyint(e.value / layer.lattice_S) + std::nearbyint(e.base / layer.lattice_S));
    if (layer.variance_step > 0) out.variance.data[at] = variance_code(variance(c, i1, i2));
  });
  if (layer.variance_step > 0 && cell.offset) {
    out.reference_variance = {block.rows, cell.slices, {}};
    for (std::size_t i = 0; i < d.reference_S.size(); ++i)
      out.reference_variance.data.push_back(variance_code(variance.reference(i)));
  }
  return out;
}

LevelMap level_map(const CellLayout& cell, const Device& device, const Block& block, const BlockDevices& d) {
  LevelMap map{block.rows, block.columns, {}, {}};
  const bool pair = cell.devices_per_slice() == 2;
  const double step = cell.step_S(device), origin = pair ? 0 : device.g_min_S;
  const auto level = [&](double positive_S, double negative_S) {
    return static_cast<float>(((pair ? positive_S - negative_S : positive_S) - origin) / step);
  };
  for (std::size_t k = 0; k < d.written_S.size(); k += static_cast<std::size_t>(cell.devices_per_slice())) {
    map.intended.push_back(level(d.target_S[k], pair ? d.target_S[k + 1] : 0));
    map.read_back.push_back(level(d.read_back_S(k), pair ? d.read_back_S(k + 1) : 0));
  }
  return map;
}

ChipState write(const Chip& chip, const Device& device, const ArrayConductances* measured, int instance,
                const std::filesystem::path& keep_in) {
  ChipState state;
  state.random = Random(chip.config.seed, static_cast<std::uint32_t>(instance));
  state.version = 1;

  std::vector<PlacedDevices> all;
  for (const auto& plan : chip.layers)
    for (const auto& block : plan.mapped->blocks) all.push_back({&plan, &block, nullptr});
  std::vector<BlockDevices> devices(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].devices = &devices[i];
  parallel_for(all.size(), [&](std::size_t i) {
    devices[i] = write_block(chip, device, state.random, *all[i].plan, *all[i].block, measured);
  });
  if (!keep_in.empty()) keep_conductances(chip, all, keep_in);
  for (const auto& placed : all) count_levels(*placed.plan, device, *placed.devices, state);
  if (chip.config.wires.exact() && !chip.solves_reads()) apply_wires(chip, device, all, true);
  const std::vector<SolvedPlace> places =
      chip.solves_reads() ? solved_arrays(chip, device, all) : std::vector<SolvedPlace>();
  const std::vector<double> row_total_S = row_conductances(chip, [&](std::size_t i, int row, double& total_S) {
    const auto add = [&](const std::vector<double>& g_S) {
      const std::size_t width = g_S.size() / static_cast<std::size_t>(all[i].block->rows);
      for (std::size_t k = 0; k < width; ++k) total_S += g_S[static_cast<std::size_t>(row) * width + k];
    };
    add(devices[i].aged_S);
    add(devices[i].reference_S);
  });

  state.layers.resize(chip.layers.size());
  std::size_t first = 0;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const auto& blocks = chip.layers[l].mapped->blocks;
    const std::span<const PlacedDevices> placed(all.data() + first, blocks.size());
    LayerState& layer = state.layers[l];
    choose_lattice(chip, device, l, placed, layer);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      layer.blocks.push_back(block_state(chip, device, l, b, placed[b], layer, state.random));
      const auto row = row_total_S.begin() + static_cast<std::ptrdiff_t>(blocks[b].array) * chip.config.array.rows +
                       blocks[b].array_row;
      if (!places.empty()) layer.blocks.back().solved = places[first + b];
      layer.blocks.back().row_power_S.assign(row, row + blocks[b].rows);
      // Fine enough that rounding is lost in a read's own, coarse enough for 2^31 reads.
      if (!places.empty())
        layer.power_step_S = std::max(layer.power_step_S,
                                      places[first + b].array->most_power_S(chip.layers[l].planes.largest) * 0x1p-32);
    }
    if (l == 0 && !blocks.empty() && chip.layers[l].cell().slices == 1)
      state.level_map = level_map(chip.layers[l].cell(), device, blocks[0], devices[0]);
    first += blocks.size();
  }
  compensate_drift(chip, device, all, state);
  return state;
}

}  // namespace

ChipState write_chip(const Chip& chip, int instance, const std::filesystem::path& keep_in) {
  return write(chip, chip.config.device, chip.measured.get(), instance, keep_in);
}

ChipState ideal_chip(const Chip& chip) { return write(chip, ideal_device(chip.config.device), nullptr, 0, {}); }

}  // namespace bitline
