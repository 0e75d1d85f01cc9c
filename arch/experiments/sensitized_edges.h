// SPDX-License-Identifier: Apache-2.0
// Edges of bright and dark pictures by stochastic neurons that sensitize, beside fixed ones (Zhang et al., Matter 2024,
// doi:10.1016/j.matt.2024.03.002).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "arch/experiments/neuron_pulses.h"
#include "base/error.h"
#include "base/schema.h"
#include "workloads/stochastic_neuron.h"

namespace bitline::arch {

struct SensitizedEdges {
  static constexpr const char* type = "sensitized-edges";
  static constexpr const char* about = "edges of pictures that go dark, by sensitizing and by fixed neurons";
  static constexpr std::array<std::string_view, 0> reads{};  // neurons of its own
  int seeds = 3;
  std::vector<std::string> buildings{"china.jpg", "ascent.png"};  // those that figures beside published ones are of
  std::vector<std::string> photographs;                           // further ones
  int generated = 8, generated_size = 192;                        // pictures in place of photographs that are not there
  std::vector<double> brightness{1, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3};
  double dark = 0.6;  // brightness of claims
  double sensor_noise = 0.01;
  double reference_quantile = 0.99;  // of bright gradients: amplitude 1
  int pulses = 30;
  double edge_rate = 0.5;
  double true_edge = 0.25;  // amplitude of the bright picture
  int piece = 10;
  workloads::StochasticNeuron neuron;
  std::vector<double> limits{0.1, 0.35};  // largest shifts, the last of which claims are of
  NeuronPulses pulse;
};
void fields(Visitor&, SensitizedEdges&);
std::vector<Diagnostic> check(const SensitizedEdges&);  // paths are relative to the experiment

}  // namespace bitline::arch
