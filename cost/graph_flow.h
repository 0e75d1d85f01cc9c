// SPDX-License-Identifier: Apache-2.0
// The dataflow of a network: every operation in order of computation, and the tensors between them.
#pragma once

#include "chip/chip.h"
#include "cost/dataflow.h"
#include "workloads/integer_graph.h"

namespace bitline::cost {

// Nodes of loops stand once, their counts those of all steps. What only renames values has no node. An activation that
// follows a product and only thresholds is part of the product's rescaling: its codes are clipped anyway. Weights that
// several products share are a layer at the first of them.
Dataflow graph_flow(const chip::Chip& chip, const workloads::IntegerGraph& network);

}  // namespace bitline::cost
