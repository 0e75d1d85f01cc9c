// SPDX-License-Identifier: Apache-2.0
// What went into the network: whoever sees values of -2 .. 3 where pixels belong need not wonder about the accuracy.
#pragma once

#include "run/load_stages.h"
#include "run/result.h"

namespace bitline::run {

NetworkInput network_input(const arch::Workload&, const workloads::Graph&, const Stage<workloads::Samples>&, Shelf&);

}  // namespace bitline::run
