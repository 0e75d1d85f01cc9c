// SPDX-License-Identifier: Apache-2.0
// What the model of an array's wires leaves out.
#pragma once

#include <vector>

#include "array/wires/wires.h"
#include "base/simplification.h"

namespace bitline::array {

// `gated`: inputs switch rows instead of driving them with voltages. `solved`: every read is a circuit of its own
// (gated rows, curved devices).
std::vector<Simplification> simplifications(const Wires& wires, bool gated, bool solved);

}  // namespace bitline::array
