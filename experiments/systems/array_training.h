// SPDX-License-Identifier: Apache-2.0
// A network of two layers that learns on arrays: sigmoid neurons between them, softmax and cross entropy at the end,
// all digital; a bias is a row whose input is 1. Inputs and errors have as many bits as config.input says.
#pragma once

#include <functional>
#include <vector>

#include "arch/config.h"
#include "experiments/systems/trained_array.h"

namespace bitline::experiments {

// Pictures as inputs of the network, in 0..1 and rounded to the input's bits.
struct Pictures {
  int size = 0, classes = 0;  // values of a picture
  std::vector<float> values;  // (picture, size)
  std::vector<int> labels;
  std::size_t count() const { return labels.size(); }
};

struct TrainingSetup {
  const arch::TrainOnArray& experiment;
  const arch::TrainingAlgorithm& algorithm;
  const arch::Config& chip;  // input, adc, technology
  const TrainedDevice& device;
  const Pictures &train, &test;
};

// What an epoch of training, or an inference after it, used. Energies of devices are 0 where conductances are unknown.
struct TrainingUse {
  double read_J = 0, conversion_J = 0, pulse_J = 0;
  double read_s = 0, update_s = 0;  // one sample after another; layers one after another in reads, together in updates
  double pulses = 0;                // on devices
};

struct TrainingOutcome {
  std::vector<double> accuracy;                   // of the test pictures before training and after each epoch
  std::vector<TrainingUse> epochs;                // each
  TrainingUse inference;                          // a test picture's, after training: read_J, conversion_J, read_s
  double pulses_per_weight = 0, most_pulses = 0;  // over the training, fast arrays included
  std::vector<std::vector<float>> weights;        // of each layer, at the end
};

// Draws hang on `random` alone. `tick` is called after each epoch. Throws Interrupted.
TrainingOutcome train_on_array(const TrainingSetup&, const Random&, const std::function<void()>& tick);

}  // namespace bitline::experiments
