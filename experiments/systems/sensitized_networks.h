// SPDX-License-Identifier: Apache-2.0
// What the two parts of the experiment with networks in the dark share (arch/experiments/sensitized_classify.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arch/experiments/sensitized_classify.h"
#include "experiments/systems/dark_network.h"
#include "experiments/systems/system.h"

namespace bitline::experiments {

// Samples [first, first + count) of a set with classes.
workloads::Samples part_of_set(const workloads::Samples& all, std::size_t first, std::size_t count);

// The pictures that neurons remember the light of, those that tell them the present light, and those to be told. The
// first two are of the training part.
struct LitPictures {
  workloads::Samples remembered, environment;
  run::Stage<workloads::Samples> test;
};
LitPictures load_pictures(const arch::Workload& workload, int adaptation, System& system);

// The network of a config on chip `k`, with what it remembers.
struct OpenNetwork {
  std::unique_ptr<run::Session> session;
  std::unique_ptr<DarkNetwork> dark;
};
OpenNetwork open_network(const arch::Config& config, std::size_t k, const LitPictures& pictures, System& system);

arch::Config with_network(arch::Config config, const std::string& network);

// Fixed neurons, those of each limit with stored light.
std::vector<NeuronKind> compared_kinds(const arch::SensitizedClassify& c);

// experiments/systems/sensitized_vehicles.cpp
void run_vehicles(const arch::SensitizedClassify& c, const arch::VehicleNetworks& vehicles, System& system);

}  // namespace bitline::experiments
