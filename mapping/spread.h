// SPDX-License-Identifier: Apache-2.0
// Fewer turns: blocks that are wanted at the same time go to different arrays.
#pragma once

#include "arch/config.h"
#include "mapping/arrangement.h"

namespace bitline::mapping {

// Moves blocks from the array that works longest to the one that works least, while that shortens the longest work;
// moves that in the end shorten nothing are taken back. Sequential: for each of `levels`, the longest first. Pipelined:
// for all blocks together, then for each level without making the longest work of all longer.
void spread(Arrangement& arrangement, const std::vector<BlockNumbers>& levels, arch::Schedule schedule);

}  // namespace bitline::mapping
