// SPDX-License-Identifier: Apache-2.0
// The lines of one array as a chip has them: which physical lines there are and what their segments resist.
#pragma once

#include "arch/config.h"
#include "array/wires/crossbar.h"

namespace bitline::arch {

// Both devices of a pair hang on one column, each on its own row line.
bool shares_column(const array::CellLayout& cell);

// Geometry of one array with the chip's own cell.
struct ArrayGeometry {
  int lines_per_row = 1;      // physical row lines of one input
  double column_area_m2 = 0;  // layout of what one row and one column cross
  double row_pitch_m = 0;     // from one physical row line to the next: a segment of a column
  double column_pitch_m = 0;  // from one column to the next: a segment of a row
};
ArrayGeometry array_geometry(const Config&);

// Resistance of `length_m` of the technology's metal in ohm: resistivity at its temperature, times length, over width
// times thickness. Throws ConfigError when the technology names no metal.
double wire_ohm(const Config&, double length_m);

// Resistances of one segment; from the metal and the cell pitch where the config gives none.
struct SegmentResistance {
  double row_ohm = 0, column_ohm = 0;
};
SegmentResistance segment_resistance(const Config&);

// Of voltage-rows and gated-rows arrays.
array::Lines array_lines(const Config&);

}  // namespace bitline::arch
