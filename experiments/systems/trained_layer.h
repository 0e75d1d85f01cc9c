// SPDX-License-Identifier: Apache-2.0
// One layer of a network that learns: on devices by one of the algorithms, or in numbers.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "arch/experiments/train_on_array.h"
#include "experiments/systems/array_update.h"
#include "experiments/systems/trained_array.h"

namespace bitline::experiments {

// What its arrays did: sums that energies and times follow from.
struct LayerUse {
  std::vector<double> row_squares, column_squares;  // of inputs of forward and transposed reads, summed over reads
  double conversions = 0, row_reads = 0;
  PulseTime pulse_time;
  PulseCounts pulses;
};

class TrainedLayer {
 public:
  virtual ~TrainedLayer() = default;
  virtual void read(std::span<const float> x, std::span<float> out) = 0;
  virtual void read_back(std::span<const float> delta, std::span<float> out) = 0;  // largest |delta| is 1
  virtual void update(const Batch&) = 0;
  virtual std::span<const float> weights() const = 0;
  // Since it was made. Numbers have none.
  virtual LayerUse use() const { return {}; }
  // Null where there are no devices.
  virtual const TrainedArray* array() const { return nullptr; }
  virtual const TrainedArray* fast_array() const { return nullptr; }
};

// Starts from these weights (rows, columns). Arrays take two names from setup.name on.
std::unique_ptr<TrainedLayer> make_layer(const arch::TrainingAlgorithm&, const TrainedDevice&, const ArraySetup&,
                                         std::span<const float> weights, const Random&);

}  // namespace bitline::experiments
