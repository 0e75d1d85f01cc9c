// SPDX-License-Identifier: Apache-2.0
// The dataflow of a network: tensors with the bits that buffers hold them in, nodes in order of computation.
#pragma once

#include "sim/dataflow.h"
#include "workloads/integer_graph.h"

namespace bitline {

// Nodes of loops stand once, their counts those of all steps. What only renames values has no node. A tensor has the
// bits of the codes that the next product makes of it, the last ones those of the last product's inputs. Weights that
// several products share are a layer at the first of them.
Dataflow graph_flow(const workloads::IntegerGraph& network);

}  // namespace bitline
