// SPDX-License-Identifier: Apache-2.0
// The medical experiment over gains, and over its assumed parameters.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "experiments/systems/medical.h"

namespace bitline::experiments {

using arch::Medical;
using workloads::DiodeActivation;

namespace {

std::vector<double> on_chips(const std::vector<MedicalRun>& runs, std::size_t first, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = first; i < first + count; ++i) values.push_back(runs[i].chips);
  return values;
}

double half_width(const std::vector<double>& values) {
  const Interval ci = t_interval(values);
  return (ci.upper - ci.lower) / 2;
}

// A line of the figure and a column of the table: networks of each gain.
struct GainSeries {
  std::string name;
  std::function<MedicalRun(double gain, int seed)> run;
  std::vector<std::string> curves;
  bool trained_at_gain;
};

}  // namespace

void add_medical_gains(const Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system) {
  const std::string& kind = m.networks.front();
  const double own = std::get<DiodeActivation>(system.config().workload.activation).gain;
  const GainSeries all[] = {
      {"device, trained at the gain",
       [&](double gain, int seed) {
         return MedicalRun{{kind, "device", slope_at(system, gain), seed}, {diode_of(system, gain), m.sensor}};
       },
       {"device"},
       true},
      {"ideal, trained at the gain",
       [&](double gain, int seed) {
         return MedicalRun{{kind, "ideal", slope_at(system, gain), seed}, {workloads::TrainedActivation{}, m.sensor}};
       },
       {"ideal"},
       true},
      {fmt::format("device, trained at gain {:.3g}", own),
       [&](double gain, int seed) {
         return MedicalRun{{kind, "device", slope_at(system, own), seed}, {diode_of(system, gain), m.sensor}};
       },
       {"device"},
       false}};
  run::ExperimentTable table{"gains",
                             fmt::format("Test accuracy of the {} on chips over the gain of the reverse slope; mean +- "
                                         "standard deviation over seeds",
                                         kind),
                             {"activation", "gain", "slope", "seeds", "accuracy", "mean"},
                             {}};
  run::LineFigure figure{"gain of the reverse slope", "test accuracy", {}, true};
  for (const GainSeries& s : all) {
    run::LineFigure::Series line{s.name, {}, {}, {}};
    for (const double gain : m.gains) {
      const std::vector<int> seeds =
          seeds_with(pack, kind, s.curves, {slope_at(system, s.trained_at_gain ? gain : own)}, m.seeds);
      if (seeds.size() < 2) continue;
      std::vector<MedicalRun> runs;
      for (const int seed : seeds) runs.push_back(s.run(gain, seed));
      run_all(runs, pack, set, system);
      const std::vector<double> values = on_chips(runs, 0, runs.size());
      table.rows.push_back(
          {s.name, gain, slope_at(system, gain), static_cast<double>(seeds.size()), spread_text(values), mean(values)});
      line.x.push_back(gain), line.y.push_back(mean(values)), line.half_width.push_back(half_width(values));
    }
    if (!line.x.empty()) figure.series.push_back(std::move(line));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"gains",
       fmt::format(
           "Test accuracy of the {} on chips over the gain that sets the reverse slope; bands: 95 % over seeds.", kind),
       std::move(figure)});
}

void add_medical_sensitivity(const Medical& m, const NetworkPack& pack, const MedicalSet& set, System& system) {
  const std::string& kind = m.networks.front();
  const DiodeActivation nominal = std::get<DiodeActivation>(system.config().workload.activation);
  const double slope = slope_at(system, nominal.gain);
  const std::vector<int> seeds = seeds_with(pack, kind, {"device"}, {slope}, m.seeds);
  struct Parameter {
    std::string name;
    double value;
    std::function<void(SensorHardware&, double)> set;
  };
  const auto of_diode = [](double DiodeActivation::*what) {
    return [what](SensorHardware& h, double v) { std::get<DiodeActivation>(h.activation).*what = v; };
  };
  const Parameter parameters[] = {
      {"linear", nominal.linear, of_diode(&DiodeActivation::linear)},
      {"power", nominal.power, of_diode(&DiodeActivation::power)},
      {"slope", *nominal.slope, [](SensorHardware& h, double v) { std::get<DiodeActivation>(h.activation).slope = v; }},
      {"noise", nominal.noise, of_diode(&DiodeActivation::noise)},
      {"spread", nominal.spread, of_diode(&DiodeActivation::spread)},
      {"sensor.spread", m.sensor.spread, [](SensorHardware& h, double v) { h.sensor.spread = v; }}};
  std::vector<MedicalRun> runs;
  const auto add = [&](const std::function<void(SensorHardware&)>& change) {
    for (const int seed : seeds) {
      runs.push_back({{kind, "device", slope, seed}, {diode_of(system, nominal.gain), m.sensor}});
      change(runs.back().hardware);
    }
  };
  add([](SensorHardware&) {});
  for (const Parameter& p : parameters)
    for (const double factor : {0.5, 2.0}) add([&](SensorHardware& h) { p.set(h, factor * p.value); });
  run_all(runs, pack, set, system);
  const std::size_t n = seeds.size();
  run::ExperimentTable table{
      "sensitivity",
      fmt::format("Test accuracy of the {} with the device's activation on chips when an assumed parameter is half or "
                  "twice of what it is; the networks are not trained anew",
                  kind),
      {"parameter", "value", "accuracy_half", "accuracy", "accuracy_double", "loss_half_points", "loss_double_points"},
      {}};
  const std::vector<double> base = on_chips(runs, 0, n);
  for (std::size_t k = 0; k < std::size(parameters); ++k) {
    const std::vector<double> half = on_chips(runs, n * (1 + 2 * k), n), twice = on_chips(runs, n * (2 + 2 * k), n);
    table.rows.push_back({parameters[k].name, parameters[k].value, spread_text(half), spread_text(base),
                          spread_text(twice), 100 * (mean(base) - mean(half)), 100 * (mean(base) - mean(twice))});
  }
  system.found.tables.push_back(std::move(table));
}

}  // namespace bitline::experiments
