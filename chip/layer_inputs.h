// SPDX-License-Identifier: Apache-2.0
// What layers read: codes of a sample of their input vectors, from the integer truth.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/integer_graph.h"
#include "workloads/samples.h"

namespace bitline::chip {

// [layer](vectors, rows)
using LayerInputs = std::vector<std::vector<std::int16_t>>;

// Of the first `count` samples, at most `positions_each` positions of each, evenly spread and other ones for each
// sample, so that neither borders nor columns of a map decide.
LayerInputs layer_inputs(const workloads::IntegerGraph& network, const workloads::Samples& samples, std::size_t count,
                         std::size_t positions_each);

}  // namespace bitline::chip
