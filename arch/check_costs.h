// SPDX-License-Identifier: Apache-2.0
// What costs need of a technology beyond what its single keys say.
#pragma once

#include "arch/config.h"

namespace bitline::arch {

// Asks every part of the periphery that the chip has what it costs, so that what is missing is named before a run.
void check_costs(const Config& config, ConfigReader& reader);

}  // namespace bitline::arch
