// SPDX-License-Identifier: Apache-2.0
// What a run would warn of that hangs on the placed network alone, told before anything is read.
#pragma once

#include <string>
#include <vector>

#include "run/run.h"

namespace bitline::run {

// Warnings of costs and of wear: lines that settle after a read ends, reloads without a price, a pipeline held back.
// Nothing for layer shapes. Reads network and calibration data. Throws ConfigError, InputError, RunError.
std::vector<std::string> foreseen_warnings(const arch::LoadedConfig& loaded, const RunOptions& options);

}  // namespace bitline::run
