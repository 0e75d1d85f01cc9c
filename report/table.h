// SPDX-License-Identifier: Apache-2.0
// What a person reads on the terminal.
#pragma once

#include <string>

#include "run/result.h"

namespace bitline::report {

// A run in about 40 lines of at most 100 characters: quality with its intervals, writing, costs with their parts,
// mapping, layers, published figures beside ours, assumptions, warnings. `color`: ANSI escape sequences. UTF-8.
std::string summary(const run::Result& result, bool color);

// What `map` prints: every block of every layer, and how full each array is.
std::string mapping_table(const run::MappingResult& mapping);

}  // namespace bitline::report
