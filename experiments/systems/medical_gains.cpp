// SPDX-License-Identifier: Apache-2.0
// The medical experiment over gains.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "experiments/systems/medical.h"

namespace bitline::experiments {

using arch::Medical;
using workloads::DiodeActivation;

namespace {

std::vector<double> on_chips(const std::vector<MedicalRun>& runs) {
  std::vector<double> values;
  for (const MedicalRun& r : runs) values.push_back(r.chips);
  return values;
}

// The same seeds for all gains: those with a device's network at each of them; without such, all at the config's gain.
std::vector<int> seeds_of_gains(const Medical& m, const NetworkPack& pack, const System& system, double own) {
  std::vector<double> slopes;
  for (const double gain : m.gains) slopes.push_back(slope_at(system, gain));
  const std::vector<int> seeds = seeds_with(pack, m.networks.front(), {"device"}, slopes, m.seeds);
  return seeds.size() > 1 ? seeds : seeds_with(pack, m.networks.front(), {"device"}, {slope_at(system, own)}, m.seeds);
}

// What training recorded, over slopes: also of networks that the file does not hold.
run::ExperimentTable trained_table(const NetworkPack& pack, const std::string& kind) {
  const CsvTable& t = pack.networks();
  std::map<std::pair<double, std::string>, std::vector<double>> found;
  for (std::size_t row = 0; row < t.rows(); ++row)
    if (t.text(row, "network") == kind)
      found[{t.number(row, "slope"), t.text(row, "curve")}].push_back(t.number(row, "test_accuracy_rounded"));
  run::ExperimentTable table{
      "trained",
      fmt::format("Test accuracy of the {} as it was trained, weights rounded, products exact, the device's curve with "
                  "its noise; mean +- standard deviation over seeds",
                  kind),
      {"activation", "slope", "seeds", "accuracy", "mean"},
      {}};
  for (const auto& [key, values] : found)
    table.rows.push_back(
        {key.second, key.first, static_cast<double>(values.size()), spread_text(values), mean(values)});
  return table;
}

// A line of the figure: networks of each gain.
struct GainSeries {
  std::string name;
  std::function<MedicalRun(double gain, int seed)> run;
  std::string curve;
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
       "device", true},
      {"ideal, trained at the gain",
       [&](double gain, int seed) {
         return MedicalRun{{kind, "ideal", slope_at(system, gain), seed}, {workloads::TrainedActivation{}, m.sensor}};
       },
       "ideal", true},
      {fmt::format("device, trained at gain {:.3g}", own),
       [&](double gain, int seed) {
         return MedicalRun{{kind, "device", slope_at(system, own), seed}, {diode_of(system, gain), m.sensor}};
       },
       "device", false}};
  run::ExperimentTable table{"gains",
                             fmt::format("Test accuracy of the {} on chips over the gain of the reverse slope; mean +- "
                                         "standard deviation over seeds",
                                         kind),
                             {"activation", "gain", "slope", "seeds", "accuracy", "mean"},
                             {}};
  run::LineFigure figure{"gain of the reverse slope", "test accuracy", {}, true};
  const std::vector<int> seeds = seeds_of_gains(m, pack, system, own);
  for (const GainSeries& s : all) {
    run::LineFigure::Series line{s.name, {}, {}, {}};
    for (const double gain : m.gains) {
      const double trained = slope_at(system, s.trained_at_gain ? gain : own);
      const bool there = std::ranges::all_of(seeds, [&](int seed) { return pack.has({kind, s.curve, trained, seed}); });
      if (!there || seeds.size() < 2) continue;
      std::vector<MedicalRun> runs;
      for (const int seed : seeds) runs.push_back(s.run(gain, seed));
      run_all(runs, pack, set, system);
      const std::vector<double> values = on_chips(runs);
      table.rows.push_back(
          {s.name, gain, slope_at(system, gain), static_cast<double>(seeds.size()), spread_text(values), mean(values)});
      line.x.push_back(gain), line.y.push_back(mean(values));
      line.half_width.push_back(half_width(t_interval(values)));
    }
    if (line.x.size() > 1) figure.series.push_back(std::move(line));
  }
  system.found.tables.push_back(std::move(table));
  if (run::ExperimentTable trained = trained_table(pack, kind); !trained.rows.empty())
    system.found.tables.push_back(std::move(trained));
  if (figure.series.empty()) return;
  system.found.pictures.push_back(
      {"gains",
       fmt::format(
           "Test accuracy of the {} on chips over the gain that sets the reverse slope; bands: 95 % over seeds.", kind),
       std::move(figure)});
}

}  // namespace bitline::experiments
