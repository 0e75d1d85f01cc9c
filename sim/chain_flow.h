// SPDX-License-Identifier: Apache-2.0
// The dataflow of a network that is a chain of layers.
#pragma once

#include "sim/chip.h"
#include "sim/dataflow.h"

namespace bitline {

// One node a matrix layer, and one for what lies between two of them where it changes the number of values. A tensor
// has the bits of the codes of the layer that reads it next, the last one those of the last layer's inputs.
Dataflow chain_flow(const Chip&);

}  // namespace bitline
