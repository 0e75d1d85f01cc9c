// SPDX-License-Identifier: Apache-2.0
// What the layers of a chain compute for one image.
#pragma once

#include <string_view>

#include "workloads/network.h"
#include "workloads/operation_counts.h"

namespace bitline {

// Windows of pools count the real pixels they hold; a softmax subtracts the largest value first and divides once, by a
// reciprocal. Weights are read once. Shapes are those of check_network().
OperationCounts operations(const Layer&);

// "linear", "convolution", "max pool" ...
std::string_view operation_name(const Operation&);

// Whether the layer only selects or thresholds values, so that codes of its inputs are codes of its outputs.
bool keeps_codes(const Operation&);

}  // namespace bitline
