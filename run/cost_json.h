// SPDX-License-Identifier: Apache-2.0
// What result.json says of costs, by its keys at the top.
#pragma once

#include "run/json_parts.h"

namespace bitline::run {

Json energy_json(const Result&);
Json latency_json(const Result&);
Json area_json(const Result&);
Json efficiency_json(const Result&);
Json layers_json(const Result&);
Json nodes_json(const Result&);
Json baselines_json(const Result&);
Json unit_costs_json(const Result&);
Json budget_json(const Result&);

}  // namespace bitline::run
