// SPDX-License-Identifier: Apache-2.0
// The dataflow of a chain of layers of which only shapes are known.
#pragma once

#include "chip/chip.h"
#include "cost/dataflow.h"

namespace bitline::cost {

// Of a chain of which only the matrix layers are known: one node each, and one without a name between two of them where
// the number of values changes.
Dataflow chain_flow(const chip::Chip&);

}  // namespace bitline::cost
