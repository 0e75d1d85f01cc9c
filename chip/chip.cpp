// SPDX-License-Identifier: Apache-2.0
#include "chip/chip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "chip/compensation.h"
#include "chip/devices.h"
#include "chip/lattice.h"
#include "device/write_pulses.h"
#include "device/write_verify.h"
#include "mapping/turns.h"

namespace bitline::chip {

using array::CellLayout;
using array::Targets;
using device::Device;
using device::LevelCase;
using device::LevelGrid;
using mapping::Block;
using mapping::RowGroup;

namespace {

// Where `share`, which falls, crosses `accuracy`: bisection to 1e-12. Once the bracket is narrow, false position finds
// the crossing (Dowell and Jarratt 1971, doi:10.1007/BF01934364), and steps of the bisection that it decides are left
// out.
template <class Share>
double bisected(const Share& share, double accuracy, double low, double high) {
  constexpr double last = 1e-12, decided = 1e-10;                     // relative
  double below = 0, above = std::numeric_limits<double>::infinity();  // the crossing lies surely in between
  for (bool searched = false; high - low > last * high;) {
    if (!searched && high < 1.5 * low) {
      searched = true;
      int last_side = 0;
      double a = low, b = high, at_a = share(a) - accuracy, at_b = share(b) - accuracy;
      for (int step = 0; step < 30 && b - a > 0.1 * decided * b && at_a > 0 && at_b < 0; ++step) {
        const double c = (a * at_b - b * at_a) / (at_b - at_a), at_c = share(c) - accuracy;
        // An end that stays twice counts half, so that both come nearer.
        if (at_c > 0)
          a = c, at_a = at_c, at_b /= last_side > 0 ? 2 : 1, last_side = 1;
        else
          b = c, at_b = at_c, at_a /= last_side < 0 ? 2 : 1, last_side = -1;
      }
      below = a * (1 - decided), above = b * (1 + decided);
    }
    const double middle = 0.5 * (low + high);
    const bool more = middle < below || (middle < above && share(middle) > accuracy);
    (more ? low : high) = middle;
  }
  return 0.5 * (low + high);
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
    // Weights of layers that are never written are not known.
    if (plan.settings.digital || !codes_known(plan.matrix)) continue;
    const CellLayout& cell = plan.cell;
    const int lowest = cell.pair ? -cell.highest_digit : 0;
    Layer layer{{cell.pair, cell.step_S(device), device.g_min_S, lowest, cell.highest_digit}, {}, {}, &cell};
    for (int digit = lowest; digit <= cell.highest_digit; ++digit) {
      const Targets t = targets(cell, device, digit);
      layer.digits.push_back({t.positive_S, t.negative_S, digit, 1});
    }
    std::vector<double> counts(1 << 16, 0);  // by code
    constexpr int middle = 1 << 15;
    for (const auto& panel : plan.matrix.panels)
      for (std::int16_t w : panel.codes) counts[static_cast<std::size_t>(w + middle)] += plan.copies.placed;
    for (int code = -middle; code < middle; ++code) {
      const double count = counts[static_cast<std::size_t>(code + middle)];
      if (count > 0) total += count, layer.weights.emplace_back(code, count);
    }
    layers.push_back(std::move(layer));
  }
  if (layers.empty()) return 0;
  const auto same_grid = [](const LevelGrid& a, const LevelGrid& b) {
    return a.pair == b.pair && a.step_S == b.step_S && a.g_min_S == b.g_min_S && a.lowest == b.lowest &&
           a.highest == b.highest;
  };
  const auto share = [&](double sigma) {
    double right = 0;
    std::vector<double> p;
    const LevelGrid* known = nullptr;  // whose p these are
    for (const Layer& layer : layers) {
      if (!known || !same_grid(*known, layer.grid)) {
        p.clear();
        for (const LevelCase& digit : layer.digits)
          p.push_back(level_accuracy(std::span(&digit, 1), layer.grid, sigma));
        known = &layer.grid;
      }
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
  return bisected(share, accuracy, low, high);
}

// Targets of all levels of all layers, and aims that make up for wires.
std::vector<double> all_targets_S(const Chip& chip) {
  const Device& device = chip.config.device;
  std::vector<double> targets_S;
  for (const auto& plan : chip.layers) {
    const CellLayout& cell = plan.cell;
    for (int digit = cell.pair ? -cell.highest_digit : 0; digit <= cell.highest_digit; ++digit) {
      const Targets t = targets(cell, device, digit);
      targets_S.push_back(t.positive_S);
      if (cell.devices_per_slice() == 2) targets_S.push_back(t.negative_S);
    }
  }
  for (const auto& block : chip.aims_S) targets_S.insert(targets_S.end(), block.begin(), block.end());
  if (targets_S.empty()) targets_S.push_back(device.g_max_S);
  return targets_S;
}

std::vector<DrivenRows> driven_rows(const std::vector<Block>& blocks) {
  std::map<std::tuple<int, int, int>, DrivenRows> sorted;
  for (std::size_t b = 0; b < blocks.size(); ++b)
    for (std::size_t g = 0; g < blocks[b].groups.size(); ++g) {
      const RowGroup& rows = blocks[b].groups[g];
      DrivenRows& driven = sorted[{blocks[b].copy, rows.row, rows.rows}];
      driven.copy = blocks[b].copy, driven.rows = rows;
      driven.blocks.emplace_back(b, g);
    }
  std::vector<DrivenRows> all;
  for (auto& [place, driven] : sorted) all.push_back(std::move(driven));
  return all;
}

// Of each conversion of a weight: slice digits, and the sign of the negative column.
std::vector<double> digit_weights(const CellLayout& cell) {
  std::vector<double> weights;
  for (int k = 0; k < cell.conversions_per_weight(); ++k)
    weights.push_back(std::pow(cell.base, cell.split_columns ? k / 2 : k) * (cell.split_columns && k % 2 ? -1 : 1));
  return weights;
}

// A draw names a weight by 32 bits; beyond them two weights would share their draws.
void check_identities(const LayerPlan& plan) {
  const double weights = static_cast<double>(plan.copies.placed) * plan.matrix.rows * plan.matrix.columns;
  if (weights > 0x1p32 && !plan.settings.digital)
    throw RunError(
        fmt::format("layer {}: {} copies of {} x {} weights are more than the 2^32 that draws can tell apart",
                    plan.matrix.name, plan.copies.placed, plan.matrix.rows, plan.matrix.columns));
}

}  // namespace

Device ideal_device(const Device& device) {
  Device ideal;
  ideal.g_min_S = device.g_min_S;
  ideal.g_max_S = device.g_max_S;
  ideal.levels_S = device.levels_S;
  ideal.iv = device.iv;
  return ideal;
}

std::span<const std::int16_t> row_codes(const LayerPlan& plan, const Block& block, int row) {
  const workloads::IntegerPanel& panel = plan.matrix.panels[static_cast<std::size_t>(block.panel)];
  const auto first = static_cast<std::size_t>(block.row + row - panel.row) * static_cast<std::size_t>(panel.columns) +
                     static_cast<std::size_t>(block.column - panel.column);
  return std::span(panel.codes).subspan(first, static_cast<std::size_t>(block.columns));
}

std::vector<LayerBlock> layer_blocks(const Chip& chip) {
  std::vector<LayerBlock> blocks;
  for (const auto& plan : chip.layers)
    for (const auto& block : plan.blocks) blocks.push_back({&plan, &block});
  return blocks;
}

std::vector<std::vector<LayerBlock>> by_array(const Chip& chip) {
  std::vector<std::vector<LayerBlock>> arrays(static_cast<std::size_t>(chip.placement.arrays_used));
  for (const LayerBlock& b : layer_blocks(chip)) arrays[static_cast<std::size_t>(b.block->array)].push_back(b);
  std::erase_if(arrays, [](const auto& a) { return a.empty(); });
  return arrays;
}

void choose_lattices(Chip& chip) {
  for (LayerPlan& plan : chip.layers)
    if (!plan.settings.digital && codes_known(plan.matrix)) plan.lattice = choose_lattice(chip, plan);
}

Chip build_chip(const arch::Config& config, std::vector<workloads::IntegerWeights> matrices,
                mapping::Placement placement) {
  Chip chip;
  chip.config = config;
  chip.placement = std::move(placement);
  for (auto& mapped : std::exchange(chip.placement.layers, {})) {
    LayerPlan plan;
    plan.matrix = std::move(matrices[static_cast<std::size_t>(mapped.matrix)]);
    plan.settings = std::move(mapped.settings);
    plan.cell = std::move(mapped.cell);
    plan.copies = mapped.copies;
    plan.blocks = std::move(mapped.blocks);
    check_identities(plan);
    plan.signed_inputs = plan.matrix.input.is_signed;
    plan.drives_both_signs = mapping::drives_both_signs(config.array.topology, plan.cell);
    plan.planes = plane_plan(plan.settings.input, plan.signed_inputs, plan.drives_both_signs);
    const bool subtracts = std::ranges::any_of(plan.planes.weight, [](double w) { return w < 0; });
    plan.signed_current = !plan.cell.split_columns || plan.planes.both_signs || (plan.planes.together && subtracts);
    plan.v_step_V = plan.settings.input.v_read_V / plan.planes.largest;
    for (const auto& block : plan.blocks)
      plan.groups.insert(plan.groups.end(), block.groups.begin(), block.groups.end());
    const auto key = [](const RowGroup& g) { return std::pair(g.row, g.rows); };
    std::sort(plan.groups.begin(), plan.groups.end(),
              [&](const RowGroup& a, const RowGroup& b) { return key(a) < key(b); });
    plan.groups.erase(std::unique(plan.groups.begin(), plan.groups.end(),
                                  [&](const RowGroup& a, const RowGroup& b) { return key(a) == key(b); }),
                      plan.groups.end());
    plan.driven = driven_rows(plan.blocks);
    plan.digit_weight = digit_weights(plan.cell);
    chip.layers.push_back(std::move(plan));
  }

  if (!config.conductances.empty() || config.keep == arch::Keep::conductances) {
    // One file describes cells of one kind.
    for (const auto& plan : chip.layers)
      if (plan.settings.cell.index() != config.cell.index())
        refuse_config("layers." + plan.matrix.name + ".cell",
                      "differs from the chip's cell, but conductances are kept or read by array",
                      "use one cell for all layers");
  }
  if (!config.conductances.empty())
    chip.measured = std::make_shared<const ArrayConductances>(ArrayConductances::load(
        config.conductances, "written", chip.placement.arrays_used, config.array.rows, config.array.columns,
        std::holds_alternative<array::SignWeightedCell>(config.cell) ? 2 : 1));

  if (config.wires.compensation == array::Compensation::conductance && config.wires.exact()) aim_through_wires(chip);
  if (std::holds_alternative<device::WriteVerify>(config.device.write))
    chip.verify = std::make_shared<const device::VerifyTables>(config.device, all_targets_S(chip));
  if (std::holds_alternative<device::PulseWrite>(config.device.write))
    chip.pulses = std::make_shared<const device::PulseTables>(config.device, all_targets_S(chip));
  if (const auto* write = std::get_if<device::LevelAccuracyWrite>(&config.device.write))
    chip.write_sigma_S = solve_write_sigma(chip, write->accuracy);
  choose_lattices(chip);
  return chip;
}

}  // namespace bitline::chip
