// SPDX-License-Identifier: Apache-2.0
// What trains of pulses before do to what a train does to a device (arch/experiments/history.h).
#include "arch/experiments/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "device/plasticity/pulse_code.h"
#include "device/plasticity/trains.h"
#include "device/pulse_heat.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

using arch::History;
using device::Device;
using device::Plasticity;
using device::RegularTrain;
using device::TrainLevels;
using run::ExperimentTable;

namespace {

constexpr double uS = 1e6;

double in_uS(const Device& d, double level) { return conductance_S(d, {level, 0}) * uS; }

RegularTrain train_of(const History& h, double frequency_Hz, int count, double amplitude_V) {
  return {{0, h.width_s, amplitude_V}, frequency_Hz, count};
}

double sign_of(double change, double still) { return std::abs(change) < still ? 0 : change > 0 ? 1 : -1; }

std::vector<TrainLevels> add_sequence(const History& h, const Device& d, System& system) {
  const arch::HistorySequence& s = h.sequence;
  std::vector<RegularTrain> trains;
  for (const double f : s.frequencies_Hz) trains.push_back(train_of(h, f, s.pulses, h.amplitude_V));
  const std::vector<TrainLevels> levels = run_trains(*d.plasticity, s.from, trains, s.gap_s);
  ExperimentTable table{"sequence",
                        "Trains of equal pulses, one after another",
                        {"train", "frequency_Hz", "before_uS", "after_uS", "change_of_window", "sign"},
                        {}};
  run::LineFigure figure{"time (s)", "long-term conductance (uS)", {}, false};
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const TrainLevels& t = levels[k];
    const double sign = sign_of(t.change(), s.still);
    table.rows.push_back(
        {static_cast<double>(k + 1), s.frequencies_Hz[k], in_uS(d, t.before), in_uS(d, t.after()), t.change(), sign});
    add_figure(system.found, fmt::format("sign_{}", k + 1), sign);
    run::LineFigure::Series line{fmt::format("{}: {:g} Hz", k + 1, s.frequencies_Hz[k]), t.time_s, {}, {}};
    for (const double level : t.level) line.y.push_back(in_uS(d, level));
    figure.series.push_back(std::move(line));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"sequence",
       fmt::format(
           "Long-term conductance after each pulse of {:g} V, {:g} us: {} pulses a train, {:g} s between trains.",
           h.amplitude_V, h.width_s * 1e6, s.pulses, s.gap_s),
       std::move(figure)});
  return levels;
}

void add_threshold(const History& h, const Device& d, System& system) {
  const arch::HistoryThreshold& t = h.threshold;
  ExperimentTable table{"threshold",
                        "Frequency of a test train that changes nothing, after a prior train",
                        {"prior_Hz", "threshold_Hz"},
                        {}};
  run::LineFigure figure{"frequency of the test train (Hz)", "change by it (% of the window)", {}, true};
  constexpr int points = 60;
  for (const double prior_Hz : t.priors_Hz) {
    const RegularTrain prior = train_of(h, prior_Hz, t.pulses, h.amplitude_V);
    const auto found = threshold_frequency_Hz(
        *d.plasticity, t.from, prior, train_of(h, 1, t.test_pulses, h.amplitude_V), t.gap_s, t.lowest_Hz, t.highest_Hz);
    table.rows.push_back({prior_Hz, found ? run::TableCell(*found) : run::TableCell(std::string("none"))});
    if (found) add_figure(system.found, fmt::format("threshold_after_{:g}_Hz", prior_Hz), *found);
    run::LineFigure::Series line{fmt::format("after {:g} Hz", prior_Hz), {}, {}, {}};
    for (int i = 0; i <= points; ++i) {
      const double f = t.lowest_Hz * std::pow(t.highest_Hz / t.lowest_Hz, static_cast<double>(i) / points);
      const std::array trains{prior, train_of(h, f, t.test_pulses, h.amplitude_V)};
      line.x.push_back(f);
      line.y.push_back(100 * run_trains(*d.plasticity, t.from, trains, t.gap_s).back().change());
    }
    figure.series.push_back(std::move(line));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"threshold",
       fmt::format("Change by {} pulses, {:g} s after a train of {}: where it crosses 0 slides with the prior train.",
                   t.test_pulses, t.gap_s, t.pulses),
       std::move(figure)});
}

std::string polarity_name(double amplitude_V) {
  return amplitude_V == 0 ? "no prior train" : fmt::format("prior train of {:+g} V", amplitude_V);
}

void add_polarity(const History& h, const Device& d, System& system) {
  const arch::HistoryPolarity& q = h.polarity;
  ExperimentTable table{"polarity",
                        "Change by a test train after a prior train; and of a device that never saw one, at the level "
                        "that the prior train left",
                        {"prior_V", "test_V", "before_test_uS", "change_of_window", "change_without_history"},
                        {}};
  run::LineFigure figure{"pulse of the test train", "change so far (% of the window)", {}, false};
  for (const double prior_V : q.priors_V)
    for (const double test_V : {h.amplitude_V, -h.amplitude_V}) {
      const RegularTrain test = train_of(h, q.test_Hz, q.test_pulses, test_V);
      std::vector<RegularTrain> trains;
      if (prior_V != 0) trains.push_back(train_of(h, q.prior_Hz, q.pulses, prior_V));
      trains.push_back(test);
      const TrainLevels after = run_trains(*d.plasticity, q.from, trains, q.gap_s).back();
      const TrainLevels fresh = run_trains(*d.plasticity, after.before, std::array{test}, q.gap_s).back();
      table.rows.push_back({prior_V, test_V, in_uS(d, after.before), after.change(), fresh.change()});
      run::LineFigure::Series line{fmt::format("{}, test {:+g} V", polarity_name(prior_V), test_V), {0}, {0}, {}};
      for (std::size_t i = 0; i < after.level.size(); ++i) {
        line.x.push_back(static_cast<double>(i + 1));
        line.y.push_back(100 * (after.level[i] - after.before));
      }
      figure.series.push_back(std::move(line));
    }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"polarity",
       fmt::format("Change by a train of {} pulses at {:g} Hz, {:g} s after a train of {} at {:g} Hz.", q.test_pulses,
                   q.test_Hz, q.gap_s, q.pulses, q.prior_Hz),
       std::move(figure)});
}

// Joule heat of the sequence's pulses, by the device's own current law at the level after each.
void add_costs(const History& h, const Device& d, const std::vector<TrainLevels>& sequence, System& system) {
  double heat_J = 0;
  for (const TrainLevels& train : sequence)
    for (const double level : train.level)
      heat_J += pulse_heat_J(d.iv, conductance_S(d, {level, 0}), d.plasticity->v_read_V, h.amplitude_V, h.width_s);
  cost::Costs& costs = system.result.costs;
  costs.energy_J.add(cost::Part::array, heat_J);
  costs.energy_per_inference_J = costs.energy_low_J = costs.energy_high_J = heat_J;
  costs.latency_per_inference_s = sequence.back().time_s.back();
  costs.latency_s.add(cost::Part::array, costs.latency_per_inference_s);
  costs.throughput_per_s = 1 / costs.latency_per_inference_s;
  costs.efficiency_definition = "Joule heat of the device by the pulses of the sequence; its driver is not modelled";
}

}  // namespace

void run_system(const History& h, System& system) {
  const Device& d = system.config().device;
  system.clock.begin("trains", 0.1);
  system.found.seeds = 1, system.found.repeated = "devices";
  system.found.notes.push_back("One device without spread: what its model says, no statistics.");
  if (!d.plasticity->history)
    system.found.notes.push_back(
        "This device has no history (plasticity.history): trains before act through its level "
        "alone.");
  else
    system.found.notes.push_back(
        "The device's history counts positive pulses only: a prior train of negative ones acts through the level that "
        "it leaves (column change_without_history of the table `polarity`).");
  const std::vector<TrainLevels> sequence = add_sequence(h, d, system);
  add_threshold(h, d, system);
  add_polarity(h, d, system);
  std::vector<double> changes;
  for (const TrainLevels& train : sequence) changes.push_back(std::abs(train.change()));
  set_quality(system.result, "change of the window by a train", std::array{*std::ranges::max_element(changes)}, 0, 1);
  add_costs(h, d, sequence, system);
}

}  // namespace bitline::experiments
