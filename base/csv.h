// SPDX-License-Identifier: Apache-2.0
// Tables of text: comment lines that start with #, a header, then one line for each row.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bitline {

// One field as RFC 4180 writes it: quoted when it holds a comma, a quote or a line end.
std::string csv_field(std::string_view text);

// A line of fields, of any number.
struct CsvRow {
  int line = 0;  // the first of those it stands on
  std::vector<std::string> fields = {};
};
// The next row, taken off the front of `text`; `line` goes on to that after it. InputError naming `name` and the line
// for a quote that is not closed.
CsvRow take_csv_row(std::string_view& text, char separator, std::string_view name, int& line);

// Fields as RFC 4180 writes them, with commas. Every row has a field for each column.
class CsvTable {
 public:
  // Throws InputError naming `name` and the line.
  static CsvTable parse(std::string_view text, std::string name);
  static CsvTable read(const std::filesystem::path& file);

  std::size_t rows() const { return rows_.size(); }
  const std::vector<std::string>& columns() const { return columns_; }
  int line(std::size_t row) const { return lines_.at(row); }
  bool has(std::string_view column) const;
  // Throw InputError when there is no such column, or the field is not a finite number.
  const std::string& text(std::size_t row, std::string_view column) const;
  const std::string& text(std::size_t row, std::size_t column) const { return rows_.at(row).at(column); }
  const std::vector<std::string>& row(std::size_t row) const { return rows_.at(row); }
  double number(std::size_t row, std::string_view column) const;
  // What to say about a field: "FILE:LINE: COLUMN: ...".
  [[noreturn]] void refuse(std::size_t row, std::string_view column, std::string_view problem) const;

 private:
  std::size_t index(std::string_view column) const;

  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<int> lines_;
};

}  // namespace bitline
