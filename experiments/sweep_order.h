// SPDX-License-Identifier: Apache-2.0
// The order in which points run: what is dear to do anew varies slowest, so that neighbours share most of their work.
#pragma once

#include <string_view>

#include "experiments/sweep.h"

namespace bitline::experiments {

// The first stage of a run that a config path changes, the dearest first; all later ones follow from it.
enum class RunStage { network, design, state, view, read, costs, nothing };
RunStage first_stage(std::string_view path);

}  // namespace bitline::experiments
