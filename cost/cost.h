// SPDX-License-Identifier: Apache-2.0
// Counts times unit costs: energy, latency and area of one inference. The counts come from the placement
// (cost/actions.h) and from reads or statistics (read/drives.h); what one action costs comes from the tariff; here they
// are multiplied.
#pragma once

#include <optional>
#include <span>

#include "cost/costs.h"
#include "cost/tariff.h"

namespace bitline::cost {

// `counted`: what reads counted for each layer and mean inference. `pulses_per_device`: the mean that writing counted;
// unset where it counts none.
Costs price(const chip::Chip&, const Tariff&, std::span<const read::Ledger> counted,
            std::optional<double> pulses_per_device);

}  // namespace bitline::cost
