// SPDX-License-Identifier: Apache-2.0
// What commands are given as files: matrices and resistances of lines, read and checked.
#pragma once

#include <string>
#include <vector>

#include "base/npy.h"

namespace bitline::app {

std::string shape_text(const NpyArray& array);

// A two-dimensional .npy of finite numbers; `expected` says what it holds: "(batch, rows)". `rows`, `columns`: needed
// sizes, -1 for any; `because` says where they come from. Throws InputError naming option, file and place.
NpyArray read_matrix(const std::string& option, const std::string& file, const std::string& expected, int rows = -1,
                     int columns = -1, const std::string& because = "");

// Ohms of an option: a number, "inf" (where `may_be_open`), or a .npy file with one value for each of `lines` lines.
std::vector<double> read_ohms(const std::string& option, const std::string& text, std::size_t lines, bool may_be_open);

// Warns of values that no device has, such as ohms given for siemens: more than 1 S.
void warn_of_ohms(const std::string& option, const std::string& file, const NpyArray& conductances_S);

// One number of an option. Throws UsageError.
double read_number(const std::string& option, const std::string& text);

}  // namespace bitline::app
