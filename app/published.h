// SPDX-License-Identifier: Apache-2.0
// Published figures get ours beside them: the path a config gives is looked up in the finished result.
#pragma once

#include "arch/config.h"
#include "sim/result.h"

namespace bitline::app {

void fill_published(Result& result, const Config& config);

}  // namespace bitline::app
