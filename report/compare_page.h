// SPDX-License-Identifier: Apache-2.0
// Runs side by side, as one HTML page and as text.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"
#include "report/paint.h"

namespace bitline::report {

// At least two runs. No scripts, everything escaped; the same runs give the same page.
std::string compare_page(const std::vector<ComparedRun>& runs);

// The same tables and sentences for a terminal.
std::string compare_text(const std::vector<ComparedRun>& runs, const Paint& paint);

}  // namespace bitline::report
