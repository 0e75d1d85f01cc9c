// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/files.h"

namespace bitline {

CsvRow take_csv_row(std::string_view& text, char separator, std::string_view name, int& line) {
  CsvRow row{line, std::vector<std::string>(1)};
  std::vector<std::string>& fields = row.fields;
  bool quoted = false, done = false;
  std::size_t i = 0;
  for (; i < text.size() && !done; ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      fields.back() += text[i++];
    else if (quoted)
      c == '"' ? (void)(quoted = false) : fields.back().push_back(c);
    else if (c == separator)
      fields.emplace_back();
    else if (c == '"' && fields.back().empty())
      quoted = true;
    else if (c == '\n')
      done = true;
    else if (c != '\r' || (i + 1 < text.size() && text[i + 1] != '\n'))
      fields.back() += c;
  }
  if (quoted) throw InputError(fmt::format("{}:{}: a quote is not closed", name, row.line));
  text.remove_prefix(i);
  return row;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

CsvTable CsvTable::parse(std::string_view text, std::string name) {
  CsvTable table;
  table.name_ = std::move(name);
  for (int line = 1; !text.empty();) {
    if (const std::string_view whole = text.substr(0, text.find('\n'));
        whole.empty() || whole == "\r" || whole.front() == '#') {
      text.remove_prefix(std::min(whole.size() + 1, text.size()));
      ++line;
      continue;
    }
    CsvRow row = take_csv_row(text, ',', table.name_, line);
    if (table.columns_.empty()) {
      table.columns_ = std::move(row.fields);
      continue;
    }
    if (row.fields.size() != table.columns_.size())
      throw InputError(
          fmt::format("{}:{}: has {} fields, not {}", table.name_, row.line, row.fields.size(), table.columns_.size()));
    table.rows_.push_back(std::move(row.fields));
    table.lines_.push_back(row.line);
  }
  if (table.columns_.empty()) throw InputError(table.name_ + ": has no header");
  return table;
}

CsvTable CsvTable::read(const std::filesystem::path& file) { return parse(read_file(file), file.string()); }

bool CsvTable::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t CsvTable::index(std::string_view column) const {
  const auto at = std::find(columns_.begin(), columns_.end(), column);
  if (at == columns_.end()) throw InputError(fmt::format("{}: there is no column '{}'", name_, column));
  return static_cast<std::size_t>(at - columns_.begin());
}

const std::string& CsvTable::text(std::size_t row, std::string_view column) const {
  return rows_.at(row)[index(column)];
}

double CsvTable::number(std::size_t row, std::string_view column) const {
  const std::string& field = text(row, column);
  double x = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), x);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(x))
    refuse(row, column, fmt::format("'{}' is not a number", field));
  return x;
}

void CsvTable::refuse(std::size_t row, std::string_view column, std::string_view problem) const {
  throw InputError(fmt::format("{}:{}: {}: {}", name_, lines_.at(row), column, problem));
}

}  // namespace bitline
