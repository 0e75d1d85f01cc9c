// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

std::vector<std::string> fields_of(std::string_view line, char separator, const std::string& place) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[i++];
    else if (quoted)
      c == '"' ? (void)(quoted = false) : fields.back().push_back(c);
    else if (c == separator)
      fields.emplace_back();
    else if (c == '"' && fields.back().empty())
      quoted = true;
    else
      fields.back() += c;
  }
  if (quoted) throw InputError(place + ": a quote is not closed");
  return fields;
}

}  // namespace

CsvTable CsvTable::parse(std::string_view text, std::string name, char separator) {
  CsvTable table;
  table.name_ = std::move(name);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::string place = fmt::format("{}:{}", table.name_, number);
    std::vector<std::string> fields = fields_of(line, separator, place);
    if (table.columns_.empty()) {
      table.columns_ = std::move(fields);
      continue;
    }
    if (fields.size() != table.columns_.size())
      throw InputError(fmt::format("{}: has {} fields, not {}", place, fields.size(), table.columns_.size()));
    table.rows_.push_back(std::move(fields));
    table.lines_.push_back(number);
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
