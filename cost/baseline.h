// SPDX-License-Identifier: Apache-2.0
// What the same network costs on digital machines of the same node, so that the analog figure has something to beat.
#pragma once

#include <vector>

#include "cost/costs.h"
#include "cost/tariff.h"

namespace bitline::cost {

// A plane of multiply-accumulate units fed from memory, and memory that computes digitally. From the same gates as the
// analog chip's periphery; inputs and outputs move over the same buffers.
std::vector<Baseline> baselines(const chip::Chip&, const Tariff&);

}  // namespace bitline::cost
