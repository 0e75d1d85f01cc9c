// SPDX-License-Identifier: Apache-2.0
// Which of the values marked `assumed` a result can depend on.
#pragma once

#include <vector>

#include "arch/config.h"

namespace bitline::arch {

// Those of keys that what the config asks for reads. Of an experiment on devices alone: its own and those of
// keys_read(). Of networks on the chip: all but those of `published`, and of device.plasticity only what writes where
// device.write is `pulses`.
std::vector<Assumption> assumptions_in_force(const LoadedConfig&);

}  // namespace bitline::arch
