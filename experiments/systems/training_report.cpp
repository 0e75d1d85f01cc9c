// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/training_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bitline::experiments {

using run::ExperimentTable;
using run::LineFigure;
using run::TableCell;

namespace {

std::string underscored(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

// A figure in joules is unknown without conductances.
TableCell joules(const TrainingGroup& g, double value) {
  return g.device->relative ? TableCell(std::string("no conductances")) : TableCell(value);
}

bool has_devices(const TrainingGroup& g) { return !std::holds_alternative<arch::FloatTraining>(*g.algorithm); }

LineFigure::Series over_epochs(const TrainingGroup& g) {
  LineFigure::Series series{g.name, {}, {}, {}};
  for (std::size_t e = 0; e < g.seeds.front().accuracy.size(); ++e) {
    std::vector<double> at;
    for (const TrainingOutcome& s : g.seeds) at.push_back(100 * s.accuracy[e]);
    series.x.push_back(static_cast<double>(e)), series.y.push_back(mean(at));
    series.half_width.push_back(half_width(t_interval(at)));
  }
  return series;
}

}  // namespace

std::string name_of(const arch::TrainingAlgorithm& a) {
  const auto* sgd = std::get_if<arch::SgdTraining>(&a);
  if (!sgd) return std::visit([](const auto& t) { return std::string(t.type); }, a);
  std::string name = std::visit([](const auto& p) { return std::string("sgd-") + p.type; }, sgd->pulses);
  const auto* counted = std::get_if<arch::CountedPulses>(&sgd->pulses);
  return counted && counted->rounding == arch::PulseRounding::stochastic ? name + "-drawn" : name;
}

std::vector<double> TrainingGroup::final_accuracy() const {
  std::vector<double> out;
  for (const TrainingOutcome& s : seeds) out.push_back(s.accuracy.back());
  return out;
}

double TrainingGroup::mean_of(double (*figure)(const TrainingOutcome&)) const {
  double sum = 0;
  for (const TrainingOutcome& s : seeds) sum += figure(s);
  return sum / static_cast<double>(seeds.size());
}

TrainingUse TrainingGroup::mean_epoch() const {
  TrainingUse sum;
  double n = 0;
  for (const TrainingOutcome& s : seeds)
    for (const TrainingUse& e : s.epochs) {
      sum.read_J += e.read_J, sum.conversion_J += e.conversion_J, sum.pulse_J += e.pulse_J;
      sum.read_s += e.read_s, sum.update_s += e.update_s, sum.pulses += e.pulses;
      ++n;
    }
  for (double* x : {&sum.read_J, &sum.conversion_J, &sum.pulse_J, &sum.read_s, &sum.update_s, &sum.pulses}) *x /= n;
  return sum;
}

void add_training_claims(const std::vector<TrainingGroup>& algorithms, double chance, System& system) {
  bool first = true;
  for (const TrainingGroup& g : algorithms) {
    if (!has_devices(g)) continue;
    std::vector<double> gains;
    for (const TrainingOutcome& s : g.seeds) gains.push_back(s.accuracy.back() - std::max(chance, s.accuracy.front()));
    system.found.claims.push_back(
        above_zero(first ? "learns" : "learns-" + g.name,
                   fmt::format("{}: accuracy after training on the array above chance and above that before", g.name),
                   gains, "fraction"));
    first = false;
  }
  // Against random trains that write each change at once, paired by seed.
  const auto plain = std::ranges::find_if(algorithms, [](const TrainingGroup& g) {
    const auto* sgd = std::get_if<arch::SgdTraining>(g.algorithm);
    return sgd && std::holds_alternative<arch::StochasticPulses>(sgd->pulses);
  });
  if (plain == algorithms.end()) return;
  for (const TrainingGroup& g : algorithms) {
    if (!has_devices(g) || std::holds_alternative<arch::SgdTraining>(*g.algorithm)) continue;
    std::vector<double> gains;
    for (std::size_t s = 0; s < g.seeds.size(); ++s)
      gains.push_back(g.seeds[s].accuracy.back() - plain->seeds[s].accuracy.back());
    system.found.claims.push_back(above_zero(g.name + "-above-" + plain->name,
                                             fmt::format("{} ends above {}", g.name, plain->name), gains, "fraction"));
  }
}

void add_algorithm_tables(const std::vector<TrainingGroup>& algorithms, System& system) {
  ExperimentTable table{"algorithms",
                        "Accuracy after training on arrays of the config's device, and what an epoch used",
                        {"algorithm", "accuracy", "sd_over_seeds", "before", "read_J_per_epoch",
                         "conversion_J_per_epoch", "pulse_J_per_epoch", "read_s_per_epoch", "update_s_per_epoch",
                         "device_pulses_per_epoch", "pulses_per_weight", "pulses_of_busiest_weight"},
                        {}};
  ExperimentTable epochs{"epochs",
                         "Accuracy before training and after each epoch",
                         {"algorithm", "epoch", "accuracy", "ci95_half_width"},
                         {}};
  for (const TrainingGroup& g : algorithms) {
    const std::vector<double> accuracy = g.final_accuracy();
    const TrainingUse use = g.mean_epoch();
    const bool devices = has_devices(g);
    const auto cell = [&](double value) { return devices ? TableCell(value) : TableCell(std::string("-")); };
    table.rows.push_back({g.name, mean(accuracy), standard_deviation(accuracy),
                          g.mean_of([](const TrainingOutcome& o) { return o.accuracy.front(); }), cell(use.read_J),
                          cell(use.conversion_J), cell(use.pulse_J), cell(use.read_s), cell(use.update_s),
                          cell(use.pulses),
                          cell(g.mean_of([](const TrainingOutcome& o) { return o.pulses_per_weight; })),
                          cell(g.mean_of([](const TrainingOutcome& o) { return o.most_pulses; }))});
    add_figure(system.found, "accuracy_of_" + underscored(g.name), mean(accuracy));
    const LineFigure::Series series = over_epochs(g);
    for (std::size_t e = 0; e < series.x.size(); ++e)
      epochs.rows.push_back({g.name, series.x[e], series.y[e] / 100, series.half_width[e] / 100});
  }
  system.found.tables.push_back(std::move(table));
  system.found.tables.push_back(std::move(epochs));
}

namespace {

// Shares of weights in 60 bins of the range that all algorithms' weights fill.
LineFigure histogram(const std::vector<TrainingGroup>& algorithms, std::size_t layer) {
  constexpr int bins = 60;
  float most = 0;
  for (const TrainingGroup& g : algorithms)
    for (const float w : g.seeds.front().weights[layer]) most = std::max(most, std::abs(w));
  LineFigure figure{"weight", "% of weights", {}, false};
  for (const TrainingGroup& g : algorithms) {
    const std::vector<float>& weights = g.seeds.front().weights[layer];
    std::vector<double> counts(bins);
    for (const float w : weights) {
      const double at = (w / most + 1) / 2 * bins;
      counts[static_cast<std::size_t>(std::clamp(at, 0.0, bins - 1.0))] += 100.0 / static_cast<double>(weights.size());
    }
    LineFigure::Series series{g.name, {}, std::move(counts), {}};
    for (int b = 0; b < bins; ++b) series.x.push_back(most * (2 * (b + 0.5) / bins - 1));
    figure.series.push_back(std::move(series));
  }
  return figure;
}

}  // namespace

void add_algorithm_pictures(const std::vector<TrainingGroup>& algorithms, System& system) {
  LineFigure accuracy{"epoch", "accuracy (%)", {}, false};
  for (const TrainingGroup& g : algorithms) accuracy.series.push_back(over_epochs(g));
  auto& pictures = system.found.pictures;
  pictures.push_back(
      {"accuracy", "Accuracy after each epoch of training on the array; bands: 95 % over seeds.", std::move(accuracy)});
  pictures.push_back({"weights-hidden", "Weights of the hidden layer after training, one seed: shares of 60 bins.",
                      histogram(algorithms, 0)});
  pictures.push_back({"weights-output", "Weights of the output layer after training, one seed: shares of 60 bins.",
                      histogram(algorithms, 1)});
}

namespace {

// Whether the file gives the shape of the curve, or assumes it.
std::string curve_of(const LibraryDevice& d) {
  for (const Assumption& a : d.file.notes.assumed)
    if (a.path.find(".update.") != std::string::npos) return "assumed";
  return "given";
}

// What training cost, by its first algorithm.
std::vector<TableCell> costs_of(const TrainingGroup& g) {
  const device::ReportedFacts& reported = g.device->plasticity().reported;
  const auto given = [](const std::optional<double>& x) { return x ? TableCell(*x) : TableCell(std::string("-")); };
  const TrainingUse use = g.mean_epoch();
  const double busiest = g.mean_of([](const TrainingOutcome& o) { return o.most_pulses; });
  std::optional<double> from_reported;
  if (reported.energy_J) from_reported = *reported.energy_J * use.pulses;
  // A sweep goes up the window and down again.
  const double sweep = g.device->pulses.pulses_up() + g.device->pulses.pulses_down();
  return {use.pulses, joules(g, use.pulse_J), given(from_reported),     use.update_s,
          busiest,    busiest / sweep,        given(reported.endurance)};
}

}  // namespace

void add_library(const std::vector<std::unique_ptr<LibraryDevice>>& library, const std::vector<TrainingGroup>& groups,
                 std::size_t algorithms, System& system) {
  if (library.empty() || algorithms == 0) return;
  ExperimentTable table{
      "library",
      "Accuracy after training on arrays of each device by the curve of its file; pulses, energy, time "
      "and wear by the first algorithm, a sweep being up and down the window",
      {"device"},
      {}};
  run::BarFigure bars{"accuracy (%)", {}, {}};
  for (std::size_t a = 0; a < algorithms && !groups.empty(); ++a) {
    bars.series.push_back({name_of(*groups[a].algorithm), {}, {}});
    table.columns.push_back("accuracy_" + bars.series.back().name);
    table.columns.push_back("sd_" + bars.series.back().name);
  }
  for (const char* column : {"curve", "pulses_up", "pulses_down", "device_pulses_per_epoch", "pulse_J_per_epoch",
                             "reported_pulse_J_per_epoch", "update_s_per_epoch", "pulses_of_busiest_weight",
                             "sweeps_of_busiest_weight", "reported_endurance", "not_trained_because"})
    table.columns.push_back(column);
  std::size_t next = 0;
  for (const auto& d : library) {
    std::vector<TableCell>& row = table.rows.emplace_back();
    row.push_back(d->file.name);
    if (!d->trained) {
      row.resize(table.columns.size(), std::string("-"));
      row.back() = d->reason;
      continue;
    }
    bars.names.push_back(d->file.name);
    for (std::size_t a = 0; a < algorithms; ++a) {
      std::vector<double> accuracy = groups[next + a].final_accuracy();
      row.insert(row.end(), {mean(accuracy), standard_deviation(accuracy)});
      if (a == 0) add_figure(system.found, "accuracy_" + underscored(d->file.name), mean(accuracy));
      add_figure(system.found, "accuracy_" + underscored(d->file.name + "-" + bars.series[a].name), mean(accuracy));
      bars.series[a].values.push_back(100 * mean(accuracy));
      bars.series[a].half_width.push_back(100 * half_width(t_interval(accuracy)));
    }
    row.insert(row.end(),
               {curve_of(*d), groups[next].device->pulses.pulses_up(), groups[next].device->pulses.pulses_down()});
    const std::vector<TableCell> costs = costs_of(groups[next]);
    row.insert(row.end(), costs.begin(), costs.end());
    row.emplace_back(std::string());
    next += algorithms;
  }
  system.found.tables.push_back(std::move(table));
  if (!bars.names.empty())
    system.found.pictures.push_back(
        {"library", "Accuracy after training on arrays of each device of the library; lines: 95 % over seeds.",
         std::move(bars)});
}

void add_training_costs(const TrainingGroup& g, System& system) {
  cost::Costs& costs = system.result.costs;
  const double array_J = g.mean_of([](const TrainingOutcome&o) { return o.inference.read_J; }),
               adc_J = g.mean_of([](const TrainingOutcome&o) { return o.inference.conversion_J; }),
               read_s = g.mean_of([](const TrainingOutcome&o) { return o.inference.read_s; });
  costs.energy_J.add(cost::Part::array, array_J);
  costs.energy_J.add(cost::Part::adc, adc_J);
  costs.latency_s.add(cost::Part::array, read_s);
  costs.energy_per_inference_J = costs.energy_low_J = costs.energy_high_J = array_J + adc_J;
  costs.latency_per_inference_s = read_s;
  costs.throughput_per_s = read_s > 0 ? 1 / read_s : 0;
  costs.energy_write_J = g.mean_of([](const TrainingOutcome& o) {
    double sum = 0;
    for (const TrainingUse& e : o.epochs) sum += e.pulse_J;
    return sum;
  });
  costs.write_time_s = g.mean_of([](const TrainingOutcome& o) {
    double sum = 0;
    for (const TrainingUse& e : o.epochs) sum += e.update_s;
    return sum;
  });
  costs.efficiency_definition =
      "Joule heat of devices and conversions of the two forward reads, after training; writing: pulses of the whole "
      "training";
  if (g.device->relative)
    costs.efficiency_definition =
        "Conversions of the two forward reads, after training; the device has no conductances";
}

std::vector<Simplification> training_leaves_out() {
  return {
      {"Pulses",
       {{"Half-selected devices, which see a part of the pulse, keep their state and their heat is not counted."},
        {"Transients have gone when devices are read, and levels do not change between pulses."},
        {"An end of the window that a device meets between two pulses of one update holds it there only after the "
         "last."},
        {"The first weights are written without error."}}},
      {"Reads",
       {{"Lines are ideal; stuck devices and dead lines are left out."},
        {"A read's conductances are those of the mean of the lines before and after an epoch, for its heat alone."}}},
      {"Costs",
       {{"Row drivers, digital sums, activations and what writes and reads sums beside weights are left out."}}}};
}

}  // namespace bitline::experiments
