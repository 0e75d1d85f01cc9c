// SPDX-License-Identifier: Apache-2.0
#include "workloads/stochastic_neuron.h"

#include <algorithm>
#include <cmath>

namespace bitline::workloads {

void fields(Visitor& v, StochasticNeuron& n) {
  v(n.half, {.key = "half", .meaning = "amplitude that makes a spike half of the time", .positive = true});
  v(n.slope, {.key = "slope", .meaning = "scale of the sigmoid, in amplitudes", .positive = true});
  v(n.floor, {.key = "floor", .meaning = "amplitude up to which pulses neither spike nor sensitize", .min = 0});
  v(n.largest_shift, {.key = "largest_shift", .meaning = "most that weak pulses lower `half`", .min = 0});
  v(n.settled, {.key = "settled",
                .meaning = "probability of a spike that repeated weak pulses lead to",
                .unit = Unit::fraction,
                .min = 0.001,
                .max = 0.999});
  v(n.memory_pulses,
    {.key = "memory_pulses", .meaning = "weak pulses after which 63 % of the shift is there", .positive = true});
}

double spike_probability(const StochasticNeuron& n, double amplitude, double shift) {
  if (amplitude <= n.floor) return 0;
  return 1 / (1 + std::exp(-(amplitude - n.half + shift) / n.slope));
}

bool is_weak(const StochasticNeuron& n, double amplitude) { return amplitude > n.floor && amplitude < n.half; }

double settled_shift(const StochasticNeuron& n, double amplitude) {
  if (!is_weak(n, amplitude)) return 0;
  const double wanted = n.half - amplitude + n.slope * std::log(n.settled / (1 - n.settled));
  return std::clamp(wanted, 0.0, n.largest_shift);
}

double energy_of(const StochasticNeuron& n, double amplitude) {
  return amplitude > n.floor ? amplitude * amplitude : 0;
}

double environment_shift(const StochasticNeuron& n, double energy, double stored) {
  if (!(stored > 0)) return 0;
  return std::clamp(n.half * (1 - std::sqrt(energy / stored)), 0.0, n.largest_shift);
}

double equilibrium_shift(const StochasticNeuron& n, std::span<const double> amplitudes) {
  const double once = std::exp(-1 / n.memory_pulses);
  const auto reached = [&](double shift) {
    double above = 0, silent = 0;
    for (double a : amplitudes) {
      above += a > n.floor;
      if (is_weak(n, a)) silent += 1 - spike_probability(n, a, shift);
    }
    const double r = above > 0 ? silent / above : 0;
    return r < 1 ? n.largest_shift * (1 - (1 - r) / (1 - r * once)) : n.largest_shift;
  };
  // What is reached falls as the shift grows, so there is one shift that reaches itself.
  double low = 0, high = n.largest_shift;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (reached(middle) > middle ? low : high) = middle;
  }
  return (low + high) / 2;
}

int count_spikes(int pulses, double probability, double uniform) {
  if (probability > 0.5) return pulses - count_spikes(pulses, 1 - probability, uniform);
  constexpr double never = 1.0 / (std::uint64_t{1} << 34);  // less than the steps of `uniform`
  if (probability * pulses < never) return 0;
  const double odds = probability / (1 - probability);
  double term = std::pow(1 - probability, pulses);
  int k = 0;
  for (; k < pulses && uniform > term; ++k) {
    uniform -= term;
    term *= odds * (pulses - k) / (k + 1);
  }
  return k;
}

}  // namespace bitline::workloads
