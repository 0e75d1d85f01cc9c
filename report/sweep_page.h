// SPDX-License-Identifier: Apache-2.0
// A sweep as one HTML page: what is worth taking, charts, every point with its figures, and how to run it alone.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "report/sweep_note.h"

namespace bitline::report {

// What the folder of a sweep holds beside its table and note.
struct SweepFiles {
  std::map<std::string, std::string> pages;          // by hash of a point: its own report, relative to the folder
  std::map<std::string, std::size_t> failures = {};  // message -> points
};

// `csv`: table.csv. No scripts, everything escaped; the same table, note and files give the same page. Throws
// InputError when it is no table.
std::string sweep_page(const SweepNote& note, const std::string& csv, const SweepFiles& files);

// FOLDER/report.html from what `sweep` left there. Throws InputError, RunError.
void write_sweep_page(const std::filesystem::path& folder);

}  // namespace bitline::report
