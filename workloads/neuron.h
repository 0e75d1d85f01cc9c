// SPDX-License-Identifier: Apache-2.0
// Layers of stochastic neurons in a graph: rates in place of a sigmoid's values.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/simplification.h"
#include "workloads/graph.h"

namespace bitline::workloads {

// What users write: the sigmoids of a network become neurons that count spikes. A sigmoid's input is taken for
// (amplitude - half) / slope of the neurons that the network was trained with.
struct SpikingNeurons {
  StochasticNeuron law;
  int pulses = 20;                                    // counted for each value
  std::optional<double> trained_half, trained_slope;  // unset: those of `law`
};
void fields(Visitor&, SpikingNeurons&);
std::vector<Simplification> simplifications(const SpikingNeurons& neurons);

// The graph with a Neuron in place of each sigmoid outside of loops. Throws InputError when there is none.
Graph with_neurons(const Graph& graph, const SpikingNeurons& neurons);

// Number of neurons that share a shift: channels of maps (.., channels, height, width), else the last dimension.
std::size_t neuron_channels(const Shape& shape);

// What a pass over samples knows of its neurons, which are numbered by Neuron::number, and diodes.
struct NeuronPass {
  // Counts are drawn from this, for each sample by its number; none: neurons give the expected rate. So are the diodes
  // of a chip and their noise (workloads/diode.h); none: nominal ones.
  const Random* random = nullptr;
  std::span<const std::vector<double>> shifts{};  // of each layer of neurons, by channel; beyond the last, and empty: 0
  // Amplitudes (samples, shape) that a layer of neurons is driven with. May be called from several threads.
  std::function<void(int number, std::size_t first_sample, const Shape& shape, std::span<const double> amplitudes)>
      observe{};
};

// Where a batch stands in its pass: its first sample's number, and the step of the loops around it.
struct BatchPlace {
  std::size_t first_sample = 0, step = 0;
};

// Rates of a batch of samples. `in` and `out` may be the same.
template <class T>
void count_rates(const Neuron& neuron, const NeuronPass& pass, const BatchPlace& place, std::size_t samples,
                 const Shape& shape, const T* in, T* out);

}  // namespace bitline::workloads
