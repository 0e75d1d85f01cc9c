// SPDX-License-Identifier: Apache-2.0
// How often one inference uses each part, from the placement alone.
#pragma once

#include <map>

#include "sim/parts.h"

namespace bitline {

// One array's work for one layer and inference.
struct ArrayWork {
  double reads = 0;    // rows driven once
  double drive_s = 0;  // all reads
  double convert_s = 0;
};

struct LayerActions {
  double conversions = 0;
  double samples = 0;                          // columns held for a shared converter
  double selections = 0;                       // turns of an array's converters, one column each
  double register_bits = 0;                    // written into row registers
  double level_setups = 0;                     // analog row levels, one for each row and read
  double partial_sums = 0;                     // additions of pieces beyond the first
  double outputs = 0, macs = 0, products = 0;  // products: multiplications of a digital layer
  double bits_in = 0;                          // moved to arrays: each block gets its rows
  int output_bits = 0;                         // of an activation for the next layer
  double bits_out = 0;                         // of all of them
  double bits_between = 0;                     // partial sums that leave their array
  // Widths: of a sum of a weight's slices; of the adder of planes, which sends finished low bits to the register; of
  // that register.
  int slice_bits = 0, adder_bits = 0, accumulator_bits = 0;
  double slice_sums = 0, plane_sums = 0;  // additions of each
  double digital_s = 0;
  std::map<int, ArrayWork> arrays;  // by array
};

LayerActions actions(const Chip&, const LayerPlan&, const LayerParts&);

// Bits of a row's register for one plane.
int register_bits(const PlanePlan&);
// Bits that hold 0..largest.
int bits_for(double largest);

// Devices that hold weights, all copies.
double mapped_devices(const Chip&);

}  // namespace bitline
