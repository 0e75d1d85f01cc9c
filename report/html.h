// SPDX-License-Identifier: Apache-2.0
// The HTML report of a run.
#pragma once

#include <string>

#include "run/result.h"

namespace bitline::report {

// One page that needs nothing else: tables, charts, the mapping, assumptions, what is not modelled, and the resolved
// configuration. No scripts; every name is escaped. The same result gives the same page.
std::string html_report(const run::Result& result, const std::string& resolved_yaml);

}  // namespace bitline::report
