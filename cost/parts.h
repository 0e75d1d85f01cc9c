// SPDX-License-Identifier: Apache-2.0
// Every part of a chip with what one action and one instance of it cost: the table that counts are multiplied with, and
// that reports print, so that each joule can be traced. Sizes follow from the array's own geometry.
#pragma once

#include "arch/lines.h"
#include "chip/chip.h"

namespace bitline::cost {

// Lines of one array: what they hold, and how long a read takes to settle.
struct ArrayLines {
  double lines = 0;                    // physical row lines
  double reference_columns = 0;        // of offset cells
  double row_F = 0, column_F = 0;      // wire and the drains or gates of its cells
  double row_ohm = 0, column_ohm = 0;  // of the whole line; 0 with ideal wires
  double side_m = 0;                   // of the cells
  double cells_m2 = 0;                 // with reference columns
};

// Parts whose kind may differ by layer.
struct LayerParts {
  periphery::UnitCost adc, row_driver, column_switch, mux_decoder, sample_hold, dac;
  double converters = 0;  // of one array
  double outputs = 0;     // columns that are converted, of one array
  double settle_s = 0;    // row and column to half an LSB
  int shared_by = 1;
  bool holds = false;  // a sample of each column: converters take turns, or planes are integrated
};

struct ChipParts {
  ArrayLines lines;
  LayerParts own;  // of a layer that overrides none: the parts whose instances the area counts
  periphery::UnitCost register_bit, adder_bit, buffer_bit, level_shifter;
  bool level_shifters = false;  // the write voltage is above what core transistors bear
  double idle_register_J = 0;
};

// Bits of a row's register for one plane.
int register_bits(const periphery::PlanePlan&);
// Bits that hold 0..largest.
int bits_for(double largest);

// Of a digital layer's sums.
int digital_sum_bits(const chip::LayerPlan&);

// One bit of a memory of the buffers' kind.
periphery::UnitCost memory_bit(const arch::Config&, double bits, int word);

ArrayLines line_loads(const arch::Config&);
ChipParts chip_parts(const arch::Config&, double buffer_bits);
LayerParts layer_parts(const arch::Config&, const arch::LayerConfig&, const ArrayLines&);

// A bit's way between the buffers and one of `arrays` arrays of `macro_m2` each.
struct Path {
  periphery::UnitCost bit;    // energy and time of one bit's way
  periphery::UnitCost whole;  // area and leakage of the whole tree or mesh
};
Path transfer_path(const arch::Config&, double arrays, double macro_m2);

}  // namespace bitline::cost
