// SPDX-License-Identifier: Apache-2.0
// result.json: a Result as one JSON document whose keys users and scripts rely on.
#pragma once

#include <optional>
#include <string>

#include "run/result.h"

namespace bitline::run {

// Raised when a key of result.json changes its meaning or goes away.
inline constexpr int result_schema_version = 1;

// The document, indented by 2, ending in a newline. Unset values are null, and so is an infinite snr_db: a layer that
// deviates nowhere has none. Costs from layer shapes have null for all that only a run gives. Throws RunError naming
// the key of any other number that is not finite.
std::string result_json(const Result& result);

// The number at a path of that document: "write.level_accuracy", "energy.breakdown_J.adc", "layers.fc1.snr_db"
// (elements of a list go by their name or their position). Empty when the path leads nowhere or to something that is
// not a number. Throws like result_json.
std::optional<double> lookup(const Result& result, const std::string& path);

// What `map --json` prints: the `mapping` of result.json with, beyond it, the size and the use of the arrays and which
// part of its layer each block holds.
std::string mapping_json(const MappingResult& mapping);

}  // namespace bitline::run
