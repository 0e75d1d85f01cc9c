// SPDX-License-Identifier: Apache-2.0
// What was run, in a few lines: two results side by side can be told apart.
#pragma once

#include <string>
#include <vector>

#include "run/result.h"

namespace bitline::report {

// Network and data, where a network was run on a data set, then the design.
std::vector<run::DesignLine> head_lines(const run::Result&);
// A network was run on arrays with ideal wires.
bool has_ideal_wires(const run::Result&);
// "2 published figures are not compared: device was replaced (level accuracy after writing); ..."; empty: all are.
std::string left_out_text(const run::Result&);
// Of ideal wires: what the technology's metal would do to column currents, and the key that counts it.
std::string metal_text(const std::optional<chip::MetalEffect>&);

}  // namespace bitline::report
