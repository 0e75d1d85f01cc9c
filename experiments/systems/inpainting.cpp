// SPDX-License-Identifier: Apache-2.0
// Image inpainting with optical synapses and a decoder on arrays (arch/experiments/inpainting.h). Simulation: ideal
// arrays, which give the integer network to the bit. Experiment: the configured arrays, devices and converters.
#include "arch/experiments/inpainting.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "experiments/systems/inpainting_parts.h"

namespace bitline::experiments {

using arch::Inpainting;
using run::ExperimentTable;

namespace {

std::string size_text(int hole) { return fmt::format("{0} x {0}", hole); }

std::vector<double> of_chips(const HoleOutcome& o, double HoleFigures::*figure) {
  std::vector<double> out;
  for (const HoleFigures& c : o.chips) out.push_back(c.*figure);
  return out;
}

double share_above_zero(std::span<const double> values) {
  return static_cast<double>(std::ranges::count_if(values, [](double v) { return v > 0; })) /
         static_cast<double>(values.size());
}

// By chip, the least that the distance grows from a hole to the next.
std::vector<double> least_growth(const std::vector<HoleOutcome>& outcomes) {
  std::vector<double> least(outcomes.front().chips.size(), std::numeric_limits<double>::infinity());
  for (std::size_t k = 1; k < outcomes.size(); ++k)
    for (std::size_t c = 0; c < least.size(); ++c)
      least[c] = std::min(least[c], outcomes[k].chips[c].distance - outcomes[k - 1].chips[c].distance);
  return least;
}

void add_growth_claim(const std::vector<HoleOutcome>& outcomes, System& system) {
  if (outcomes.size() < 2) return;
  std::string order = fmt::format("{}", outcomes.front().hole);
  for (std::size_t k = 1; k < outcomes.size(); ++k) order += fmt::format(" < {}", outcomes[k].hole);
  run::ExperimentClaim claim = above_zero(
      "frechet-grows", fmt::format("distance grows with the hole ({}), on each chip and in simulation", order),
      least_growth(outcomes), "squared features");
  for (std::size_t k = 1; k < outcomes.size(); ++k)
    claim.holds = claim.holds && outcomes[k].simulation.distance > outcomes[k - 1].simulation.distance;
  system.found.claims.push_back(std::move(claim));
}

void add_claims(const InpaintingSet& set, const std::vector<HoleOutcome>& outcomes, System& system) {
  add_growth_claim(outcomes, system);
  const HoleOutcome& last = outcomes.back();
  if (set.data.experiment_claim)
    system.found.claims.push_back(above_zero(
        fmt::format("experiment-above-simulation-{}", last.hole),
        fmt::format("distance of the experiment above that of the simulation at {} pixels", size_text(last.hole)),
        last.differences(), "squared features"));
}

void add_hole_tables(const std::vector<HoleOutcome>& outcomes, const FeatureJudge& judge, System& system) {
  ExperimentTable distance{
      "distance",
      fmt::format("Frechet distance of classifier features ({}) between completed images and originals. 'empty': "
                  "nothing generated; 'float': the same weights with real activations; 'simulation': ideal arrays. Two "
                  "halves of the originals are {:.2f} apart by chance",
                  judge.features(), judge.chance_distance()),
      {"hole_pixels", "empty", "float", "simulation", "experiment", "experiment_sd", "share_of_chips_above_simulation"},
      {}};
  ExperimentTable error{"square_error",
                        "Mean square error of the hole, and share of completed images that the classifier puts into "
                        "their class",
                        {"hole_pixels", "mean_training_hole", "simulation", "experiment", "experiment_sd",
                         "accuracy_originals", "accuracy_empty", "accuracy_simulation", "accuracy_experiment"},
                        {}};
  for (const HoleOutcome& o : outcomes) {
    const std::vector<double> d = o.distances(), e = of_chips(o, &HoleFigures::square_error);
    distance.rows.push_back({double(o.hole), o.empty.distance, o.real.distance, o.simulation.distance, mean(d),
                             standard_deviation(d), share_above_zero(o.differences())});
    error.rows.push_back({double(o.hole), o.mean_hole_error, o.simulation.square_error, mean(e), standard_deviation(e),
                          judge.original_accuracy(), o.empty.accuracy, o.simulation.accuracy,
                          mean(of_chips(o, &HoleFigures::accuracy))});
  }
  system.found.tables.push_back(std::move(distance));
  system.found.tables.push_back(std::move(error));
}

void add_chip_table(const std::vector<HoleOutcome>& outcomes, System& system) {
  ExperimentTable chips{"chips", "Distance and square error of each chip", {"chip"}, {}};
  for (const HoleOutcome& o : outcomes)
    for (const char* what : {"distance", "square_error"}) chips.columns.push_back(fmt::format("{}_{}", what, o.hole));
  for (std::size_t c = 0; c < outcomes.front().chips.size(); ++c) {
    chips.rows.push_back({double(c)});
    for (const HoleOutcome& o : outcomes) {
      chips.rows.back().push_back(o.chips[c].distance);
      chips.rows.back().push_back(o.chips[c].square_error);
    }
  }
  system.found.tables.push_back(std::move(chips));
}

void add_code_table(const device::PulseTrainEncoder& e, System& system) {
  ExperimentTable codes{"codes",
                        "Currents of the encoder's device after each code of full pulses and none, above g_min and as "
                        "shares of the window: at the end of the last pulse, and one gap later",
                        {"code", "peak", "residual"},
                        {}};
  if (e.train.pulses > 8) return;  // 256 codes
  for (const device::TrainCode& c : device::train_codes(e.train, e.pulsed()))
    codes.rows.push_back({c.code, c.peak, c.residual});
  system.found.tables.push_back(std::move(codes));
}

// Of the mean image: pulses in proportion to their power; the time of a train.
void add_encoder_figures(const device::PulseTrainEncoder& e, const workloads::Samples& images, System& system) {
  const device::Plasticity& p = e.pulsed();
  const double width_s = e.train.width_s.value_or(device::reference_pulse(p, e.train.stimulus).width_s);
  const double gaps = e.train.pulses - (e.train.read == device::ReadMoment::peak ? 1 : 0);
  add_figure(system.found, "encoder_s", e.train.pulses * width_s + gaps * e.train.gap_s);
  if (!e.pulse_energy_J) return;
  const double pulses = std::accumulate(images.values.begin(), images.values.end(), 0.0);
  add_figure(system.found, "encoder_J", *e.pulse_energy_J * pulses / static_cast<double>(images.count()));
}

// `claimed`: the set can carry that errors of arrays raise the distance; else no share stands beside the paper's.
void add_figures(const std::vector<HoleOutcome>& outcomes, bool claimed, const FeatureJudge& judge, System& system) {
  for (const HoleOutcome& o : outcomes) {
    const std::vector<double> d = o.distances();
    const auto add = [&](const char* name, double value) {
      add_figure(system.found, fmt::format("{}_{}", name, o.hole), value);
    };
    add("simulation", o.simulation.distance);
    add("experiment", mean(d));
    if (claimed) add("share_above_simulation", share_above_zero(o.differences()));
  }
  if (outcomes.size() > 1) add_figure(system.found, "share_growing", share_above_zero(least_growth(outcomes)));
  add_figure(system.found, "chance_distance", judge.chance_distance());
}

// The distance of the largest hole; smaller is better.
void set_distance(const HoleOutcome& last, std::size_t images, run::Result& result) {
  set_quality(result, "frechet", last.distances(), last.simulation.distance, images);
  run::Quality& q = result.quality;
  q.reference_float = last.real.distance;
  q.loss = -q.loss;
  q.loss_ci95 = {-q.loss_ci95.upper, -q.loss_ci95.lower};
  result.scores = {q};
}

void add_files(const InpaintingSet& set, run::Result& result) {
  const auto add = [&](const run::Stage<run::ImportedGraph>& graph) {
    for (const run::InputFile& file : graph->files)
      if (std::ranges::none_of(result.inputs, [&](const run::InputFile& f) { return f.name == file.name; }))
        result.inputs.push_back(file);
  };
  for (const auto& decoder : set.decoders) add(decoder);
  add(set.classifier);
}

}  // namespace

// The figures of the encoder stand beside those of the arrays, which are much faster.
void add_cost_note(const Inpainting& i, System& system) {
  std::string encoder;
  for (const auto& [name, value] : system.found.figures)
    if (name == "encoder_s" || name == "encoder_J")
      encoder += (encoder.empty() ? "" : " and ") + pretty(value, name == "encoder_s" ? Unit::second : Unit::joule);
  system.found.notes.push_back(fmt::format(
      "Distances compare features of a classifier of this project; they do not compare with those of others. Costs are "
      "those of the arrays for {} pixels; the optical encoder takes {} for each image beside them",
      size_text(i.holes.back()), encoder));
}

void run_system(const Inpainting& i, System& system) {
  system.clock.begin("data", 0.01);
  const InpaintingSet set = find_inpainting_set(i, system);
  const FeatureJudge judge(set.classifier->graph, *set.test);
  system.found.seeds = system.config().instances, system.found.repeated = "chips";
  std::vector<HoleOutcome> outcomes;
  for (std::size_t k = 0; k < i.holes.size(); ++k) {
    system.clock.begin("hole " + size_text(i.holes[k]),
                       0.05 + 0.9 * static_cast<double>(k) / static_cast<double>(i.holes.size()));
    outcomes.push_back(run_hole(i, k, set, judge, k + 1 == i.holes.size(), system));
  }
  system.clock.begin("pictures", 0.97);
  set_distance(outcomes.back(), set.test->count(), system.result);
  add_files(set, system.result);
  add_claims(set, outcomes, system);
  add_hole_tables(outcomes, judge, system);
  add_chip_table(outcomes, system);
  const auto& encoder = std::get<device::PulseTrainEncoder>(i.encoder);
  add_code_table(encoder, system);
  add_figures(outcomes, set.data.experiment_claim, judge, system);
  add_encoder_figures(encoder, *set.test, system);
  add_cost_note(i, system);
  add_inpainting_pictures(i, set, outcomes, system);
}

}  // namespace bitline::experiments
