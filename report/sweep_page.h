// SPDX-License-Identifier: Apache-2.0
// A sweep's table as one HTML page with charts (report/sweep_chart.h) or a scatter plot.
#pragma once

#include <filesystem>
#include <string>

#include "report/sweep_chart.h"

namespace bitline::report {

// `csv`: table.csv, whose columns after point and hash start with `axes` axes. Sweeps that
// no chart suits get accuracy over energy. No scripts, everything escaped; the same table gives the
// same page. Throws InputError when it is no table.
std::string sweep_page(const std::string& title, const std::string& csv, std::size_t axes);

// Notes in FOLDER/sweep.json what its pages need beyond the table: what they are called, and how many columns are axes.
// Throws RunError.
void write_sweep_note(const std::filesystem::path& folder, const std::string& name, std::size_t axes);

// FOLDER/report.html from what `sweep` left there. Throws InputError, RunError.
void write_sweep_page(const std::filesystem::path& folder);

}  // namespace bitline::report
