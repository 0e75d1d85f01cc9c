// SPDX-License-Identifier: Apache-2.0
// Published figures get ours beside them: the path a config gives is looked up in the finished result.
#pragma once

#include "arch/config.h"
#include "sim/run.h"

namespace bitline::app {

// Figures published under other settings (`with`) are taken from a run with those.
void fill_published(Result& result, const LoadedConfig& loaded, const RunOptions& options);

}  // namespace bitline::app
