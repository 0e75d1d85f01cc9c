// SPDX-License-Identifier: Apache-2.0
// What is known of a tensor's values before any sample is seen.
#pragma once

#include <optional>
#include <vector>

#include "workloads/graph.h"

namespace bitline::workloads {

// Values that the file itself makes integers: whole multiples of a step.
struct Steps {
  double step = 1;
  double lowest = 0, highest = 0;  // multiples
};

struct Facts {
  bool nonnegative = false;  // none can be below 0
  bool pixels = false;       // bytes divided by 255, moved or the largest of some
  std::optional<Steps> steps;
};

// Of each of Graph::tensors, given those of the inputs.
std::vector<Facts> facts_of(const Graph& graph, const std::vector<Facts>& inputs);

// Of the inputs of a loop's body, given those of the node's inputs.
std::vector<Facts> facts_in_loop(const Loop& loop, const std::vector<Facts>& in);

}  // namespace bitline::workloads
