// SPDX-License-Identifier: Apache-2.0
// The first layer of a network as responsivities of a sensor (arch/experiments/medical.h).
#pragma once

#include "arch/experiments/medical.h"
#include "base/random.h"
#include "workloads/graph.h"

namespace bitline::experiments {

// `front`, one product, with weights that a pair of responsivities of `bits` each can hold, one step for each output;
// with a chip's random numbers also their spread from device to device. A responsivity of 0 stays 0.
workloads::Graph with_responsivities(workloads::Graph front, const arch::OpticalLayer& layer, const Random* chip);

}  // namespace bitline::experiments
