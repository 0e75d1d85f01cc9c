// SPDX-License-Identifier: Apache-2.0
// The lattice of a layer's analog sums: effective conductances are rounded to it, so that every sum over binary planes
// is an exact integer in any order.
#pragma once

#include "chip/chip.h"

namespace bitline::chip {

// A lattice with room for what the layer's devices become. The largest conductance a conversion column sees of one cell
// is found on 8192 probe devices (an instance of their own, written to all levels and aged as the config says, to all
// moments of a use in time) and widened by a quarter (the room that the window of write-verify has, too); perfect
// devices that never age need none, so that ideal levels are exact codes of the finest lattice. The lattice is the
// design's: the same for every chip instance, whatever its cells become.
Lattice choose_lattice(const Chip& chip, const LayerPlan& plan);

}  // namespace bitline::chip
