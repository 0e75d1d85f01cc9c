// SPDX-License-Identifier: Apache-2.0
// Area by parts, from the bottom: each part's instances times its own area, and what all of them leak.
#pragma once

#include "cost/digital_parts.h"
#include "cost/interval.h"
#include "cost/part.h"
#include "cost/parts.h"

namespace bitline::cost {

// The widest sums of all layers on arrays: their adders and registers stand at every array.
struct SumWidths {
  int accumulator_bits = 1, adder_bits = 1;
};

struct ChipArea {
  Breakdown parts_m2;
  double macro_m2 = 0;   // all arrays with what stands around them, until sums are digital
  double leakage_W = 0;  // without the interconnect
  double register_bits = 0;
  Deviations deviations_m2, deviations_W;  // of parts_m2, whose cells are exact, and of leakage_W
  // With the interconnect between macros and the space between parts.
  Breakdown with(const Path&, const arch::Periphery&) const;
  // Of that sum: the space between parts is a share of them and errs with them.
  Deviations deviations_with(const Path&, const arch::Periphery&) const;
};
ChipArea chip_area(const arch::Config&, double arrays, const SumWidths&, const ChipParts&, const DigitalParts&,
                   double buffer_bits);

}  // namespace bitline::cost
