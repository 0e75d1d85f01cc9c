// SPDX-License-Identifier: Apache-2.0
#include "sim/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "sim/devices.h"

namespace bitline {
namespace {

// What a conversion column sees, in siemens, relative to multiples of g_min so that ideal levels round to exact codes.
struct Effective {
  double value;  // of G+ - G-, G - G_ref, or G - g_min for columns converted apart
  double base;   // g_min for columns converted apart, else 0
};

template <class F>
void for_conversions(const Block& block, const CellLayout& cell, const Device& device, const BlockDevices& d, F&& f) {
  const int conversions = cell.conversions_per_weight(), devices = cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int c = 0; c < block.columns; ++c)
      for (int k = 0; k < conversions; ++k) {
        const int slice = cell.split_columns ? k / 2 : k;
        const std::size_t i = ((static_cast<std::size_t>(r) * block.columns + c) * cell.slices + slice) * devices;
        const int column = c * conversions + k;
        if (cell.split_columns)
          f(r, column, Effective{d.aged_S[i + k % 2] - device.g_min_S, device.g_min_S}, d.aged_S[i + k % 2], -1.0);
        else if (cell.pair)
          f(r, column, Effective{d.aged_S[i] - d.aged_S[i + 1], 0}, d.aged_S[i], d.aged_S[i + 1]);
        else
          f(r, column, Effective{d.aged_S[i] - d.reference_S[static_cast<std::size_t>(r) * cell.slices + slice], 0},
            d.aged_S[i], -1.0);
      }
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
  const std::size_t per_weight = devices * static_cast<std::size_t>(cell.slices);
  for (std::size_t first = 0; first < d.written_S.size(); first += per_weight) {
    bool faulty = false, right = true;
    for (std::size_t i = first; i < first + per_weight; i += devices) {
      const bool pair = devices == 2;
      const double target = d.target_S[i] - (pair ? d.target_S[i + 1] : 0);
      const double written = d.written_S[i] - (pair ? d.written_S[i + 1] : 0);
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

// The sigma with which `accuracy` of all mapped weights have every digit at its level, by bisection: the share falls as
// sigma grows. Every layer may have its own cell.
double solve_write_sigma(const Chip& chip, double accuracy) {
  struct Layer {
    LevelGrid grid;
    std::vector<LevelCase> digits;                // from lowest to highest
    std::vector<std::pair<int, double>> weights;  // value, occurrences
    const CellLayout* cell;
  };
  std::vector<Layer> layers;
  double total = 0;
  const Device& device = chip.config.device;
  for (const auto& plan : chip.layers) {
    if (plan.settings().digital) continue;
    const CellLayout& cell = plan.cell();
    const int lowest = cell.pair ? -cell.highest_digit : 0;
    Layer layer{{cell.pair, cell.step_S(device), device.g_min_S, lowest, cell.highest_digit}, {}, {}, &cell};
    for (int digit = lowest; digit <= cell.highest_digit; ++digit) {
      const Targets t = targets(cell, device, digit);
      layer.digits.push_back({t.positive_S, t.negative_S, digit, 1});
    }
    std::map<int, double> counts;
    for (std::int16_t w : plan.matrix->weights) counts[w] += plan.settings().duplicate;
    for (const auto& [value, count] : counts) total += count;
    layer.weights.assign(counts.begin(), counts.end());
    layers.push_back(std::move(layer));
  }
  if (layers.empty()) return 0;
  const auto share = [&](double sigma) {
    double right = 0;
    for (const Layer& layer : layers) {
      std::vector<double> p;
      for (const LevelCase& digit : layer.digits) p.push_back(level_accuracy(std::span(&digit, 1), layer.grid, sigma));
      for (const auto& [value, count] : layer.weights) {
        double all = 1;
        for (int s = 0; s < layer.cell->slices; ++s)
          all *= p[static_cast<std::size_t>(layer.cell->digit(value, s) - layer.grid.lowest)];
        right += count * all;
      }
    }
    return right / total;
  };
  double low = 1e-6 * device.g_max_S, high = 100 * device.g_max_S;
  if (share(high) >= accuracy)
    throw InputError(
        fmt::format("device.write.accuracy: even values without any trace of their targets are right more "
                    "often than {} for these weights",
                    pretty(accuracy, Unit::fraction)));
  while (high - low > 1e-12 * high) {
    const double middle = 0.5 * (low + high);
    (share(middle) > accuracy ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

Chip build_chip(const Config& config, std::vector<MatrixLayer> matrices, Placement placement) {
  Chip chip{config, std::move(matrices), std::move(placement), {}, 0, nullptr};
  for (const auto& mapped : chip.placement.layers) {
    LayerPlan plan;
    plan.matrix = &chip.matrices[static_cast<std::size_t>(mapped.matrix)];
    plan.mapped = &mapped;
    plan.signed_inputs = plan.matrix->input.is_signed;
    // A row of voltages takes either sign; a gated row only has its supply rail, except for a pair whose rails swap.
    plan.drives_both_signs =
        config.array.topology == Topology::voltage_rows || (mapped.cell.pair && !mapped.cell.split_columns);
    plan.planes = plane_plan(mapped.settings.input, plan.signed_inputs, plan.drives_both_signs);
    plan.signed_current = !mapped.cell.split_columns || plan.planes.both_signs;
    plan.v_step_V = mapped.settings.input.v_read_V / plan.planes.largest;
    chip.layers.push_back(plan);
  }

  if (!config.conductances.empty() || config.keep == Keep::conductances) {
    // One file describes cells of one kind.
    for (const auto& mapped : chip.placement.layers)
      if (mapped.settings.cell.index() != config.cell.index())
        throw ConfigError(Diagnostic{{},
                                     "layers." + mapped.name + ".cell",
                                     "differs from the chip's cell, but conductances are kept or read by array",
                                     "use one cell for all layers"});
  }
  if (!config.conductances.empty())
    chip.measured = std::make_shared<const ArrayConductances>(
        ArrayConductances::load(config.conductances, "written", chip.placement.arrays_used, config.array.rows,
                                config.array.columns, std::holds_alternative<SignWeightedCell>(config.cell) ? 2 : 1));

  if (const auto* write = std::get_if<LevelAccuracyWrite>(&config.device.write))
    chip.write_sigma_S = solve_write_sigma(chip, write->accuracy);
  return chip;
}

namespace {

ChipState write(const Chip& chip, const Device& device, const ArrayConductances* measured, int instance,
                const std::filesystem::path& keep_in) {
  ChipState state;
  state.random = Random(chip.config.seed, static_cast<std::uint32_t>(instance));
  state.version = 1;
  const Config& config = chip.config;

  struct Place {
    std::size_t layer, block;
  };
  std::vector<Place> all;
  for (std::size_t l = 0; l < chip.layers.size(); ++l)
    for (std::size_t b = 0; b < chip.layers[l].mapped->blocks.size(); ++b) all.push_back({l, b});
  std::vector<BlockDevices> devices(all.size());
  parallel_for(all.size(), [&](std::size_t i) {
    const LayerPlan& plan = chip.layers[all[i].layer];
    devices[i] = write_block(chip, device, state.random, plan, plan.mapped->blocks[all[i].block], measured);
  });
  if (!keep_in.empty()) {
    const int per_cell = std::holds_alternative<SignWeightedCell>(config.cell) ? 2 : 1;
    for (const auto& [what, of] : {std::pair{"target", &BlockDevices::target_S},
                                   {"written", &BlockDevices::written_S},
                                   {"aged", &BlockDevices::aged_S}}) {
      ArrayConductances arrays(chip.placement.arrays_used, config.array.rows, config.array.columns, per_cell);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const MappedLayer& layer = *chip.layers[all[i].layer].mapped;
        arrays.write(layer.blocks[all[i].block], layer.cell, devices[i].*of);
      }
      arrays.save(keep_in, what);
    }
  }

  // Conductance on each row of each array: every column an active row crosses draws current.
  const std::size_t arrays = static_cast<std::size_t>(chip.placement.arrays_used),
                    rows = static_cast<std::size_t>(config.array.rows);
  std::vector<double> row_total_S(arrays * rows, 0);
  std::vector<int> columns_used(arrays * rows, 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const LayerPlan& plan = chip.layers[all[i].layer];
    const Block& block = plan.mapped->blocks[all[i].block];
    const std::size_t width = devices[i].aged_S.size() / static_cast<std::size_t>(block.rows);
    for (int r = 0; r < block.rows; ++r) {
      const std::size_t at =
          static_cast<std::size_t>(block.array) * rows + static_cast<std::size_t>(block.array_row + r);
      for (std::size_t k = 0; k < width; ++k)
        row_total_S[at] += devices[i].aged_S[static_cast<std::size_t>(r) * width + k];
      for (int s = 0; s < plan.cell().slices && plan.cell().offset; ++s)
        row_total_S[at] += devices[i].reference_S[static_cast<std::size_t>(r) * plan.cell().slices + s];
      columns_used[at] += block.columns * plan.cell().columns_per_weight;
    }
    count_levels(plan, device, devices[i], state);
  }
  if (config.mapping.unused == Unused::g_min) {
    const int per_column = std::holds_alternative<SignWeightedCell>(config.cell) ? 2 : 1;
    for (std::size_t at = 0; at < row_total_S.size(); ++at)
      row_total_S[at] += (config.array.columns - columns_used[at]) * per_column * device.g_min_S;
  }

  const bool noisy = device.read_noise.sigma_S > 0 || device.read_noise.relative > 0;
  state.layers.resize(chip.layers.size());
  for (std::size_t i = 0, first = 0; i < chip.layers.size(); ++i) {
    const LayerPlan& plan = chip.layers[i];
    LayerState& layer = state.layers[i];
    const auto& blocks = plan.mapped->blocks;
    const CellLayout& cell = plan.cell();
    const double step = cell.step_S(device);
    const AdcCommon* adc = common(plan.settings().adc);
    const int converters = adc ? (config.array.columns + adc->shared_by - 1) / adc->shared_by : 0;
    double largest = step * cell.highest_digit + (cell.split_columns ? device.g_min_S : 0), largest_variance = 0;
    const auto variance_of = [&](double g1, double g2) {
      const double a = read_noise_sigma(device, g1), b = g2 >= 0 ? read_noise_sigma(device, g2) : 0;
      return a * a + b * b;
    };
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      for_conversions(blocks[b], cell, device, devices[first + b], [&](int, int, Effective e, double g1, double g2) {
        largest = std::max(largest, std::abs(e.value + e.base));
        if (noisy) largest_variance = std::max(largest_variance, variance_of(g1, g2));
      });
      for (double g : devices[first + b].reference_S)
        if (noisy) largest_variance = std::max(largest_variance, variance_of(g, -1));
    }
    // Even, so that the half steps of two-sided pairs are codes too; one code of room for the rounding of g_min.
    layer.codes_per_step = static_cast<int>((largest_code - 1) * step / largest) / 2 * 2;
    if (layer.codes_per_step < 2)
      throw RunError(
          fmt::format("layer {}: a conductance of {} is {:.0f} level steps, too many for the lattice of analog sums",
                      plan.matrix->name, pretty(largest, Unit::siemens), largest / step));
    layer.lattice_S = step / layer.codes_per_step;
    const double squared_lattice = layer.lattice_S * layer.lattice_S;
    layer.variance_step = largest_variance / squared_lattice / largest_variance_code;

    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const Block& block = blocks[b];
      const BlockDevices& d = devices[first + b];
      const int width = block.columns * cell.conversions_per_weight();
      const std::size_t n = static_cast<std::size_t>(block.rows) * width;
      BlockState& out = layer.blocks.emplace_back(BlockState{
          {block.rows, width, std::vector<std::int16_t>(n)},
          {},
          {},
          {},
          {},
          AdcBank(plan.settings().adc, plan.signed_current, physical_array(chip, block), converters, state.random)});
      if (layer.variance_step > 0) out.variance = {block.rows, width, std::vector<std::int16_t>(n)};
      const auto variance_code = [&](double variance) {
        return static_cast<std::int16_t>(std::nearbyint(variance / squared_lattice / layer.variance_step));
      };
      for_conversions(block, cell, device, d, [&](int r, int c, Effective e, double g1, double g2) {
        const std::size_t at = static_cast<std::size_t>(r) * width + c;
        out.codes.data[at] = static_cast<std::int16_t>(std::nearbyint(e.value / layer.lattice_S) +
                                                       std::nearbyint(e.base / layer.lattice_S));
        if (layer.variance_step > 0) out.variance.data[at] = variance_code(variance_of(g1, g2));
      });
      if (layer.variance_step > 0 && cell.offset) {
        out.reference_variance = {block.rows, cell.slices, {}};
        for (double g : d.reference_S) out.reference_variance.data.push_back(variance_code(variance_of(g, -1)));
      }
      for (int r = 0; r < block.rows; ++r)
        out.row_power_S.push_back(
            row_total_S[static_cast<std::size_t>(block.array) * rows + static_cast<std::size_t>(block.array_row + r)]);
    }
    if (i == 0 && !blocks.empty() && cell.slices == 1) {
      const BlockDevices& d = devices[0];
      const int devices_each = cell.devices_per_slice();
      state.level_map = {blocks[0].rows, blocks[0].columns, {}, {}};
      for (std::size_t k = 0; k < d.written_S.size(); k += devices_each) {
        const double origin = devices_each == 2 ? 0 : device.g_min_S;
        state.level_map.intended.push_back(static_cast<float>(
            ((devices_each == 2 ? d.target_S[k] - d.target_S[k + 1] : d.target_S[k]) - origin) / step));
        state.level_map.read_back.push_back(static_cast<float>(
            ((devices_each == 2 ? d.written_S[k] - d.written_S[k + 1] : d.written_S[k]) - origin) / step));
      }
    }
    first += blocks.size();
  }
  return state;
}

}  // namespace

ChipState write_chip(const Chip& chip, int instance, const std::filesystem::path& keep_in) {
  return write(chip, chip.config.device, chip.measured.get(), instance, keep_in);
}

ChipState ideal_chip(const Chip& chip) {
  Device ideal;
  ideal.g_min_S = chip.config.device.g_min_S;
  ideal.g_max_S = chip.config.device.g_max_S;
  ideal.levels_S = chip.config.device.levels_S;
  return write(chip, ideal, nullptr, 0, {});
}

}  // namespace bitline
