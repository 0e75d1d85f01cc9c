// SPDX-License-Identifier: Apache-2.0
// Published figures get ours beside them: the path a config gives is looked up in the finished result.
#pragma once

#include "run/run.h"

namespace bitline::run {

using RunAgain = std::function<Result(const arch::LoadedConfig&, const RunOptions&)>;

// Figures published under other settings (`with`) are taken from `run_again` with those; figures with the same settings
// share one. A path that names no number is warned of. Figures of
// replaced parts, and where other data stand in those that need the published ones, are left out and listed.
void fill_published(Result& result, const arch::LoadedConfig& loaded, const RunOptions& options,
                    const RunAgain& run_again);

}  // namespace bitline::run
