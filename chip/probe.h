// SPDX-License-Identifier: Apache-2.0
// A layer of all the levels that a layer's weights can have, to see what becomes of them.
#pragma once

#include "chip/chip.h"

namespace bitline::chip {

// `rows` rows of all weight codes from the lowest to the highest: one block, in no array, with the layer's own cell,
// settings, lattice and draws.
LayerPlan probe_plan(const LayerPlan& plan, int rows);

}  // namespace bitline::chip
