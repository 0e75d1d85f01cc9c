// SPDX-License-Identifier: Apache-2.0
// A neuron that spikes at random, more readily after weak pulses: its law, and what a layer settles at in an
// environment. Device: NdNiO3:H (Zhang et al., Matter 2024, doi:10.1016/j.matt.2024.03.002).
//
// Amplitudes are pulse fields over a constant, shifts are amplitudes. A pulse of amplitude I makes a spike with
//
//     P(I) = sigma((I - half + D) / slope) for I > floor, else 0;   sigma(x) = 1 / (1 + exp(-x))
//
// where D >= 0 is the shift of a sensitized neuron, 0 of a fixed one.
#pragma once

#include <cstdint>
#include <span>

#include "base/schema.h"

namespace bitline::workloads {

struct StochasticNeuron {
  double half = 0.5;           // amplitude that spikes half of the time
  double slope = 0.02;         // scale of the sigmoid
  double floor = 0.1;          // pulses of this amplitude and weaker never spike and never shift
  double largest_shift = 0.1;  // D_max
  double settled = 0.8;        // probability that repeated weak pulses lead to
  double memory_pulses = 5;    // weak pulses after which 1 - 1/e of the shift is there
};
void fields(Visitor&, StochasticNeuron&);

double spike_probability(const StochasticNeuron& n, double amplitude, double shift = 0);

// Whether such a pulse sensitizes: above the floor, below `half`.
bool is_weak(const StochasticNeuron& n, double amplitude);

// Shift after ever more pulses of one amplitude: that which makes P `settled`, at most largest_shift, 0 unless weak.
double settled_shift(const StochasticNeuron& n, double amplitude);

// A neuron in an environment. `energy`: mean over its pulses of the squared amplitude, 0 for those not above the floor;
// `stored`: the same of the environment in which it was trained. Shift: half (1 - sqrt(energy / stored)), between 0 and
// largest_shift; 0 where `stored` is.
double energy_of(const StochasticNeuron& n, double amplitude);
double environment_shift(const StochasticNeuron& n, double energy, double stored);

// The same without any stored number. A neuron's shift grows with q, the weak pulses without a spike since its last
// reset, as 1 - exp(-q / memory_pulses); a spike or a pulse of `half` and stronger resets it. With pulses drawn from
// `amplitudes`, q is geometric, and the mean shift solves
// D = largest_shift (1 - (1 - r) / (1 - r exp(-1 / memory_pulses))), r = P(weak, no spike | D) / P(above the floor).
double equilibrium_shift(const StochasticNeuron& n, std::span<const double> amplitudes);

// How many of `pulses` spike, a binomial number, by inversion of its distribution: `uniform` in (0, 1).
int count_spikes(int pulses, double probability, double uniform);

}  // namespace bitline::workloads
