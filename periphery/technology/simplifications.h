// SPDX-License-Identifier: Apache-2.0
// What the model of a process leaves out.
#pragma once

#include <vector>

#include "base/simplification.h"
#include "periphery/technology/technology.h"

namespace bitline::periphery {

std::vector<Simplification> simplifications(const Technology& technology);

}  // namespace bitline::periphery
