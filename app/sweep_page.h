// SPDX-License-Identifier: Apache-2.0
// A sweep's table as one HTML page with charts (app/sweep_chart.h) or a scatter plot.
#pragma once

#include <filesystem>
#include <string>

#include "app/sweep_chart.h"

namespace bitline::app {

// Rows of fields; quotes as in RFC 4180. Throws InputError when rows differ in length.
Rows parse_csv(const std::string& text, const std::string& name);

// `csv`: table.csv, whose columns after point and hash start with `axes` axes. Sweeps that
// no chart suits get accuracy over energy. No scripts, everything escaped; the same table gives the
// same page.
std::string sweep_page(const std::string& title, const std::string& csv, std::size_t axes);

// Notes in FOLDER/sweep.json what its pages are called: the plan's name. Throws RunError.
void write_sweep_name(const std::filesystem::path& folder, const std::string& name);

// FOLDER/report.html from what `sweep` left there. Throws InputError, RunError.
void write_sweep_page(const std::filesystem::path& folder);

}  // namespace bitline::app
