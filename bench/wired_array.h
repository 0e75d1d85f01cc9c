// SPDX-License-Identifier: Apache-2.0
// Random arrays with resistive lines, for benchmarks.
#pragma once

#include "array/wires/crossbar.h"

namespace bitline::bench {

// Devices of 5 to 100 % of g_max_S, 1 ohm a segment.
array::Crossbar wired_array(int rows, int columns, double g_max_S);

}  // namespace bitline::bench
