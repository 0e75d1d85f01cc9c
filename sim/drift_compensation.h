// SPDX-License-Identifier: Apache-2.0
// Digital compensation of drift: each conversion column's result is multiplied by a factor measured at read time.
#pragma once

#include <span>

#include "sim/interconnect.h"

namespace bitline {

// Sets BlockState::gain of every block as config.compensate says; leaves it empty for `none`. Known inputs: binary
// vectors with half of the rows on, read right after writing (remembered digitally) and at the age of the run; reads of
// both moments are averaged until read noise is lost, and wires are left out of both, since they cancel in the ratio.
// Reference cells: one extra device per row of a block, written to the middle of the window.
void compensate_drift(const Chip& chip, const Device& device, std::span<const PlacedDevices> blocks, ChipState& state);

}  // namespace bitline
