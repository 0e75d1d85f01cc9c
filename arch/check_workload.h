// SPDX-License-Identifier: Apache-2.0
// What a workload must be beyond what its single keys say.
#pragma once

#include "arch/config.h"

namespace bitline::arch {

// Finds the file a key names: one beside the config (it becomes a full path, so that resolved.yaml finds it from
// anywhere) or a shipped model (its name stays, so that the hash is the same on every machine). "" names none.
void find_file(std::string& file, const std::string& key, const ConfigPath& where, ConfigReader& reader);

// Finds the files a workload names, beside the config (their paths become full paths) or among the shipped models
// (their names stay). Reports to `reader`.
void find_workload_files(Workload& workload, const ConfigPath& where, ConfigReader& reader);

// The same, and looks at shapes and what the chip asks of them; everything else of the config is checked before.
void check_workload(Config& config, const ConfigPath& where, ConfigReader& reader);

}  // namespace bitline::arch
