// SPDX-License-Identifier: Apache-2.0
// A published table of components, summed: what a group's parts draw and occupy together.
#pragma once

#include "arch/config.h"
#include "cost/costs.h"

namespace bitline::cost {

// Every group in `budget`, parts before what contains them. Throws ConfigError for a part of a group that is itself.
std::vector<BudgetSum> budget_sums(const std::vector<arch::BudgetLine>&);

}  // namespace bitline::cost
