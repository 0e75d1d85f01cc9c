// SPDX-License-Identifier: Apache-2.0
// What the model of a cell leaves out.
#pragma once

#include <vector>

#include "array/cell.h"
#include "base/simplification.h"

namespace bitline::array {

std::vector<Simplification> simplifications(const Cell& cell);

}  // namespace bitline::array
