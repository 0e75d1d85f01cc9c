// SPDX-License-Identifier: Apache-2.0
#include "read/calibrate.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "read/execute.h"
#include "workloads/top_quantile.h"

namespace bitline::read {

using arch::Calibrate;
using chip::Chip;
using chip::LayerInputs;
using chip::LayerPlan;
using chip::View;
using periphery::AdcCommon;
using periphery::CalibratedRange;

namespace {

// How many sums of a block `vectors` inputs give, the vectors dealt to copies in turn.
std::size_t sums_of(const LayerPlan& plan, const mapping::Block& block, std::size_t vectors) {
  const auto copies = static_cast<std::size_t>(plan.copies.placed), copy = static_cast<std::size_t>(block.copy);
  const std::size_t own = vectors / copies + (vectors % copies > copy ? 1 : 0);
  return own * static_cast<std::size_t>(plan.planes.planes()) * block.groups.size() *
         static_cast<std::size_t>(block.columns * plan.cell.conversions_per_weight());
}

}  // namespace

bool needs_calibration(const LayerPlan& plan) {
  const AdcCommon* adc = common(plan.settings.adc);
  return adc && std::holds_alternative<CalibratedRange>(adc->range) && !plan.settings.digital;
}

std::vector<float> largest_sums(const Chip& chip, const View& view, std::size_t layer,
                                std::span<const std::int16_t> inputs, bool by_block) {
  const LayerPlan& plan = chip.layers[layer];
  if (!needs_calibration(plan)) return {};
  const auto rows = static_cast<std::size_t>(plan.matrix.rows), outputs = static_cast<std::size_t>(plan.matrix.columns);
  const std::size_t vectors = inputs.size() / rows;
  if (vectors == 0) throw RunError("layer " + plan.matrix.name + ": no calibration currents");
  const double coverage = std::get<CalibratedRange>(common(plan.settings.adc)->range).coverage;
  std::vector<std::size_t> lengths(by_block ? plan.blocks.size() : 1, 0);
  for (std::size_t b = 0; b < plan.blocks.size(); ++b)
    lengths[by_block ? b : 0] += sums_of(plan, plan.blocks[b], vectors);
  std::vector<workloads::TopQuantile> largest;
  for (std::size_t length : lengths) largest.emplace_back(std::max<std::size_t>(1, length), coverage);
  tbb::enumerable_thread_specific<std::vector<workloads::TopQuantile>> met(largest);
  tbb::enumerable_thread_specific<Workspace> workspaces;
  // As if each image had as many positions as copies serve one.
  const auto positions = static_cast<std::size_t>(plan.copies.of_image), together = 32 * positions;
  parallel_for((vectors + together - 1) / together, [&](std::size_t part) {
    const std::size_t first = part * together, n = std::min(together, vectors - first);
    std::vector<double> out(n * outputs);
    std::vector<float> currents;
    std::vector<workloads::TopQuantile>& mine = met.local();
    const Tap keep = [&](std::size_t b, std::span<const double> sums) {
      currents.assign(sums.begin(), sums.end());
      mine[by_block ? b : 0].add(currents);
    };
    execute_layer(chip, view, layer, inputs.subspan(first * rows, n * rows), {n, first / positions, 0, positions},
                  workspaces.local(), out, nullptr, &keep);
  });
  for (const auto& some : met)
    for (std::size_t i = 0; i < largest.size(); ++i) largest[i].add(some[i]);
  std::vector<float> values;
  for (std::size_t i = 0; i < largest.size(); ++i) values.push_back(lengths[i] > 0 ? largest[i].value() : 0);
  return values;
}

void calibrate_on_ideal(Chip& chip, const LayerInputs& inputs) {
  View ideal;
  if (std::any_of(chip.layers.begin(), chip.layers.end(), needs_calibration)) ideal = ideal_view(chip);
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    LayerPlan& plan = chip.layers[l];
    if (plan.settings.digital) continue;
    std::optional<float> sum;
    if (needs_calibration(plan)) sum = largest_sums(chip, ideal, l, inputs.at(l), false).front();
    plan.full_scale_A = full_scale_A(chip, plan, sum);
  }
}

double full_scale_A(const Chip& chip, const LayerPlan& plan, std::optional<float> largest_sum) {
  const AdcCommon* adc = common(plan.settings.adc);
  if (!adc) return 0;
  const array::CellLayout& cell = plan.cell;
  const device::Device& device = chip.config.device;
  if (const auto* fixed = std::get_if<periphery::FixedRange>(&adc->range)) return fixed->current_A;
  if (const auto* charge = std::get_if<periphery::ChargeRange>(&adc->range)) return charge->charge_C / charge->time_s;
  if (std::holds_alternative<periphery::FullScaleRange>(adc->range)) {
    int rows = 0;
    for (const auto& block : plan.blocks)
      for (const auto& group : block.groups) rows = std::max(rows, group.rows);
    int digit = cell.highest_digit;
    if (cell.offset) {  // what is left after the reference is subtracted
      digit = 0;
      for (int reference : cell.reference_digit) digit = std::max({digit, reference, cell.highest_digit - reference});
    }
    const double largest = cell.split_columns ? device.g_max_S : digit * cell.step_S(device);
    return rows * largest * plan.v_step_V * plan.planes.largest * chip.gain();
  }
  if (!largest_sum) throw RunError("layer " + plan.matrix.name + ": no calibration currents");
  // At least one level step, so that a silent layer still has a range.
  return std::max(static_cast<double>(*largest_sum), cell.step_S(device)) * plan.v_step_V;
}

void set_ranges(const Chip& chip, View& view, std::span<const std::vector<float>> largest) {
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    const LayerPlan& plan = chip.layers[l];
    const AdcCommon* adc = common(plan.settings.adc);
    for (std::size_t b = 0; adc && b < plan.blocks.size(); ++b) {
      std::optional<float> sum;
      if (l < largest.size() && !largest[l].empty()) sum = largest[l][largest[l].size() > 1 ? b : 0];
      const double full_scale = plan.full_scale_A > 0 ? plan.full_scale_A : full_scale_A(chip, plan, sum);
      const double unit_A = plan.lattice.code_S * plan.v_step_V;  // one lattice step driven by one input step
      periphery::AdcScale& scale = view.blocks[plan.blocks[b].id].scale;
      scale = adc_scale(adc->bits, full_scale / unit_A, plan.signed_current, adc->codes);
      if (adc->clamp_A) scale.clamp = *adc->clamp_A / unit_A;
    }
  }
}

void calibrate(const Chip& chip, View& view, const LayerInputs& inputs) {
  std::vector<std::vector<float>> largest;
  if (chip.config.calibrate != Calibrate::ideal)
    for (std::size_t l = 0; l < chip.layers.size(); ++l)
      largest.push_back(largest_sums(chip, view, l, inputs.at(l), chip.config.calibrate == Calibrate::per_array));
  set_ranges(chip, view, largest);
}

}  // namespace bitline::read
