// SPDX-License-Identifier: Apache-2.0
// How often one inference uses each part, from the placement alone.
#pragma once

#include <map>

#include "cost/dataflow.h"
#include "cost/parts.h"
#include "read/ledger.h"

namespace bitline::cost {

// One array's work for one layer and inference.
struct ArrayWork {
  double reads = 0;    // rows driven once
  double drive_s = 0;  // all reads
  double convert_s = 0;
};

struct LayerActions {
  read::Ledger planned;          // what does not depend on inputs and conductances
  double outputs = 0, macs = 0;  // bias rows are none
  double bits_in = 0;            // moved to arrays: each block gets its rows
  double bits_out = 0;           // of all outputs
  double bits_between = 0;       // partial sums that leave their array
  // Widths: of an output's code; of a sum of a weight's slices; of the adder of planes, which sends finished low bits
  // to the register; of that register.
  int output_bits = 0, slice_bits = 0, adder_bits = 0, accumulator_bits = 0;
  double digital_s = 0;  // what digital steps add to the time of reads, on arrays
  std::map<int, ArrayWork>
      arrays;                    // by array, of one image; where groups of copies serve images in turn, of the slowest
  std::map<int, double> busy_s;  // by array, of a mean image
};

LayerActions actions(const arch::Config&, const chip::Chip&, const chip::LayerPlan&, const LayerParts&,
                     const NodeTraffic&);

// Devices that hold weights, all copies.
double mapped_devices(const chip::Chip&);

}  // namespace bitline::cost
