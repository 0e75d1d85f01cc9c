// SPDX-License-Identifier: Apache-2.0
// Measured conductances of one array as a table of text.
#pragma once

#include <filesystem>
#include <vector>

namespace bitline::chip {

// (rows, columns, devices) in siemens, NaN where the table has no value. A line is a row of the array; a field is a
// device: where a cell has two on one column, the positive before the negative one. Fields are separated by commas,
// semicolons or tabs; empty ones, NaN and what instruments send for "no number" (base/column_match.h) are missing.
// Lines that start with # are comments; "# unit: uS" gives the unit of all values, a conductance's or a resistance's;
// else they are siemens. Throws InputError with file, line and field.
std::vector<double> read_conductance_csv(const std::filesystem::path& file, int rows, int columns, int devices);

}  // namespace bitline::chip
