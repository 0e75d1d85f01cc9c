// SPDX-License-Identifier: Apache-2.0
// Networks trained by pulses on the devices that hold their weights (arch/experiments/train_on_array.h).
#include "arch/experiments/train_on_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "experiments/systems/array_training.h"
#include "experiments/systems/training_inputs.h"
#include "experiments/systems/training_report.h"

namespace bitline::experiments {

using arch::TrainOnArray;

namespace {

// The share of the commonest class: what answering it always gives.
double chance_of(const Pictures& test) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(test.classes));
  for (const int label : test.labels) ++counts[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::ranges::max_element(counts)) / static_cast<double>(test.count());
}

void check_size(const TrainOnArray& t, const arch::Config& config, const Pictures& train) {
  const int rows = std::max(train.size, t.hidden) + 1, columns = std::max(t.hidden, train.classes);
  if (config.array.rows < rows)
    refuse_config("array.rows", fmt::format("{} rows, but a layer with its bias has {}", config.array.rows, rows),
                  "make arrays larger, or experiment.border or experiment.hidden smaller");
  if (config.array.columns < columns)
    refuse_config("array.columns", fmt::format("{} columns, but a layer has {}", config.array.columns, columns),
                  "make arrays larger, or experiment.hidden smaller");
}

// Every seed of every group, all at once.
void train_all(std::vector<TrainingGroup*> groups, const TrainOnArray& t, const TrainingData& data, System& system) {
  const auto seeds = static_cast<std::size_t>(t.seeds);
  for (TrainingGroup* g : groups) g->seeds.resize(seeds);
  std::mutex mutex;
  double done = 0;
  const double all = static_cast<double>(groups.size() * seeds) * t.epochs;
  const auto tick = [&] {
    const std::lock_guard lock(mutex);
    system.clock.report(0.02 + 0.98 * ++done / all);
  };
  parallel_for(groups.size() * seeds, [&](std::size_t i) {
    TrainingGroup& g = *groups[i / seeds];
    const Random random(system.config().seed, static_cast<std::uint32_t>(i % seeds));
    g.seeds[i % seeds] =
        train_on_array({t, *g.algorithm, system.config(), *g.device, data.train, data.test}, random, tick);
  });
}

void add_notes(const TrainOnArray& t, const TrainingData& data, System& system) {
  system.found.stands_in = data.stands_in;
  system.found.notes.push_back(
      data.stands_in
          ? fmt::format("Data: {} stands in for {}, which is not there; give --data DIR with it for the published "
                        "figures' own data.",
                        data.name, t.data.front())
          : fmt::format("Data: {}.", data.name));
  system.found.notes.push_back(
      fmt::format("{} epochs of {} pictures of {}, {} {} pictures; each run another set of draws.", t.epochs, t.images,
                  data.train.count(), data.test.count(), t.validation_images ? "validation" : "test"));
  if (t.validation_images)
    system.found.notes.push_back(
        "Accuracies are of pictures held out of the training split, no test picture is read "
        "(experiment.validation_images).");
}

}  // namespace

void run_system(const TrainOnArray& t, System& system) {
  system.clock.begin("data", 0);
  const TrainingData data = load_training_data(t, system);
  check_size(t, system.config(), data.train);
  const auto library = load_library(t, system);
  system.found.seeds = t.seeds;
  add_notes(t, data, system);
  system.found.simplifications = training_leaves_out();

  std::vector<TrainingGroup> algorithms, devices;
  std::optional<TrainedDevice> own;
  const device::Device& device = system.config().device;
  if (!t.algorithms.empty()) own.emplace(trained_device("device", device, false, device.g_min_S, device.g_max_S));
  for (const arch::TrainingAlgorithm& a : t.algorithms) algorithms.push_back({name_of(a), &a, &*own, {}});
  for (const auto& d : library)
    for (const arch::TrainingAlgorithm& a : t.device_algorithms)
      if (d->trained) devices.push_back({d->file.name, &a, &*d->trained, {}});
  std::vector<TrainingGroup*> groups;
  for (auto* list : {&algorithms, &devices})
    for (TrainingGroup& g : *list) groups.push_back(&g);

  system.clock.begin("training", 0.02);
  train_all(groups, t, data, system);
  const auto in_numbers = [](const TrainingGroup& g) {
    return std::holds_alternative<arch::FloatTraining>(*g.algorithm);
  };
  const auto reference = std::ranges::find_if(algorithms, in_numbers);
  const auto on_devices = std::ranges::find_if(groups, [&](const TrainingGroup* g) { return !in_numbers(*g); });
  const TrainingGroup& first = on_devices == groups.end() ? *groups.front() : **on_devices;
  set_quality(
      system.result, "accuracy", first.final_accuracy(),
      reference == algorithms.end() ? std::numeric_limits<double>::quiet_NaN() : mean(reference->final_accuracy()),
      data.test.count());
  add_training_claims(algorithms.empty() ? devices : algorithms, chance_of(data.test), system);
  if (!algorithms.empty()) {
    add_algorithm_tables(algorithms, system);
    add_algorithm_pictures(algorithms, system);
  }
  add_library(library, devices, t.device_algorithms.size(), system);
  add_training_costs(first, system);
}

}  // namespace bitline::experiments
