// SPDX-License-Identifier: Apache-2.0
#include "run/chip_run.h"

#include <algorithm>

#include "run/observe.h"
#include "run/stage_settings.h"
#include "run/use.h"

namespace bitline::run {

using chip::View;

namespace {

// Of a layer's converters, over its blocks; 0 for ideal ones.
double mean_full_scale_A(const chip::LayerPlan& plan, const View& view) {
  double sum = 0;
  for (const mapping::Block& block : plan.blocks)
    sum += view.blocks[block.id].scale.lsb * view.blocks[block.id].scale.highest * plan.lattice.code_S * plan.v_step_V;
  return plan.blocks.empty() || !common(plan.settings.adc) ? 0 : sum / static_cast<double>(plan.blocks.size());
}

ObserveOptions observing(const Session& session, std::size_t of_sample, const ChipRun* first,
                         const ChipRunOptions& options) {
  ObserveOptions out;
  out.batch = options.batch;
  out.progress = options.progress;
  out.per_sample = first ? 0 : of_sample;
  out.with_pairs.assign(session.chip().layers.size(), counts_pairs(session.chip()));
  if (first && !out.with_pairs.empty()) out.with_pairs[0] = false;
  return out;
}

ChipRun made(const Session& session, std::uint32_t instance, const workloads::Samples& samples,
             const ObserveOptions& options, const ChipRun* first) {
  ChipRun run;
  const View view = session.write_once(instance, &run.writing, first ? nullptr : &run.level_map);
  for (const chip::BlockView& block : view.blocks) run.saturated += block.saturated;
  Observed seen = observe(session.chip(), view, session.network(), samples, options);
  if (!seen.activity.empty()) {
    if (first)
      seen.activity[0].pair_drive = first->first_pairs;
    else
      run.first_pairs = seen.activity[0].pair_drive;
  }
  add_observed(session.chip(), view, seen, 1, run);
  run.outputs = std::move(seen.outputs);
  return run;
}

void add_sums(std::vector<double>& sums, const std::vector<double>& more) {
  sums.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sums[i] += more[i];
}

void add_sums(std::vector<read::Ledger>& sums, const std::vector<read::Ledger>& more) {
  sums.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) sums[i].add(more[i]);
}

}  // namespace

void add_observed(const chip::Chip& chip, const View& view, const Observed& seen, double share, ChipRun& run) {
  const std::size_t layers = chip.layers.size();
  run.ledgers.resize(layers);
  run.clipped.resize(layers), run.conversions.resize(layers), run.full_scale_A.resize(layers);
  for (std::size_t l = 0; l < layers; ++l) {
    const read::Activity& activity = seen.activity[l];
    run.ledgers[l].add(read_ledger(chip.layers[l], view, activity));
    run.clipped[l] += static_cast<double>(activity.clipped);
    run.conversions[l] += static_cast<double>(activity.conversions);
    run.full_scale_A[l] += share * mean_full_scale_A(chip.layers[l], view);
    run.residual = std::max(run.residual, activity.residual);
    run.solved_directly += activity.solved_directly;
  }
  add_sums(run.signal, seen.signal), add_sums(run.noise, seen.noise);
  add_sums(run.of_sample, seen.samples);
}

std::size_t bytes_of(const ChipRun& run) {
  std::size_t bytes = sizeof run + bytes_of(run.outputs) + bytes_of(run.ledgers) + bytes_of(run.of_sample) +
                      bytes_of(run.level_map.intended) + bytes_of(run.level_map.read_back);
  for (const auto& outputs : run.moments) bytes += bytes_of(outputs);
  for (const auto& copy : run.first_pairs)
    for (const auto& group : copy) bytes += bytes_of(group);
  return bytes;
}

Stage<ChipRun> run_chip(const Session& session, std::uint32_t instance, const Stage<workloads::Samples>& samples,
                        std::size_t of_sample, const ChipRun* first, const ChipRunOptions& options, Shelf& shelf) {
  KeyBuilder key = stage_key("chip run");
  key.add("design", session.key()).add("samples", samples.key).add("instance", instance);
  if (!first) key.add("of_sample", of_sample);
  if (counts_reads(session)) key.add("time_per_image", time_per_image_s(session));
  return stage<ChipRun>(shelf, key, [&] {
    if (std::holds_alternative<arch::InTime>(session.config().use))
      return use_chip(session, instance, *samples, first ? 0 : of_sample, !first, options);
    return made(session, instance, *samples, observing(session, of_sample, first, options), first);
  });
}

}  // namespace bitline::run
