// SPDX-License-Identifier: Apache-2.0
// Which products can be computed at the same time.
#pragma once

#include <vector>

#include "workloads/graph.h"

namespace bitline::workloads {

// Of each of the graph's weights, where they are used first: how many products lie on the longest way to them from the
// inputs, in a loop from what it is given. Neither of two products of one level needs the other's result.
std::vector<int> levels_of_weights(const Graph& graph);

}  // namespace bitline::workloads
