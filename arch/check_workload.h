// SPDX-License-Identifier: Apache-2.0
// What a workload must be beyond what its single keys say.
#pragma once

#include "arch/config.h"

namespace bitline {

// Finds the files a workload names, beside the config or among the shipped models, and looks at shapes and what the
// chip asks of them. Reports to `reader`; everything else of the config is checked before.
void check_workload(Config& config, const ConfigPath& where, ConfigReader& reader);

}  // namespace bitline
