// SPDX-License-Identifier: Apache-2.0
// What reports say of a use in time: the score at each of its moments as a table and a curve, and what refreshes took.
#pragma once

#include <string>

#include "report/paint.h"
#include "run/result.h"

namespace bitline::report {

// "1 day of use from writing on, an image each 1 s (86.4 k images), refreshed 3 times"
std::string use_line(const run::UseResult&);

// Energy and time of its refreshes; empty where there are none.
std::string refresh_text(const run::UseResult&);

// For the summary of a run. At most two dozen moments, evenly chosen, the first and the last among them.
std::string use_summary(const run::UseResult&, const Paint&);

// The score over time, its 95 % interval; refreshes interrupt the lines.
std::string use_svg(const run::UseResult&);

// Of the page.
std::string use_section(const run::Result&);

}  // namespace bitline::report
