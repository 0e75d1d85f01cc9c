// SPDX-License-Identifier: Apache-2.0
// Registers, adders and what is made of them, per bit or per unit, from unit gates (logic/gates.h) or from given
// figures.
//
// Flip-flop: transmission-gate master and slave (Weste, Harris, CMOS VLSI Design, 4th ed. 2011, section 10.3.2): two
// inverters make the clock's two phases for eight pass transistors, charged every cycle; four inverters and the drains
// of the four switches move when the datum changes. Adder: ripple carry of nine NAND2 a bit (the same, section 11.2.1);
// its energy is that of independent random operands: nodes of probability 1/2 toggle with probability 1/2, those of 3/4
// with 3/8; glitches are left out.
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

// One bit written: the clock's edge and, for the technology's share of toggling bits, the datum.
UnitCost register_bit(const Technology&);
double idle_register_J(const Technology&);    // one bit clocked without a new datum
double toggle_register_J(const Technology&);  // what a bit that changes adds; a given energy stands for it

// One bit of one addition; time is the carry through one bit.
UnitCost adder_bit(const Technology&);

// Adding `bits` and keeping the sum: an adder and a register. Time: the carry through all bits.
UnitCost accumulator(const Technology&, int bits);

// One output of `bits` rescaled by a constant of `by` bits (one adder row a bit) and compared (one more).
UnitCost rescaler(const Technology&, int bits, int by);

// One multiply-accumulate of integers: an array multiplier of a x b full adders, an accumulator, and registers for both
// operands.
UnitCost multiply_accumulate(const Technology&, int a_bits, int b_bits, int sum_bits);

}  // namespace bitline::periphery
