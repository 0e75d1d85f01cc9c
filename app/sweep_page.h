// SPDX-License-Identifier: Apache-2.0
// A sweep's table as one HTML page with a scatter plot.
#pragma once

#include <string>
#include <vector>

namespace bitline::app {

// Rows of fields; quotes as in RFC 4180. Throws InputError when rows differ in length.
std::vector<std::vector<std::string>> parse_csv(const std::string& text, const std::string& name);

// `csv`: table.csv. No scripts, everything escaped; the same table gives the same page.
std::string sweep_page(const std::string& title, const std::string& csv);

}  // namespace bitline::app
