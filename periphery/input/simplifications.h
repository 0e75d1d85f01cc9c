// SPDX-License-Identifier: Apache-2.0
// What the model of drivers and inputs leaves out.
#pragma once

#include <vector>

#include "base/simplification.h"
#include "periphery/input/input.h"

namespace bitline::periphery {

std::vector<Simplification> simplifications(const Input& input);

}  // namespace bitline::periphery
