// SPDX-License-Identifier: Apache-2.0
// Each picture in each light, seen by each kind of neuron: what edges are found.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "experiments/systems/edge_neurons.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

struct NamedPicture {
  std::string name;
  workloads::GreyPicture picture;
};

// What is looked at: photographs, the buildings first, or generated pictures, all of which count as buildings.
struct EdgePictures {
  std::vector<NamedPicture> all;
  std::size_t buildings = 0;
  bool photographs = false;
};

// One kind of neuron on one picture in one light, means over draws of noise and spikes.
struct EdgeOutcome {
  workloads::EdgeFigures figures;
  double precision = 0, recall = 0, energy_J = 0;
};

struct EdgeStudy {
  const arch::SensitizedEdges& e;
  EdgePictures pictures;
  double reference = 1;
  std::vector<EdgeNeuron> kinds;
  std::vector<std::string> names;       // of kinds
  std::vector<EdgeOutcome> outcomes{};  // (pictures, brightness, kinds)

  const EdgeOutcome& at(std::size_t picture, std::size_t light, std::size_t kind) const {
    return outcomes[(picture * e.brightness.size() + light) * kinds.size() + kind];
  }
  std::size_t light_of(double brightness) const {
    return static_cast<std::size_t>(std::ranges::find(e.brightness, brightness) - e.brightness.begin());
  }
  std::size_t last() const { return kinds.size() - 1; }
};

// Loads pictures, sets amplitude 1 by them and names the kinds of neurons; what stands in for what goes to the notes.
EdgeStudy open_study(const arch::SensitizedEdges& e, System& system);

// Fills the outcomes.
void look_at_all(EdgeStudy& study, std::uint32_t seed);

}  // namespace bitline::experiments
