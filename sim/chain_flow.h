// SPDX-License-Identifier: Apache-2.0
// The dataflow of a network that is a chain of layers.
#pragma once

#include "sim/chip.h"
#include "sim/dataflow.h"
#include "workloads/network.h"

namespace bitline {

// Of a chain of which only the matrix layers are known: one node each, and one without a name between two of them where
// the number of values changes.
Dataflow chain_flow(const Chip&);

// With every layer of the network. An activation that follows a product and only thresholds is part of the product's
// rescaling: its codes are clipped anyway.
Dataflow chain_flow(const Chip&, const Network&);

}  // namespace bitline
