// SPDX-License-Identifier: Apache-2.0
// On-chip buffers for activations: six-transistor memory in banks of 128 rows, or flip-flops.
#pragma once

#include "periphery/technology/technology.h"

namespace bitline::periphery {

// One bit of one access (mean of a read and a write) of a memory of `bits` bits that is accessed `word` bits at a time;
// area and leakage are those of one bit with its share of the periphery. Bit lines: a read moves one line of each pair
// by a fifth of the supply, a write one over the whole supply. Throws ConfigError where the technology gives no cell.
UnitCost sram_bit(const Technology&, double bits, int word);

// The same with flip-flops: every bit of a word is written, and read through multiplexers.
UnitCost register_file_bit(const Technology&, double bits, int word);

}  // namespace bitline::periphery
