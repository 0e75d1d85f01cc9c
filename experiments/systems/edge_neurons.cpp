// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/edge_neurons.h"

#include <algorithm>

namespace bitline::experiments {

using workloads::EdgeMap;
using workloads::Gradients;
using workloads::GreyPicture;

double EdgeNeuron::probability(double amplitude) const {
  return spike_probability(law, amplitude, sensitized ? settled_shift(law, amplitude) : 0);
}

EdgeNeuron fixed_neuron(const arch::SensitizedEdges& e) {
  EdgeNeuron n{e.neuron, false};
  n.law.floor = -1;  // below every amplitude
  return n;
}

EdgeNeuron sensitized_neuron(const arch::SensitizedEdges& e, double largest_shift) {
  EdgeNeuron n{e.neuron, true};
  n.law.largest_shift = largest_shift;
  return n;
}

GreyPicture seen(const GreyPicture& bright, double brightness, double sensor_noise, const Random& random,
                 std::uint32_t picture) {
  GreyPicture dark = bright;
  std::vector<float> z((dark.size() + 3) / 4 * 4, 0.f);
  if (sensor_noise > 0) random.normals({Purpose::sensor_noise, 0, 0, picture}, z);
  for (std::size_t i = 0; i < dark.size(); ++i)
    dark.values[i] = static_cast<float>(brightness * dark.values[i] + sensor_noise * z[i]);
  return dark;
}

std::vector<double> amplitudes(const Gradients& gradients, double reference) {
  const std::vector<float> magnitude = gradients.magnitude();
  std::vector<double> out(magnitude.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::min(magnitude[i] / reference, 1.0);
  return out;
}

EdgeMap spiked_edges(const arch::SensitizedEdges& e, const EdgeNeuron& neuron, const Gradients& gradients,
                     std::span<const double> amplitudes, const Random& random, std::uint32_t picture) {
  EdgeMap map{gradients.height, gradients.width, std::vector<std::uint8_t>(amplitudes.size())};
  std::vector<std::uint32_t> words(amplitudes.size());
  random.words({Purpose::spike, 0, 0, picture}, words);
  for (std::size_t i = 0; i < amplitudes.size(); ++i) {
    constexpr double per_word = 1.0 / (std::uint64_t{1} << 32);
    const int spikes =
        workloads::count_spikes(e.pulses, neuron.probability(amplitudes[i]), (words[i] + 0.5) * per_word);
    map.edge[i] = spikes >= e.edge_rate * e.pulses;
  }
  return map;
}

EdgeMap strong_gradients(const Gradients& gradients, std::span<const double> amplitudes, double least) {
  EdgeMap map{gradients.height, gradients.width, std::vector<std::uint8_t>(amplitudes.size())};
  for (std::size_t i = 0; i < amplitudes.size(); ++i) map.edge[i] = amplitudes[i] >= least;
  return map;
}

}  // namespace bitline::experiments
