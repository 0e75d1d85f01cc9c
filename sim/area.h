// SPDX-License-Identifier: Apache-2.0
// Area by parts, from the bottom: each part's instances times its own area, and what all of them leak.
#pragma once

#include "sim/actions.h"
#include "sim/costs.h"

namespace bitline {

struct ChipArea {
  Breakdown parts_m2;
  double macro_m2 = 0;   // all arrays with what stands around them, until sums are digital
  double leakage_W = 0;  // without the interconnect
  double register_bits = 0;
  double cells_m2() const { return parts_m2.front().second; }
  // With the interconnect between macros and the space between parts.
  Breakdown with(const Path&, const Periphery&) const;
};
ChipArea chip_area(const Chip&, const std::vector<LayerActions>&, const ChipParts&, double buffer_bits);

}  // namespace bitline
