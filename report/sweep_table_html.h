// SPDX-License-Identifier: Apache-2.0
// The table of a sweep's page: the front first, sorted by any column without a script.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/sweep_pareto.h"

namespace bitline::report {

// What stands in the table, at most; the rest of a larger sweep is in table.csv.
inline constexpr std::size_t most_rows = 1000;

// Points in the order of the table: the front of the first trade by falling cost, those of the others, then the rest by
// the gain of the first.
std::vector<std::size_t> table_order(const SweepView& view, const std::vector<Trade>& trades);

// Rules of style for it.
std::string sweep_table_style(const SweepView& view, const std::vector<Trade>& trades);

// `pages`: by point, where its own report is; others link to "#run-NUMBER". Each heading sorts by its column, the best
// first, the plan's order for axes: the rows carry their places, and a chosen heading applies its own.
std::string sweep_table_html(const SweepView& view, const std::vector<Trade>& trades,
                             const std::map<std::size_t, std::string>& pages);

}  // namespace bitline::report
