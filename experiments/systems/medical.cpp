// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/medical.h"

#include <fmt/format.h>

#include <algorithm>

#include "run/prepare.h"

namespace bitline::experiments {

using arch::Medical;
using run::TableCell;

namespace {

double configured_gain(const System& system) {
  return std::get<workloads::DiodeActivation>(system.config().workload.activation).gain;
}

// One kind of network, of which each seed was trained twice.
struct Pairs {
  std::string kind;
  std::vector<int> seeds;
  std::vector<MedicalRun> runs;  // device and ideal of each seed, in turn
  std::vector<double> of(std::size_t curve, double MedicalRun::*what) const {
    std::vector<double> values;
    for (std::size_t i = curve; i < runs.size(); i += 2) values.push_back(runs[i].*what);
    return values;
  }
  std::vector<double> differences() const {  // on chips, device - ideal
    std::vector<double> d = of(0, &MedicalRun::chips);
    const std::vector<double> ideal = of(1, &MedicalRun::chips);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= ideal[i];
    return d;
  }
};

Pairs run_pairs(const Medical& m, const std::string& kind, const NetworkPack& pack, const MedicalSet& set,
                System& system) {
  const double slope = slope_at(system, configured_gain(system));
  Pairs pairs{kind, seeds_with(pack, kind, {"device", "ideal"}, {slope}, m.seeds), {}};
  for (const int seed : pairs.seeds) {
    pairs.runs.push_back({{kind, "device", slope, seed}, {diode_of(system, configured_gain(system)), m.sensor}});
    pairs.runs.push_back({{kind, "ideal", slope, seed}, {workloads::TrainedActivation{}, m.sensor}});
  }
  run_all(pairs.runs, pack, set, system);
  return pairs;
}

void add_notes(const Medical& m, const MedicalSet& set, System& system) {
  auto& notes = system.found.notes;
  const std::size_t shown = set.images.test.count();
  if (set.stand_in)
    notes.push_back(
        fmt::format("{} stands in for the medical images of {}, which were not found; with --data DIR they are read. "
                    "Accuracies are "
                    "of clothes: there is no claim, and the comparison with the published accuracy is left out.",
                    set.name, system.config().workload.dataset.name));
  notes.push_back(
      fmt::format("Accuracies are of {} {} test images of {}{}; validation images chose the epoch of training "
                  "that is kept, test images chose nothing.",
                  shown == set.test_images ? "all" : "the first", shown, set.name,
                  shown == set.test_images ? "" : fmt::format(", of {}", set.test_images)));
  notes.push_back(
      fmt::format("The first layer is a sensor: pairs of responsivities of {} bits each, with a spread of {:.3g} %; "
                  "its currents go "
                  "to the diodes unconverted. Other products are on the arrays.",
                  m.sensor.bits, 100 * m.sensor.spread));
  notes.push_back(
      "Energy, time and area are of the arrays and what stands around them. No figure is published for the sensor and "
      "for the diodes: they are not in the costs.");
  system.found.simplifications.push_back(
      {"Sensor",
       {{"Its currents are exact sums, without noise of light, dark current or converter; of its energy, time and area "
         "nothing is published and nothing counted."}}});
}

void add_pairs_table(const std::vector<Pairs>& all, const MedicalSet& set, System& system) {
  run::ExperimentTable table{
      "accuracy",
      "Test accuracy of networks trained and run with the device's activation and with the ideal one; mean +- standard "
      "deviation over seeds. chips: with all their errors; float: exact products and nominal devices without noise, "
      "although "
      "those of the device were trained with it.",
      {"network", "seeds", "device_float", "ideal_float", "device_chips", "ideal_chips", "device_minus_ideal_points",
       "ci95_low_points", "ci95_high_points"},
      {}};
  run::ExperimentTable seeds{
      "networks", "Test accuracy of each trained network", {"network", "activation", "seed", "float", "chips"}, {}};
  for (const Pairs& p : all) {
    const auto text = [&](std::size_t curve, double MedicalRun::*what) { return spread_text(p.of(curve, what)); };
    const std::vector<double> d = p.differences();
    const Interval ci = t_interval(d);
    table.rows.push_back({p.kind, static_cast<double>(p.seeds.size()), text(0, &MedicalRun::real),
                          text(1, &MedicalRun::real), text(0, &MedicalRun::chips), text(1, &MedicalRun::chips),
                          100 * mean(d), 100 * ci.lower, 100 * ci.upper});
    for (const MedicalRun& r : p.runs)
      seeds.rows.push_back({r.network.kind, r.network.curve, static_cast<double>(r.network.seed), r.real, r.chips});
  }
  run::ExperimentTable beside{"beside", "What these accuracies are to be seen beside", {"what", "accuracy"}, {}};
  beside.rows.push_back({"the largest class of the test images, always", set.majority()});
  if (const auto bar = published_accuracy(set.name))
    beside.rows.push_back({"ResNet-18 on these images (Yang et al. 2023, doi:10.1038/s41597-022-01721-8)", *bar});
  const std::vector<double> ideal = all.front().of(1, &MedicalRun::real);
  beside.rows.push_back(
      {fmt::format("{}, ideal activation, float: {}", all.front().kind, spread_text(ideal)), mean(ideal)});
  auto& tables = system.found.tables;
  tables.push_back(std::move(table)), tables.push_back(std::move(beside)), tables.push_back(std::move(seeds));
}

// None on a stand-in: they are about medical images.
void add_claims(const Medical& m, const std::vector<Pairs>& all, const MedicalSet& set, System& system) {
  for (const Pairs& p : all) {
    const bool first = &p == &all.front();
    if (set.stand_in || p.seeds.size() < 2) continue;
    if (!first && p.kind == m.map_network) continue;  // it is there for its maps
    std::vector<double> points = p.differences();
    for (double& d : points) d *= 100;
    system.found.claims.push_back(within(
        first ? "device-equals-ideal" : "device-equals-ideal-" + p.kind,
        fmt::format("accuracy of the {} on {}: device activation less ideal, paired by seed, within {:.3g} points",
                    p.kind, set.name, 100 * m.margin),
        points, 100 * m.margin, "points"));
  }
}

void add_figures(const std::vector<Pairs>& all, const MedicalSet& set, System& system) {
  const std::vector<double> device = all.front().of(0, &MedicalRun::chips);
  set_quality(system.result, "accuracy", device, mean(all.front().of(1, &MedicalRun::real)), set.images.test.count());
  add_figure(system.found, "accuracy", mean(device));
  if (!set.stand_in) add_figure(system.found, "medical_accuracy", mean(device));
  add_figure(system.found, "accuracy_ideal", mean(all.front().of(1, &MedicalRun::chips)));
  add_figure(system.found, "accuracy_float", mean(all.front().of(1, &MedicalRun::real)));
  add_figure(system.found, "majority", set.majority());
  add_figure(system.found, "difference_points", 100 * mean(all.front().differences()));
}

// Mapping, writing and costs of the first seed's network on its chips.
void describe_first(const Pairs& pairs, const NetworkPack& pack, const MedicalSet& set, System& system) {
  const MedicalRun& first = pairs.runs.front();
  const SensorNetwork network(pack.read(first.network), first.hardware, set.images, system);
  std::vector<run::Stage<run::ChipRun>> runs;
  for (int i = 0; i < system.config().instances; ++i) runs.push_back(network.on_chip(static_cast<std::uint32_t>(i)));
  network.describe(runs, system.result);
  const workloads::InputFile file = pack.file();
  system.result.inputs.push_back({std::filesystem::path(file.path).filename().string(), file.checksum});
}

}  // namespace

void run_system(const Medical& m, System& system) {
  system.clock.begin("load", 0);
  const MedicalSet set = load_medical_set(m, system);
  const NetworkPack pack = open_pack(m, set, system);
  add_notes(m, set, system);
  system.clock.begin("pairs", 0.02);
  std::vector<Pairs> all;
  for (const std::string& kind : m.networks) {
    Pairs pairs = run_pairs(m, kind, pack, set, system);
    if (pairs.seeds.size() > (all.empty() ? 1 : 0)) all.push_back(std::move(pairs));
  }
  if (all.empty())
    throw InputError(
        fmt::format("{}: has no two seeds with {} at a reverse slope of {:.3g}, as experiment.networks and "
                    "workload.activation ask for; train them with scripts/train/medical.py",
                    pack.file().path, fmt::format("{}-device and -ideal", m.networks.front()),
                    slope_at(system, configured_gain(system))));
  system.found.seeds = static_cast<int>(all.front().seeds.size());
  add_claims(m, all, set, system);
  add_figures(all, set, system);
  add_pairs_table(all, set, system);
  describe_first(all.front(), pack, set, system);
  Medical there = m;  // with the networks that are
  there.networks.clear();
  for (const Pairs& pairs : all) there.networks.push_back(pairs.kind);
  system.clock.begin("gains", 0.5);
  add_medical_gains(there, pack, set, system);
  system.clock.begin("pictures", 0.95);
  add_training_curves(there, pack, set, system);
  add_class_maps(there, pack, set, system);
}

}  // namespace bitline::experiments
