// SPDX-License-Identifier: Apache-2.0
// How long blocks keep their arrays busy, counted without the times of a technology.
#pragma once

#include "arch/config.h"
#include "workloads/quantization.h"

namespace bitline::mapping {

// A row of voltages takes either sign; a gated row only has its supply rail, except for a pair whose rails swap.
bool drives_both_signs(arch::Topology topology, const array::CellLayout& cell);

// Conversions one after another that one vector takes of the array that holds such a block: planes x row groups x turns
// of a converter. `columns`: physical ones.
double turns_of_vector(const arch::Array& array, const arch::LayerConfig& layer, const array::CellLayout& cell,
                       const workloads::InputScale& input, int rows, int columns);

}  // namespace bitline::mapping
