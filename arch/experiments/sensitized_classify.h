// SPDX-License-Identifier: Apache-2.0
// Networks of stochastic neurons, trained in bright light, that run in the dark: sensitizing neurons beside fixed ones
// (Zhang et al., Matter 2024, doi:10.1016/j.matt.2024.03.002).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arch/experiments/neuron_pulses.h"
#include "base/error.h"
#include "base/schema.h"

namespace bitline::arch {

// A convolutional network on the generated pictures `vehicles`, and mixtures of bright and dark pictures.
struct VehicleNetworks {
  std::vector<std::string> networks;  // ONNX files, each of another seed
  int images = 400;
  std::vector<double> brightness{1, 0.8, 0.6, 0.5, 0.4, 0.3};
  double dark = 0.5;  // brightness of claims and mixtures
  std::vector<double> dark_fractions{0, 0.25, 0.5, 0.75, 1};
};
void fields(Visitor&, VehicleNetworks&);

struct SensitizedClassify {
  static constexpr const char* type = "sensitized-classify";
  static constexpr const char* about = "networks of sensitizing and of fixed neurons over the brightness of pictures";
  std::vector<std::string> networks;  // beside workload.network, each of another seed; each on a chip of its own
  std::vector<double> brightness{1, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1};
  double dark = 0.3;                      // brightness of claims
  std::vector<double> limits{0.1, 0.35};  // largest shifts, the last of which claims are of
  int adaptation = 200;                   // pictures that tell neurons the environment
  double margin = 0.01;                   // of equality in bright light
  std::optional<VehicleNetworks> vehicles;
  NeuronPulses pulse;
};
void fields(Visitor&, SensitizedClassify&);
std::vector<Diagnostic> check(const SensitizedClassify&);  // paths are relative to the experiment

}  // namespace bitline::arch
