// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/medical_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "experiments/systems/ranked_sets.h"

namespace bitline::experiments {

using workloads::Split;

namespace {

// Loading refuses a config without it.
const workloads::DiodeActivation& configured(const System& system) {
  return std::get<workloads::DiodeActivation>(system.config().workload.activation);
}

}  // namespace

double MedicalSet::majority() const {
  std::vector<std::size_t> counts(static_cast<std::size_t>(labels().classes), 0);
  for (const int label : labels().of_sample) ++counts[static_cast<std::size_t>(label)];
  return static_cast<double>(std::ranges::max(counts)) / static_cast<double>(labels().of_sample.size());
}

MedicalSet load_medical_set(const arch::Medical& m, System& system) {
  arch::Workload workload = system.config().workload;
  std::vector<workloads::DataSource> by_rank{workload.dataset};
  if (!m.stand_in.empty()) by_rank.push_back(known_set(m.stand_in));
  const RankedSet found = first_usable_set(by_rank, system);
  workload.dataset = by_rank[found.rank];
  const PartOfSet calibration =
                      load_part(workload, Split::train, static_cast<std::size_t>(workload.calibration_images), system),
                  test = load_part(workload, Split::test, static_cast<std::size_t>(workload.images), system);
  MedicalSet set;
  set.name = test.samples->name;
  set.stand_in = found.stands_in();
  set.test_images = test.there;
  set.images = {*calibration.samples, *test.samples};
  if (!std::holds_alternative<workloads::Labels>(set.images.test.truth))
    throw InputError(fmt::format("data set {}: has no single class for each image", set.name));
  return set;
}

NetworkPack open_pack(const arch::Medical& m, const MedicalSet& set, System& system) {
  const std::string file = (std::filesystem::path(m.models) / (set.name + ".zip")).string();
  std::filesystem::path found;
  try {
    found = run::find_workload_file(file, "experiment.models", system.options);
  } catch (const InputError& e) {
    throw InputError(
        fmt::format("{}\nno networks are shipped for {}: train them with scripts/train/medical.py --data "
                    "{}.npz --output DIR, then set experiment.models=DIR (its full path)",
                    e.what(), set.name, set.name));
  }
  return NetworkPack(found);
}

std::optional<double> published_accuracy(const std::string& set) {
  static const std::map<std::string, double> table{
      {"pathmnist", 0.907},      {"dermamnist", 0.735},  {"octmnist", 0.743},
      {"pneumoniamnist", 0.854}, {"breastmnist", 0.863},
  };
  const auto found = table.find(set);
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

void run_all(std::vector<MedicalRun>& runs, const NetworkPack& pack, const MedicalSet& set, System& system) {
  const auto instances = static_cast<std::uint32_t>(system.config().instances);
  parallel_for(runs.size(), [&](std::size_t r) {
    MedicalRun& run = runs[r];
    const workloads::Graph graph = pack.read(run.network);
    if (graph.output_size() != static_cast<std::size_t>(set.labels().classes))
      throw InputError(fmt::format("{}: {} has {} outputs, but {} has {} classes", pack.file().path, run.network.file(),
                                   graph.output_size(), set.name, set.labels().classes));
    const SensorNetwork network(graph, run.hardware, set.images, system);
    run.real = accuracy(network.real(), set.labels());
    double sum = 0;
    for (std::uint32_t i = 0; i < instances; ++i)
      sum += accuracy(network.on_chip(static_cast<std::uint32_t>(run.network.seed - 1) * instances + i)->outputs,
                      set.labels());
    run.chips = sum / instances;
  });
}

workloads::DiodeActivation diode_of(const System& system, std::optional<double> gain) {
  workloads::DiodeActivation diode = configured(system);
  if (gain) {
    diode.gain = *gain;
  } else {
    diode.slope.reset();
    diode.gain = 1;
  }
  return diode;
}

double slope_at(const System& system, double gain) { return *configured(system).slope * gain; }

std::vector<int> seeds_with(const NetworkPack& pack, const std::string& kind, const std::vector<std::string>& curves,
                            const std::vector<double>& slopes, int most) {
  std::vector<int> seeds;
  for (int seed = 1; seed <= most; ++seed) {
    const bool there = std::ranges::all_of(curves, [&](const std::string& curve) {
      return std::ranges::all_of(slopes, [&](double slope) { return pack.has({kind, curve, slope, seed}); });
    });
    if (there) seeds.push_back(seed);
  }
  return seeds;
}

}  // namespace bitline::experiments
