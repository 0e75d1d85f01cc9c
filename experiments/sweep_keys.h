// SPDX-License-Identifier: Apache-2.0
// The key of every point of a sweep, without loading every point.
#pragma once

#include "experiments/sweep.h"

namespace bitline::experiments {

// Of one point, from its config as it is loaded. Throws ConfigError.
Key point_key(const Sweep& sweep, const arch::LoadedConfig& point, FileKeys& files);

// Fills sweep.keys; everything else of the sweep is there. The keys of a config that mean something together are read
// once for each combination of their own axes, however many points the others make. Returns by point whether a value of
// it cannot be read: its key says nothing.
std::vector<char> find_keys(Sweep& sweep);

}  // namespace bitline::experiments
