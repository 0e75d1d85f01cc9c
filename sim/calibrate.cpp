// SPDX-License-Identifier: Apache-2.0
#include "sim/calibrate.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "sim/execute.h"

namespace bitline {

// |analog sums| on calibration inputs, by layer and block; pooled over a layer's blocks unless `per_block`.
CurrentSamples sample_currents(const Chip& chip, const ChipState& state, const QuantizedNetwork& network,
                               const Dataset& data, bool by_block) {
  // Images are cut the same way whatever the batch size, since thinning counts samples.
  constexpr std::size_t images_each = 16;
  const std::size_t parts = (data.count() + images_each - 1) / images_each;
  std::vector<CurrentSamples> seen(parts);
  tbb::enumerable_thread_specific<Workspace> workspaces;
  parallel_for(parts, [&](std::size_t part) {
    auto& mine = seen[part];
    mine.resize(chip.layers.size());
    for (std::size_t l = 0; l < chip.layers.size(); ++l) mine[l].resize(chip.layers[l].mapped->blocks.size());
    const std::size_t first = part * images_each, count = std::min(images_each, data.count() - first);
    network.run(data, first, count,
                [&](const MatrixLayer& m, std::span<const std::int16_t> in, std::size_t vectors, std::size_t image,
                    std::span<double> out) {
                  auto& blocks = mine[static_cast<std::size_t>(m.index)];
                  std::vector<std::size_t> met(blocks.size(), 0);
                  // Convolutions have many positions: keep one sum in k so that a layer needs bounded memory, chosen by
                  // a hash of its number, since a regular stride would favour some columns or planes.
                  const std::size_t every = 1 + static_cast<std::size_t>(m.positions) / 16;
                  const Tap keep = [&](std::size_t b, std::span<const double> currents) {
                    for (const double current : currents)
                      if ((met[b]++ * 0x9e3779b97f4a7c15u >> 32) % every == 0)
                        blocks[b].push_back(static_cast<float>(std::abs(current)));
                  };
                  execute_layer(chip, state, static_cast<std::size_t>(m.index), in, vectors, {image},
                                workspaces.local(), out, nullptr, &keep);
                });
  });
  CurrentSamples sums(chip.layers.size());
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const std::size_t blocks = chip.layers[l].mapped->blocks.size();
    sums[l].resize(blocks);
    for (std::size_t b = 0; b < blocks; ++b)
      for (auto& part : seen) {
        auto& target = sums[l][by_block ? b : 0];
        target.insert(target.end(), part[l][b].begin(), part[l][b].end());
      }
  }
  return sums;
}

bool needs_calibration(const LayerPlan& plan) {
  const AdcCommon* adc = common(plan.settings().adc);
  return adc && std::holds_alternative<CalibratedRange>(adc->range) && !plan.settings().digital;
}

// Full scales from the ideal array, one per layer: the same for every chip.
void calibrate_on_ideal(Chip& chip, const QuantizedNetwork& network, const Dataset& data) {
  const bool any = std::any_of(chip.layers.begin(), chip.layers.end(), needs_calibration);
  CurrentSamples sums;
  if (any) {
    const ChipState ideal = ideal_chip(chip);
    sums = sample_currents(chip, ideal, network, data, false);
  }
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    LayerPlan& plan = chip.layers[l];
    if (!plan.settings().digital)
      plan.full_scale_A =
          full_scale_A(chip, plan, any && !sums[l].empty() ? std::move(sums[l][0]) : std::vector<float>{});
  }
}

double full_scale_A(const Chip& chip, const LayerPlan& plan, std::vector<float> samples) {
  const AdcCommon* adc = common(plan.settings().adc);
  if (!adc) return 0;
  const CellLayout& cell = plan.cell();
  const Device& device = chip.config.device;
  if (const auto* fixed = std::get_if<FixedRange>(&adc->range)) return fixed->current_A;
  if (const auto* charge = std::get_if<ChargeRange>(&adc->range)) return charge->charge_C / charge->time_s;
  if (std::holds_alternative<FullScaleRange>(adc->range)) {
    int rows = 0;
    for (const auto& block : plan.mapped->blocks)
      for (const auto& group : block.groups) rows = std::max(rows, group.rows);
    int digit = cell.highest_digit;
    if (cell.offset) {  // what is left after the reference is subtracted
      digit = 0;
      for (int reference : cell.reference_digit) digit = std::max({digit, reference, cell.highest_digit - reference});
    }
    const double largest = cell.split_columns ? device.g_max_S : digit * cell.step_S(device);
    return rows * largest * plan.v_step_V * plan.planes.largest * chip.gain();
  }
  const double coverage = std::get<CalibratedRange>(adc->range).coverage;
  if (samples.empty()) throw RunError("layer " + plan.matrix->name + ": no calibration currents");
  // Nearest rank; at least one level step, so that a silent layer still has a range.
  const auto rank = static_cast<std::size_t>(std::ceil(coverage * static_cast<double>(samples.size())));
  const auto nth = samples.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, samples.size()) - 1);
  std::nth_element(samples.begin(), nth, samples.end());
  return std::max(static_cast<double>(*nth), cell.step_S(device)) * plan.v_step_V;
}

void set_ranges(const Chip& chip, ChipState& state, const CurrentSamples& samples) {
  ++state.version;
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    LayerState& layer = state.layers[l];
    const AdcCommon* adc = common(plan.settings().adc);
    for (std::size_t b = 0; b < layer.blocks.size(); ++b) {
      if (!adc) continue;
      const double full_scale = plan.full_scale_A > 0 ? plan.full_scale_A : full_scale_A(chip, plan, samples[l][b]);
      const double unit_A = layer.lattice_S * plan.v_step_V;  // one lattice step driven by one input step
      layer.blocks[b].scale = adc_scale(adc->bits, full_scale / unit_A, plan.signed_current, adc->codes);
      if (adc->clamp_A) layer.blocks[b].scale.clamp = *adc->clamp_A / unit_A;
    }
  }
}

ChipState make_chip(const Chip& chip, int instance, const QuantizedNetwork& network, const Dataset& calibration,
                    const std::filesystem::path& keep_in) {
  ChipState state = write_chip(chip, instance, keep_in);
  CurrentSamples sums(chip.layers.size());
  if (chip.config.calibrate != Calibrate::ideal) {
    sums = sample_currents(chip, state, network, calibration, chip.config.calibrate == Calibrate::per_array);
    if (chip.config.calibrate == Calibrate::per_chip)
      for (auto& layer : sums)
        for (std::size_t b = 1; b < layer.size(); ++b) layer[b] = layer[0];
  } else {
    for (std::size_t l = 0; l < sums.size(); ++l) sums[l].resize(state.layers[l].blocks.size());
  }
  set_ranges(chip, state, sums);
  return state;
}

}  // namespace bitline
