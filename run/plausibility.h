// SPDX-License-Identifier: Apache-2.0
// What a result may say but no working chip does. One table of rules, as arch/plausibility.h is for configs; both stand
// in docs/model/plausibility.md.
#pragma once

#include <string>
#include <vector>

#include "run/result.h"

namespace bitline::run {

// Each with its remedy in brackets.
std::vector<std::string> implausible(const Result&);

}  // namespace bitline::run
