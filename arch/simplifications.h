// SPDX-License-Identifier: Apache-2.0
// What the models of the chip's surroundings leave out: its periphery, how it is written, how layers lie on it.
#pragma once

#include <vector>

#include "arch/config.h"
#include "base/simplification.h"

namespace bitline::arch {

std::vector<Simplification> simplifications(const Periphery& periphery);
std::vector<Simplification> simplifications(const Mapping& mapping);
// Programming needs the device and the technology: what writes cost may come from any of the three.
std::vector<Simplification> writing_simplifications(const Config& config);

}  // namespace bitline::arch
