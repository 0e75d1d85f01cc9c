// SPDX-License-Identifier: Apache-2.0
// Programming the network: energy and time of writing every mapped device once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/actions.h"

namespace bitline {

struct WriteCost {
  std::optional<double> energy_J, time_s;  // unset: not given and not enough to model it
  std::string needs;                       // the keys that would; empty: nothing is missing
};
// A pulse: V^2 G t in the device at its target conductance, its two lines charged to V, their level shifters; with
// `verify`, a read and a conversion after it. Warns where the voltage is more than the node's transistors bear.
// `counted`: mean pulses of a device as the run counted them; unset where writing counts none. How they split over
// targets comes from the device's write tables and is scaled to this mean.
WriteCost write_cost(const Chip&, const ChipParts&, const std::vector<LayerParts>&, std::optional<double> counted,
                     std::vector<std::string>& warnings);

// Warns where the level that takes most pulses takes more than a device endures until the age of the run: every refresh
// writes all devices again. Erasing is not counted.
void warn_endurance(const Chip&, std::vector<std::string>& warnings);

}  // namespace bitline
