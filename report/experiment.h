// SPDX-License-Identifier: Apache-2.0
// What an experiment found, for people: on the terminal, as files, in the report.
#pragma once

#include <string>

#include "report/paint.h"
#include "run/result.h"

namespace bitline::report {

// Notes, claims and the first `table_rows` rows of each table.
inline constexpr std::size_t table_rows = 14;
std::string experiment_text(const run::ExperimentResult&, const Paint&);

// One table as CSV, with a head.
std::string table_csv(const run::ExperimentTable&);

// One picture, a complete SVG document.
std::string picture_svg(const run::ExperimentPicture&);

// The same for the HTML report: claims, pictures with their captions, tables.
std::string experiment_section(const run::ExperimentResult&);

// "10 chips", "1 seed"; one of "chips" is a "chip".
std::string repeats_text(const run::ExperimentResult&);
std::string one_of(const std::string& plural);

// "0.912 (0.904 .. 0.920)", shares in per cent.
std::string claim_figure(const run::ExperimentClaim&);
// A number with four digits; text as it is.
std::string cell_text(const run::TableCell&);

}  // namespace bitline::report
