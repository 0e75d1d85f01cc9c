// SPDX-License-Identifier: Apache-2.0
// A network in two: what a sensor computes while it sees, and what follows.
#pragma once

#include "workloads/graph.h"

namespace bitline::workloads {

// `front` ends with the first product, whose output `rest` reads.
struct SplitGraph {
  Graph front, rest;
};

// Throws InputError when the graph has no product, when the first one stands in a loop or shares its weights, or when
// anything after it reads what comes before.
SplitGraph split_after_first_product(const Graph& graph);

}  // namespace bitline::workloads
