// SPDX-License-Identifier: Apache-2.0
// What stands at the ends of an array's lines: row drivers, level shifters for writing, column multiplexers, decoders.
// Sizes follow from what they must carry; energies are those of their own gates (the line's charge is counted with the
// array's geometry).
//
// A chain of inverters, each four times the one before, drives a large load (Weste, Harris, CMOS VLSI Design, 4th ed.
// 2011, section 4.5.3). A transmission gate of k unit inverters' widths has R / (2 k).
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

// Inverters that drive `load_F` over the supply: one activation is on and off again. Time: until the line has moved.
UnitCost buffer_chain(const Technology&, double load_F, const char* part);

// Connects a row line to one of `levels` voltages through transmission gates of `switch_ohm`; time excludes the line.
UnitCost analog_row_driver(const Technology&, double switch_ohm, int levels);

// A digital row: the gates of a row's access transistors, `load_F` with the line.
UnitCost gate_row_driver(const Technology&, double load_F);

// Brings one line to `high_V`, more than core transistors bear: cross-coupled thick-oxide pair and an output inverter
// that carries the `current_A` of one device being written. One action is one write pulse.
UnitCost level_shifter(const Technology&, double high_V, double current_A);

// Connects one of the columns that share a converter: a transmission gate of unit size, as what it passes is a voltage
// that the column's sample-and-hold keeps.
UnitCost column_switch(const Technology&);

// Selects one of `outputs` lines: NAND2 trees and an inverter for each.
UnitCost decoder(const Technology&, int outputs, const char* part);

}  // namespace bitline::periphery
