// SPDX-License-Identifier: Apache-2.0
// Running what a config asks for: its network on its chip, or the experiment that it names.
#pragma once

#include "run/run.h"
#include "run/shelf.h"

namespace bitline::experiments {

// Like run::run(), with Result::experiment where config.experiment is one. Throws InputError, ConfigError, RunError.
run::Result run(const arch::LoadedConfig& loaded, const run::RunOptions& options);
run::Result run(const arch::LoadedConfig& loaded, const run::RunOptions& options, run::Shelf& shelf);

}  // namespace bitline::experiments
