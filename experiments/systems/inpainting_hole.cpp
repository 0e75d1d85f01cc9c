// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "experiments/systems/holed_images.h"
#include "experiments/systems/inpainting_parts.h"

namespace bitline::experiments {

using workloads::Samples;

namespace {

HoleFigures figures_of(const FeatureJudge& judge, const Samples& originals, int hole, std::span<const float> right,
                       std::span<const double> made) {
  const FeatureJudge::Verdict v = judge(with_centres(originals, hole, made));
  return {v.distance, v.accuracy, square_error(made, right)};
}

std::vector<float> mean_centre(const Samples& training, int hole) {
  const std::vector<float> all = centres(training, hole);
  const std::size_t size = all.size() / training.count();
  std::vector<double> sum(size, 0);
  for (std::size_t i = 0; i < all.size(); ++i) sum[i % size] += all[i];
  std::vector<float> mean(size);
  for (std::size_t i = 0; i < size; ++i) mean[i] = static_cast<float>(sum[i] / static_cast<double>(training.count()));
  return mean;
}

// The network on all chips, with the progress of its part of the whole.
run::NetworkRun run_decoder(const arch::Inpainting& i, std::size_t k, const InpaintingSet& set,
                            const run::Stage<Samples>& encoded, System& system) {
  const auto calibration_images = static_cast<std::size_t>(system.config().workload.calibration_images);
  run::LoadedNetwork network = run::quantize_network(
      system.config(), set.decoders[k],
      encoded_images(i.encoder, i.holes[k], set.training, calibration_images, system.shelf), system.shelf);
  run::RunOptions part = system.options;
  const double share = 0.9 / static_cast<double>(i.holes.size());
  if (system.options.progress)
    part.progress = [&, share](double done, const std::string&) {
      system.clock.report(0.05 + share * (static_cast<double>(k) + 0.7 * done));
    };
  run::Result stages;  // their times are within that of the hole
  run::StageClock clock(stages, part);
  return run_network(system.loaded, std::move(network), encoded, part, system.shelf, clock);
}

std::vector<double> first_centres(const std::vector<double>& all, std::size_t images, int hole) {
  const auto values = static_cast<std::ptrdiff_t>(images) * hole * hole;
  return {all.begin(), all.begin() + values};
}

}  // namespace

std::vector<double> HoleOutcome::distances() const {
  std::vector<double> out;
  for (const HoleFigures& c : chips) out.push_back(c.distance);
  return out;
}

std::vector<double> HoleOutcome::differences() const {
  std::vector<double> out = distances();
  for (double& d : out) d -= simulation.distance;
  return out;
}

HoleOutcome run_hole(const arch::Inpainting& i, std::size_t k, const InpaintingSet& set, const FeatureJudge& judge,
                     bool describe, System& system) {
  const int hole = i.holes[k];
  const Samples& originals = *set.test;
  check_hole(originals, hole);
  const std::vector<float> right = centres(originals, hole);
  const run::Stage<Samples> encoded = encoded_images(i.encoder, hole, set.test, originals.count(), system.shelf);
  const run::NetworkRun done = run_decoder(i, k, set, encoded, system);
  if (static_cast<std::size_t>(done.outputs()) * originals.count() != right.size())
    throw InputError(fmt::format("network '{}' makes {} values, but a hole of {} x {} pixels has {}",
                                 done.session.network().graph->name, done.outputs(), hole, hole, hole * hole));
  const auto judged = [&](std::span<const double> made) { return figures_of(judge, originals, hole, right, made); };
  HoleOutcome outcome;
  outcome.hole = hole;
  outcome.empty = judged(std::vector<double>(right.size(), 0));
  outcome.real = judged(*done.right.real);
  outcome.simulation = judged(*done.right.quantized);
  for (std::size_t c = 0; c < done.chips.runs.size(); ++c) outcome.chips.push_back(judged(done.of_chip(c)));
  outcome.mean_hole_error = square_error_of_mean(mean_centre(*set.training, hole), right);
  const std::size_t shown = std::min(static_cast<std::size_t>(i.shown), originals.count());
  outcome.simulated = first_centres(*done.right.quantized, shown, hole);
  outcome.first_chip = first_centres(done.of_chip(0), shown, hole);
  if (describe) run::describe(done, *encoded, system.result);
  return outcome;
}

}  // namespace bitline::experiments
