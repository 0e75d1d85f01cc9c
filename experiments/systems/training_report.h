// SPDX-License-Identifier: Apache-2.0
// What is told of networks that learned on arrays: claims, tables, pictures, costs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/systems/array_training.h"
#include "experiments/systems/system.h"
#include "experiments/systems/training_inputs.h"

namespace bitline::experiments {

// One device trained by one algorithm, an outcome for each seed.
struct TrainingGroup {
  std::string name;  // of the algorithm, or of the library's device
  const arch::TrainingAlgorithm* algorithm = nullptr;
  const TrainedDevice* device = nullptr;
  std::vector<TrainingOutcome> seeds;

  std::vector<double> final_accuracy() const;
  double mean_of(double (*figure)(const TrainingOutcome&)) const;
  TrainingUse mean_epoch() const;  // over epochs and seeds
};

// "sgd-stochastic".
std::string name_of(const arch::TrainingAlgorithm&);

// `chance`: share of the commonest class among the test pictures.
void add_training_claims(const std::vector<TrainingGroup>& algorithms, double chance, System&);
void add_algorithm_tables(const std::vector<TrainingGroup>& algorithms, System&);
void add_algorithm_pictures(const std::vector<TrainingGroup>& algorithms, System&);
// Groups in the order of those devices that can be trained, as many for each as there are algorithms.
void add_library(const std::vector<std::unique_ptr<LibraryDevice>>& library, const std::vector<TrainingGroup>& groups,
                 std::size_t algorithms, System&);
void add_training_costs(const TrainingGroup& group, System&);
std::vector<Simplification> training_leaves_out();

}  // namespace bitline::experiments
