// SPDX-License-Identifier: Apache-2.0
// A table of text as instruments and spreadsheets save it: what stands above its header is skipped, units may have a
// row of their own, commas, semicolons or tabs separate columns.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/column_match.h"

namespace bitline {

struct Sheet {
  std::string name;  // of the file
  char separator = ',';
  std::vector<std::string> columns = {};  // headers
  std::vector<std::string> units = {};    // of a row of their own; "" where it says nothing, empty without such a row
  bool si = false;                        // the format has no units: all are SI
  std::vector<std::vector<std::string>> rows = {};
  std::vector<int> lines = {};          // by row
  std::vector<std::string> notes = {};  // what was made of the file
};

// The header is the first line with a column that is known and numbers below (a comment line that starts with # may be
// one); where there is none, the line before the first numbers, or the first. EasyEXPERT's DataName and DataValue are
// headers and rows. InputError: no header, UTF-16, a row with another number of fields.
Sheet read_sheet(const std::filesystem::path& file, const std::function<ColumnMatch(std::string_view header)>& match);

}  // namespace bitline
