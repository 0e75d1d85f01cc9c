// SPDX-License-Identifier: Apache-2.0
// A sweep's table as one HTML page with line charts or a scatter plot.
#pragma once

#include <filesystem>
#include <string>

#include "app/sweep_chart.h"

namespace bitline::app {

// Rows of fields; quotes as in RFC 4180. Throws InputError when rows differ in length.
Rows parse_csv(const std::string& text, const std::string& name);

// `csv`: table.csv, whose columns after point and hash start with `axes` axes. Sweeps of one or two axes get line
// charts (app/sweep_chart.h), others accuracy over energy. No scripts, everything escaped; the same table gives the
// same page.
std::string sweep_page(const std::string& title, const std::string& csv, std::size_t axes);

// FOLDER/report.html from what `sweep` left there. Throws InputError, RunError.
void write_sweep_page(const std::filesystem::path& folder);

}  // namespace bitline::app
