// SPDX-License-Identifier: Apache-2.0
// What a chip must be beyond what its single keys say.
#pragma once

#include <string>

#include "arch/config.h"

namespace bitline::arch {

// Problems no single field can see. Each is looked for only where its fields are sound, so that one mistake gives one
// diagnostic. `at` is "" for the chip and "layers.NAME." for a layer.
void check_parts(const Config& config, const LayerConfig& parts, const std::string& at, ConfigReader& reader);
// The whole chip, its common parts included.
void check_chip(const Config& config, ConfigReader& reader);

}  // namespace bitline::arch
