// SPDX-License-Identifier: Apache-2.0
#include "read/calibrate.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "read/correction.h"
#include "read/execute.h"
#include "workloads/least_error.h"
#include "workloads/top_quantile.h"

namespace bitline::read {

using arch::Calibrate;
using chip::Chip;
using chip::LayerInputs;
using chip::LayerPlan;
using chip::View;
using periphery::AdcCommon;
using periphery::CalibratedRange;
using periphery::LeastErrorRange;

namespace {

// How many sums of a block `vectors` inputs give, the vectors dealt to copies in turn.
std::size_t sums_of(const LayerPlan& plan, const mapping::Block& block, std::size_t vectors) {
  const auto copies = static_cast<std::size_t>(plan.copies.placed), copy = static_cast<std::size_t>(block.copy);
  const std::size_t own = vectors / copies + (vectors % copies > copy ? 1 : 0);
  return own * static_cast<std::size_t>(plan.planes.conversions()) * block.groups.size() *
         static_cast<std::size_t>(block.columns * plan.cell.conversions_per_weight());
}

// What one range follows from.
class RangeSums {
 public:
  RangeSums(const LayerPlan& plan, std::size_t length, std::size_t most)
      : plan_(&plan),
        coverage_(std::get_if<CalibratedRange>(&common(plan.settings.adc)->range)),
        top_(std::max<std::size_t>(1, length), coverage_ ? coverage_->coverage : 1),
        sample_(length, most) {}

  void begin(std::size_t part) { sample_.begin(part); }
  void add(std::size_t plane, std::span<const float> sums) {
    if (coverage_) return top_.add(sums);
    const std::vector<double>& digit = plan_->digit_weight;
    for (std::size_t c = 0; c < sums.size(); ++c) {
      const double weight = (plan_->planes.together ? 1 : plan_->planes.weight[plane]) * digit[c % digit.size()];
      sample_.add(sums[c], static_cast<float>(weight * weight));
    }
  }
  void add(const RangeSums& other) { coverage_ ? top_.add(other.top_) : sample_.add(other.sample_); }
  float full_scale() {
    if (coverage_) return top_.value();
    const AdcCommon& adc = *common(plan_->settings.adc);
    const periphery::AdcScale codes = adc_scale(adc.bits, 1, plan_->signed_current, adc.codes);
    return static_cast<float>(codes.highest * least_error_step(sample_.sorted(), codes.lowest, codes.highest));
  }

 private:
  const LayerPlan* plan_;
  const CalibratedRange* coverage_;
  workloads::TopQuantile top_;
  workloads::StreamSample sample_;
};

// The most that planes of one sign add up to, those of the other being empty.
double largest_integral(const periphery::PlanePlan& planes) {
  double positive = 0, negative = 0;
  for (const double w : planes.weight) (w > 0 ? positive : negative) += std::abs(w);
  return std::max(positive, negative);
}

}  // namespace

bool needs_calibration(const LayerPlan& plan) {
  const AdcCommon* adc = common(plan.settings.adc);
  return adc && !plan.settings.digital &&
         (std::holds_alternative<CalibratedRange>(adc->range) || std::holds_alternative<LeastErrorRange>(adc->range));
}

std::vector<float> largest_sums(const Chip& chip, const View& view, std::size_t layer,
                                std::span<const std::int16_t> inputs, bool by_block) {
  const LayerPlan& plan = chip.layers[layer];
  if (!needs_calibration(plan)) return {};
  const auto rows = static_cast<std::size_t>(plan.matrix.rows), outputs = static_cast<std::size_t>(plan.matrix.columns);
  const std::size_t vectors = inputs.size() / rows;
  if (vectors == 0) throw RunError("layer " + plan.matrix.name + ": no calibration currents");
  std::vector<std::size_t> lengths(by_block ? plan.blocks.size() : 1, 0);
  for (std::size_t b = 0; b < plan.blocks.size(); ++b)
    lengths[by_block ? b : 0] += sums_of(plan, plan.blocks[b], vectors);
  constexpr std::size_t most = std::size_t{1} << 18, most_of_all = std::size_t{1} << 22, least = 4096;
  std::vector<RangeSums> ranges;
  for (std::size_t length : lengths)
    ranges.emplace_back(plan, length, std::clamp(most_of_all / lengths.size(), least, most));
  tbb::enumerable_thread_specific<std::vector<RangeSums>> met(ranges);
  tbb::enumerable_thread_specific<Workspace> workspaces;
  // As if each image had as many positions as copies serve one.
  const auto positions = static_cast<std::size_t>(plan.copies.of_image), together = 32 * positions;
  parallel_for((vectors + together - 1) / together, [&](std::size_t part) {
    const std::size_t first = part * together, n = std::min(together, vectors - first);
    std::vector<double> out(n * outputs);
    std::vector<float> currents;
    std::vector<RangeSums>& mine = met.local();
    for (RangeSums& range : mine) range.begin(part);
    const Tap keep{.currents = [&](std::size_t b, std::size_t plane, std::span<const double> sums) {
      currents.assign(sums.begin(), sums.end());
      mine[by_block ? b : 0].add(plane, currents);
    }};
    execute_layer(chip, view, layer, inputs.subspan(first * rows, n * rows), {n, first / positions, 0, positions},
                  workspaces.local(), out, nullptr, &keep);
  });
  for (const auto& some : met)
    for (std::size_t i = 0; i < ranges.size(); ++i) ranges[i].add(some[i]);
  std::vector<float> values(ranges.size(), 0);
  parallel_for(ranges.size(), [&](std::size_t i) {
    if (lengths[i] > 0) values[i] = ranges[i].full_scale();
  });
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
    const double most = plan.planes.largest * (plan.planes.together ? largest_integral(plan.planes) : 1);
    return rows * largest * plan.v_step_V * most * chip.gain();
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
  correct_columns(chip, view, inputs);
}

}  // namespace bitline::read
