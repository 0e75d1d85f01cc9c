// SPDX-License-Identifier: Apache-2.0
#include "run/design.h"

#include <algorithm>

#include "chip/interconnect.h"
#include "chip/wire_sample.h"
#include "chip/wire_study.h"
#include "read/calibrate.h"
#include "run/prepare.h"
#include "run/shelf.h"

namespace bitline::run {

using chip::LayerPlan;

namespace {

std::size_t bytes_of_plan(const LayerPlan& plan) {
  std::size_t bytes = sizeof plan + bytes_of(plan.matrix) + bytes_of(plan.groups);
  for (const mapping::Block& block : plan.blocks) bytes += sizeof block + bytes_of(block.groups);
  return bytes;
}

std::size_t bytes_of_array(const chip::ReducedArray& array) {
  std::size_t bytes = sizeof array + bytes_of(array.g_S);
  for (const auto& e : array.blocks)
    bytes += sizeof e + bytes_of(e.effective_S) + bytes_of(e.reference_effective_S) + bytes_of(*e.source_S);
  return bytes;
}

}  // namespace

std::size_t bytes_of(const Design& d) {
  // Tables of writing are of a few megabytes whatever the network.
  std::size_t bytes = sizeof d + (d.chip.counts_pulses() ? std::size_t{4} << 20 : 0);
  for (const LayerPlan& plan : d.chip.layers) bytes += bytes_of_plan(plan);
  for (const auto& block : d.chip.aims_S) bytes += bytes_of(block);
  for (const auto& block : d.chip.noise_factors) bytes += bytes_of(block);
  for (const auto& array : d.chip.reduced) bytes += bytes_of_array(*array);
  for (const auto& layer : d.mapping.layers) bytes += sizeof layer + layer.blocks.size() * sizeof(PlacedBlock);
  bytes += bytes_of(d.mapping.array_utilisation);
  for (const auto& layer : d.calibration) bytes += bytes_of(layer);
  if (d.wires) bytes += bytes_of(d.wires->drop_map) + bytes_of(d.wires->with_wires) + bytes_of(d.wires->without_wires);
  if (d.chip.measured)
    bytes += static_cast<std::size_t>(d.chip.placement.arrays_used) * 2 * sizeof(double) *
             static_cast<std::size_t>(d.chip.config.array.rows) * static_cast<std::size_t>(d.chip.config.array.columns);
  return bytes;
}

Design design(const arch::Config& settings, std::span<const workloads::IntegerWeights> weights,
              mapping::Placement placement, Isa isa, const SampledInputs& inputs) {
  std::vector<workloads::IntegerWeights> matrices(weights.begin(), weights.end());
  Design d;
  d.mapping = mapping_of(settings, matrices, placement);
  d.chip = chip::build_chip(settings, std::move(matrices), std::move(placement));
  d.chip.isa = isa;
  if (settings.wires.exact()) d.wires = study_wires(d.chip, inputs(chip::sample_images, 1));
  const bool corrects = settings.correct != arch::Correct::none;
  chip::LayerInputs known;
  if (corrects || std::ranges::any_of(d.chip.layers, read::needs_calibration))
    known = inputs(every_sample, read::calibration_positions);
  if (settings.calibrate == arch::Calibrate::ideal) read::calibrate_on_ideal(d.chip, known);
  if (settings.calibrate != arch::Calibrate::ideal || corrects) d.calibration = std::move(known);
  return d;
}

}  // namespace bitline::run
