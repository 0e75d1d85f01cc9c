// SPDX-License-Identifier: Apache-2.0
// Programming the network: energy and time of writing every mapped device once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost/costs.h"
#include "cost/tariff.h"

namespace bitline::cost {

struct WriteCost {
  std::optional<double> energy_J, time_s;  // unset: not given and not enough to model it
  std::optional<WriteEnergy> parts;        // of energy_J, where it is worked out
  std::string needs;                       // the keys that would; empty: nothing is missing
  std::vector<std::string> warnings;       // where the voltage is more than the node's transistors bear
};
// A pulse: V I(V, G) t in the device by its own current law at the pulse's voltage, at the conductances that it has on
// its way to the target (device/write_path.h; from g_min in equal steps where no law of pulses is known), its two lines
// charged to V, their level shifters; with `verify`, a read and a conversion after it. `counted`: mean pulses per
// device measured by the run, unset where writing counts none; the split over targets comes from the write tables and
// is scaled to this mean.
WriteCost write_cost(const chip::Chip&, const Tariff&, std::optional<double> counted);

// A warning where the level that takes most pulses takes more than a device endures until the age of the run, or the
// end of its use: every refresh writes all devices again. Erasing is not counted.
std::optional<std::string> endurance_warning(const arch::Config&, const chip::Chip&);

}  // namespace bitline::cost
