// SPDX-License-Identifier: Apache-2.0
// What a network on generated vehicles sees: rates of its layers, how far they tell the subject, and where its classes
// come from.
#pragma once

#include "experiments/systems/sensitized_networks.h"

namespace bitline::experiments {

// Feature maps of the first layer, distinctiveness of all, class-activation maps of the last.
void add_maps(const arch::SensitizedClassify& c, const arch::VehicleNetworks& v, const DarkNetwork& network,
              const workloads::Graph& graph, const LitPictures& pictures, System& system);

}  // namespace bitline::experiments
