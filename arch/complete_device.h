// SPDX-License-Identifier: Apache-2.0
// What a device file leaves open but a chip needs, filled in as assumptions that results list: how devices are written,
// and the window of a device of which only the ratio is known.
#pragma once

#include "base/yaml.h"

namespace bitline::arch {

// Of a config's tree whose bases are resolved, `device:` opened where something is missing.
// - write: the device's own pulses where they can (open loop), else exact.
// - g_min and g_max, both: plasticity.reported.on_off below 20 uS.
// Nothing where no device is written: shapes, measured conductances, experiments without a network.
void complete_device(Value& tree, const ConfigPath& where);

}  // namespace bitline::arch
