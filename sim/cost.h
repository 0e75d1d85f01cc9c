// SPDX-License-Identifier: Apache-2.0
// Counts times unit costs: energy, latency and area of one inference. The counts come from the placement
// (sim/actions.h) and from reads or statistics (sim/drives.h); what one action costs comes from the tariff; here they
// are multiplied.
#pragma once

#include <optional>
#include <span>

#include "sim/costs.h"
#include "sim/tariff.h"

namespace bitline {

// `counted`: what reads counted for each layer and mean inference. `pulses_per_device`: the mean that writing counted;
// unset where it counts none.
Costs price(const Chip&, const Tariff&, std::span<const Ledger> counted, std::optional<double> pulses_per_device);

}  // namespace bitline
