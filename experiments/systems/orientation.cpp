// SPDX-License-Identifier: Apache-2.0
// Orientation learning and directions of motion with the tunnel-junction synapse (arch/experiments/orientation.h).
#include "arch/experiments/orientation.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

#include "base/parallel.h"
#include "experiments/systems/bars.h"
#include "experiments/systems/moving_bar.h"
#include "experiments/systems/orientation_learning.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

using arch::Orientation;
using run::ExperimentTable;

namespace {

// What one seed gave.
struct SeedOutcome {
  Learned learned;
  int right = 0, right_slow = 0;  // of 8 directions
};

void warn_of_thresholds(const Orientation& o, run::Result& result) {
  const auto* rule = std::get_if<arch::SlidingThresholdRule>(&o.rule);
  if (!rule) return;
  const ThresholdRange range = threshold_range(o);
  const double start = rule->threshold_Hz + rule->slide_Hz * o.start_low_S / o.g_full_S,
               end = rule->threshold_Hz + rule->slide_Hz;
  if (start > range.lowest_Hz && end < range.highest_Hz) return;
  result.warnings.push_back(
      fmt::format("experiment.rule.threshold: it slides from {:.3g} to {:.3g} Hz, but outputs part only above {:.3g} "
                  "Hz, and bars grow only below {:.3g} Hz, for these rates and this observation",
                  start, end, range.lowest_Hz, range.highest_Hz));
}

std::vector<SeedOutcome> run_seeds(const Orientation& o, System& system) {
  std::vector<SeedOutcome> outcomes(static_cast<std::size_t>(o.seeds));
  const device::Device& device = system.config().device;
  parallel_for(outcomes.size(), [&](std::size_t s) {
    const Random random(system.config().seed, static_cast<std::uint32_t>(s));
    SeedOutcome& outcome = outcomes[s];
    outcome.learned = learn_orientations(o, random);
    outcome.right = directions_right(o.motion, o.motion.step_s, device, random, 0);
    outcome.right_slow = directions_right(o.motion, o.motion.slow_step_s, device, random, 1);
  });
  return outcomes;
}

void add_claims(const std::vector<SeedOutcome>& outcomes, System& system) {
  std::size_t four = 0, eight = 0, fail = 0;
  for (const SeedOutcome& s : outcomes)
    four += s.learned.orientations() == 4, eight += s.right == 8, fail += s.right_slow < 8;
  auto& claims = system.found.claims;
  const Orientation& o = std::get<Orientation>(system.config().experiment);
  claims.push_back(
      in_most("four-orientations", "each output ends on an orientation of its own", four, outcomes.size()));
  claims.push_back(in_most("eight-directions",
                           fmt::format("8 of 8 directions right with steps of {:.3g} s", o.motion.step_s), eight,
                           outcomes.size()));
  claims.push_back(in_most("fails-when-slow",
                           fmt::format("fewer than 8 right with steps of {:.3g} s", o.motion.slow_step_s), fail,
                           outcomes.size()));
}

void add_rates(const std::vector<SeedOutcome>& outcomes, System& system) {
  run::LineFigure figure{"epoch", "Hz", {}, false};
  const Learned& first = outcomes.front().learned;
  const std::vector<double> epochs(first.epochs.begin(), first.epochs.end());
  for (int n = 0; n < outputs; ++n) {
    std::vector<double> preferred, others, threshold;
    for (const RateSnapshot& at : first.rates) {
      const auto& rates = at.rate_Hz[static_cast<std::size_t>(n)];
      const auto best = static_cast<std::size_t>(first.orientation[static_cast<std::size_t>(n)]);
      preferred.push_back(rates[best]);
      others.push_back((std::accumulate(rates.begin(), rates.end(), 0.0) - rates[best]) / (orientations - 1));
      threshold.push_back(at.threshold_Hz[static_cast<std::size_t>(n)]);
    }
    figure.series.push_back({fmt::format("output {}: its bar", n + 1), epochs, preferred});
    figure.series.push_back({fmt::format("output {}: other bars", n + 1), epochs, others});
    if (n == 0) figure.series.push_back({"output 1: threshold", epochs, threshold});
  }
  system.found.pictures.push_back(
      {"rates",
       "Rates of the outputs for the four bars without noise, over the sum of their weights, and the threshold "
       "of the first output, weighted likewise. First seed.",
       std::move(figure)});
}

void add_weight_maps(const std::vector<SeedOutcome>& outcomes, System& system) {
  const Learned& first = outcomes.front().learned;
  run::MatrixFigure maps{"weight", {}, std::pair{0.0, 1.0}};
  for (std::size_t k = 0; k < first.weights.size(); ++k)
    for (int n = 0; n < outputs; ++n) {
      const auto w = std::span(first.weights[k]).subspan(static_cast<std::size_t>(n) * pixels, pixels);
      maps.panels.push_back({fmt::format("epoch {}, output {}", first.map_epochs[k], n + 1), field, field,
                             std::vector<float>(w.begin(), w.end())});
    }
  system.found.pictures.push_back(
      {"weights", "Weights of the four outputs while they learn, as 9 x 9 fields. First seed.", std::move(maps)});
}

void add_tables(const std::vector<SeedOutcome>& outcomes, System& system) {
  ExperimentTable seeds{"seeds",
                        "What each seed ended with",
                        {"seed", "orientations", "first_distinct_epoch", "directions_right", "directions_right_slow"},
                        {}};
  std::size_t four = 0, eight = 0;
  for (std::size_t s = 0; s < outcomes.size(); ++s) {
    const SeedOutcome& one = outcomes[s];
    seeds.rows.push_back({static_cast<double>(s), static_cast<double>(one.learned.orientations()),
                          one.learned.first_distinct ? run::TableCell(static_cast<double>(*one.learned.first_distinct))
                                                     : run::TableCell(std::string("never")),
                          static_cast<double>(one.right), static_cast<double>(one.right_slow)});
    four += one.learned.orientations() == 4, eight += one.right == 8;
  }
  const double n = static_cast<double>(outcomes.size());
  add_figure(system.found, "share_four_orientations", static_cast<double>(four) / n);
  add_figure(system.found, "share_eight_directions", static_cast<double>(eight) / n);
  add_figure(system.found, "orientations", outcomes.front().learned.orientations());
  add_figure(system.found, "directions", outcomes.front().right);
  system.found.tables.push_back(std::move(seeds));
}

// Directions right over the time of a step, with the same draws for each.
void add_speed_curve(const Orientation& o, System& system) {
  const auto& steps_s = arch::MovingBar::steps_s;
  ExperimentTable table{"speed",
                        "Directions right over the time from one position to the next",
                        {"step_s", "right_of_8", "share_all_right"},
                        {}};
  run::LineFigure::Series series{"directions right of 8", {}, {}, {}};
  for (std::size_t k = 0; k < steps_s.size(); ++k) {
    std::vector<double> right(static_cast<std::size_t>(o.seeds));
    parallel_for(right.size(), [&](std::size_t s) {
      const Random random(system.config().seed, static_cast<std::uint32_t>(s));
      right[s] =
          directions_right(o.motion, steps_s[k], system.config().device, random, static_cast<std::uint32_t>(2 + k));
    });
    const auto all = static_cast<double>(std::ranges::count(right, 8.0));
    table.rows.push_back({steps_s[k], mean(right), all / static_cast<double>(right.size())});
    series.x.push_back(steps_s[k]), series.y.push_back(mean(right));
    series.half_width.push_back(half_width(t_interval(right)));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"speed",
       "Directions read rightly from what is left of the pulses, over the speed of the bar; band: 95 % over seeds.",
       run::LineFigure{"time of a step (s)", "of 8", {std::move(series)}, true}});
}

std::vector<Simplification> left_out() {
  return {
      {"Learning",
       {{"Weights change by the rule, not by pulse trains of the device's own model; its read noise and drift while "
         "it learns are left out. Weights end at 0, below the g_min that is assumed of the device: with weights that "
         "end "
         "there the four orientations are learned too, but no output's own bar lies above its threshold."}}},
      {"Motion", {{"Each device is read once; lines and converters are ideal."}}},
      {"Costs", {{"Joule heat of the synapses when input pulses read them; writing and circuits are left out."}}}};
}

// Joule heat of readings; conductances as learned. Peripheral circuits are not in it.
void add_costs(const Orientation& o, const std::vector<SeedOutcome>& outcomes, System& system) {
  double weight = 0;  // all synapses together, mean over seeds
  for (const SeedOutcome& s : outcomes)
    weight += std::accumulate(s.learned.weights.back().begin(), s.learned.weights.back().end(), 0.0) /
              static_cast<double>(outcomes.size());
  const double events = pixels * o.observation_s * (o.bar_Hz * field + o.field_Hz * (pixels - field)) / pixels;
  cost::Costs& costs = system.result.costs;
  // Each input pulse reads the four synapses of its row.
  const double read_J = o.read_V * o.read_V * o.read_s * o.g_full_S * weight / pixels * events;
  costs.energy_J.add(cost::Part::array, read_J);
  costs.latency_s.add(cost::Part::array, o.observation_s);
  costs.energy_per_inference_J = costs.energy_low_J = costs.energy_high_J = read_J;
  costs.latency_per_inference_s = o.observation_s;
  costs.throughput_per_s = 1 / o.observation_s;
  costs.efficiency_definition =
      "Joule heat of the synapses alone: each input pulse reads its four devices; the circuits around them are not "
      "modelled";
}

}  // namespace

void run_system(const Orientation& o, System& system) {
  system.clock.begin("seeds", 0.05);
  system.found.seeds = o.seeds;
  system.found.notes.push_back("Bars and spike trains are generated; no data set is read.");
  system.found.simplifications = left_out();
  warn_of_thresholds(o, system.result);
  const std::vector<SeedOutcome> outcomes = run_seeds(o, system);
  system.clock.begin("speeds", 0.7);
  std::vector<double> distinct;
  for (const SeedOutcome& s : outcomes) distinct.push_back(s.learned.orientations());
  set_quality(system.result, "orientations", distinct, orientations, static_cast<std::size_t>(orientations));
  add_claims(outcomes, system);
  add_tables(outcomes, system);
  add_speed_curve(o, system);
  add_weight_maps(outcomes, system);
  add_rates(outcomes, system);
  add_costs(o, outcomes, system);
}

}  // namespace bitline::experiments
