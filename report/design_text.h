// SPDX-License-Identifier: Apache-2.0
// What was run, in a few lines: two results side by side can be told apart.
#pragma once

#include <string>

#include "run/result.h"

namespace bitline::report {

// A network was run on arrays with ideal wires.
bool has_ideal_wires(const run::Result&);
// Of ideal wires: what the technology's metal would do to column currents, and the key that counts it.
std::string metal_text(const std::optional<chip::MetalEffect>&);

}  // namespace bitline::report
