// SPDX-License-Identifier: Apache-2.0
#include "chip/drift_compensation.h"

#include <cmath>

#include "chip/conversions.h"
#include "chip/devices.h"

namespace bitline::chip {

using arch::DriftCompensation;
using device::Device;
using mapping::Block;

namespace {

constexpr std::uint32_t known_inputs = 32;

// Mean |sum| of each conversion column over the known inputs, as written and aged.
struct ColumnMeans {
  std::vector<double> written, aged;
};

ColumnMeans column_means(const LayerPlan& plan, const Block& block, const BlockDevices& d, const Device& device,
                         const Random& random) {
  const auto width = static_cast<std::size_t>(block.columns * plan.cell.conversions_per_weight());
  ColumnMeans means{std::vector<double>(width), std::vector<double>(width)};
  // Inputs hang on logical rows, so that they do not depend on placement.
  std::vector<std::uint32_t> on(static_cast<std::size_t>(block.rows));
  for (int r = 0; r < block.rows; ++r)
    on[static_cast<std::size_t>(r)] = random.bits({Purpose::known_inputs, static_cast<std::uint16_t>(plan.matrix.index),
                                                   static_cast<std::uint32_t>(block.row + r)})[0];
  const auto measure = [&](std::span<const double> g_S, const std::vector<double>& reference_S,
                           std::vector<double>& mean) {
    std::vector<double> sums(width * known_inputs);
    for_conversions(block, plan.cell, device, g_S, reference_S,
                    [&](int r, int c, Effective e, std::size_t, std::size_t) {
                      for (std::uint32_t k = 0; k < known_inputs; ++k)
                        if (on[static_cast<std::size_t>(r)] >> k & 1u)
                          sums[static_cast<std::size_t>(c) * known_inputs + k] += e.value + e.base;
                    });
    for (std::size_t i = 0; i < sums.size(); ++i) mean[i / known_inputs] += std::abs(sums[i]) / known_inputs;
  };
  measure(d.written_S, d.reference_written_S, means.written);
  measure(d.aged_S, d.reference_S, means.aged);
  return means;
}

double ratio(double written, double aged) { return written > 0 && aged > 0 ? written / aged : 1; }

double reference_ratio(const Chip& chip, const Device& device, const PlacedDevices& placed, const Random& random) {
  const LayerPlan& plan = *placed.plan;
  const Block& block = *placed.block;
  std::vector<device::CellId> ids;
  for (int r = 0; r < block.rows; ++r)
    ids.push_back({static_cast<std::uint16_t>(plan.matrix.index),
                   static_cast<std::uint32_t>((block.row + r) * plan.matrix.columns + block.column), 128, 0});
  std::vector<double> g_S(ids.size(), 0.5 * (device.g_min_S + device.g_max_S));
  std::vector<std::uint8_t> stuck(ids.size()), round(ids.size());
  write_cells(device, chip.solved_write(), random, ids, g_S, g_S, device::WriteRecord{.faulty = stuck, .round = round});
  double written = 0, aged = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) written += stuck[i] ? 0 : g_S[i];
  age_cells(device, placed.devices->age_s, random, ids, g_S, stuck, g_S, round);
  for (std::size_t i = 0; i < ids.size(); ++i) aged += stuck[i] ? 0 : g_S[i];
  return ratio(written, aged);
}

}  // namespace

void compensate_drift(const Chip& chip, const Device& device, const PlacedDevices& placed, const Random& random,
                      BlockView& view) {
  const DriftCompensation how = chip.config.compensate;
  if (how == DriftCompensation::none) return;
  view.gain.assign(static_cast<std::size_t>(view.columns), 1);
  view.known_written = view.known_aged = 0;
  if (how == DriftCompensation::reference) {
    view.gain.assign(view.gain.size(), reference_ratio(chip, device, placed, random));
    return;
  }
  const ColumnMeans means = column_means(*placed.plan, *placed.block, *placed.devices, device, random);
  for (std::size_t c = 0; c < view.gain.size(); ++c) {
    view.known_written += means.written[c], view.known_aged += means.aged[c];
    view.gain[c] = ratio(means.written[c], means.aged[c]);
  }
}

void share_drift_gain(const Chip& chip, View& view) {
  if (chip.config.compensate != DriftCompensation::global) return;
  for (const LayerPlan& plan : chip.layers) {
    double written = 0, aged = 0;
    for (const Block& b : plan.blocks) written += view.blocks[b.id].known_written, aged += view.blocks[b.id].known_aged;
    for (const Block& b : plan.blocks) {
      std::vector<double>& gain = view.blocks[b.id].gain;
      gain.assign(gain.size(), ratio(written, aged));
    }
  }
}

}  // namespace bitline::chip
