// SPDX-License-Identifier: Apache-2.0
// Digital compensation of drift: each conversion column's result is multiplied by a factor measured at read time.
#pragma once

#include "chip/interconnect.h"
#include "chip/view.h"

namespace bitline::chip {

// Sets BlockView::gain of a block as config.compensate says; leaves it empty for `none`, and to share_drift_gain(),
// which follows for all blocks, where a layer has one factor (global). Known inputs: binary vectors with half of the
// rows on, read right after writing (remembered digitally) and at the age of the run; reads of both moments are
// averaged until read noise is lost, and wires are left out of both, since they cancel in the ratio. Reference cells:
// one extra device per row of a block, written to the middle of the window.
void compensate_drift(const Chip& chip, const device::Device& device, const PlacedDevices& placed, const Random& random,
                      BlockView& view);
void share_drift_gain(const Chip& chip, View& view);

}  // namespace bitline::chip
