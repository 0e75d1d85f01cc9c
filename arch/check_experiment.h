// SPDX-License-Identifier: Apache-2.0
// What an experiment must be beyond what its single keys say, and what it needs of the rest of the config.
#pragma once

#include <vector>

#include "arch/config.h"

namespace bitline::arch {

// All that a run would refuse of the config alone. Paths are those of the config ("experiment.holes").
std::vector<Diagnostic> check_experiment(const Config&);

// The same with the places in the config, and published figures that came with a base whose experiment is replaced.
void check_experiment(const Config&, const ConfigPath& where, ConfigReader& reader);

}  // namespace bitline::arch
