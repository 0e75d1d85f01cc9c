// SPDX-License-Identifier: Apache-2.0
// A neuron for each pixel of a picture, driven with its gradient.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/experiments/sensitized_edges.h"
#include "base/random.h"
#include "workloads/edges.h"

namespace bitline::experiments {

// One kind of neuron: fixed ones have no shift and no floor.
struct EdgeNeuron {
  workloads::StochasticNeuron law;
  bool sensitized = false;
  // Of a spike, where the neuron has settled at the pulses that it gets.
  double probability(double amplitude) const;
};
EdgeNeuron fixed_neuron(const arch::SensitizedEdges&);
EdgeNeuron sensitized_neuron(const arch::SensitizedEdges&, double largest_shift);

// The picture in such light, with the sensor's noise.
workloads::GreyPicture seen(const workloads::GreyPicture& bright, double brightness, double sensor_noise,
                            const Random& random, std::uint32_t picture);

// Gradients over that of amplitude 1, at most 1.
std::vector<double> amplitudes(const workloads::Gradients& gradients, double reference);

// Pixels of which at least `edge_rate` of the pulses made a spike.
workloads::EdgeMap spiked_edges(const arch::SensitizedEdges&, const EdgeNeuron&, const workloads::Gradients& gradients,
                                std::span<const double> amplitudes, const Random& random, std::uint32_t picture);

// Pixels of at least this amplitude.
workloads::EdgeMap strong_gradients(const workloads::Gradients& gradients, std::span<const double> amplitudes,
                                    double least);

}  // namespace bitline::experiments
