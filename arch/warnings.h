// SPDX-License-Identifier: Apache-2.0
// What is valid in a config but hardly meant: keys that nothing uses, values beyond what is known
// or what a chip can be (plausibility.h).
#pragma once

#include <vector>

#include "arch/config.h"

namespace bitline::arch {

// In the order of the keys' parts: device, programming, technology. Each says where the key was written, if it was; the
// rest is the same for the resolved config.
std::vector<Diagnostic> warnings(const LoadedConfig&);

// Without the place, as results list them: two copies of one config then have the same result.
std::string placeless(const Diagnostic&);

}  // namespace bitline::arch
