// SPDX-License-Identifier: Apache-2.0
// What a config may say but no chip is: slips of a unit or a factor. One table of rules, each with its bound, its
// reason and its remedy. What only a run can know is in run/plausibility.h; both stand in docs/model/plausibility.md.
#pragma once

#include <vector>

#include "arch/config.h"

namespace bitline::arch {

// Of a chip that a network runs on. Each names the key that is most likely wrong.
std::vector<Diagnostic> implausible(const Config&);

}  // namespace bitline::arch
