// SPDX-License-Identifier: Apache-2.0
#include "base/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/csv.h"
#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

using Match = std::function<ColumnMatch(std::string_view header)>;

// Whether bytes beyond ASCII come in UTF-8's groups: a first byte and those that go on.
bool is_utf8(std::string_view text) {
  std::size_t more = 0;
  for (const unsigned char c : text) {
    const bool goes_on = (c & 0xc0) == 0x80;
    if (goes_on != (more > 0)) return false;
    if (goes_on)
      --more;
    else
      more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
  }
  return more == 0;
}

std::string text_of(const std::filesystem::path& file) {
  std::string text = read_file(file, std::uintmax_t{1} << 28);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    throw InputError(fmt::format("{}: is UTF-16 text: save it as UTF-8", file.string()));
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // the mark some spreadsheets begin with
  if (is_utf8(text)) return text;
  std::string utf8;  // Latin-1, whose micro and degree signs older programs write
  for (const unsigned char c : text) {
    if (c >= 0x80) utf8 += static_cast<char>(0xc0 | c >> 6);
    utf8 += static_cast<char>(c < 0x80 ? c : 0x80 | (c & 0x3f));
  }
  return utf8;
}

bool blank(const CsvRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(), [](const auto& f) { return trimmed(f).empty(); });
}
bool has_number(const CsvRow& row) {
  return std::any_of(row.fields.begin(), row.fields.end(), [](const auto& f) { return number_of(f).has_value(); });
}

// Of the text, at most so many; comments keep their sign.
std::vector<CsvRow> rows_of(std::string_view text, char separator, const std::string& name, std::size_t most) {
  std::vector<CsvRow> rows;
  for (int line = 1; !text.empty() && rows.size() < most;) {
    CsvRow row = take_csv_row(text, separator, name, line);
    if (!blank(row)) rows.push_back(std::move(row));
  }
  return rows;
}
bool comment(const CsvRow& row) { return row.fields[0].starts_with('#') && !is_missing(row.fields[0]); }
std::vector<std::string> without_sign(std::vector<std::string> fields) {
  if (!is_missing(fields[0])) fields[0].erase(0, fields[0].find_first_not_of("#% \t"));
  return fields;
}

// Lines of EasyEXPERT that hold the table, their first field taken off; nothing when it is another format.
std::vector<CsvRow> easy_expert(const std::vector<CsvRow>& rows) {
  std::vector<CsvRow> out;
  for (const CsvRow& row : rows)
    if (const auto word = trimmed(row.fields[0]); word == "DataName" || (!out.empty() && word == "DataValue")) {
      CsvRow data = row;
      data.fields.erase(data.fields.begin());
      if (word == "DataValue" || out.empty()) out.push_back(std::move(data));
    }
  return out;
}

struct Header {
  std::size_t row = 0, known = 0;
  bool units = false;  // in the next row
};

// Whether this row names units of columns that are known.
bool names_units(const CsvRow& row, const std::vector<ColumnMatch>& columns) {
  if (has_number(row)) return false;
  bool found = false;
  for (std::size_t i = 0; i < std::min(row.fields.size(), columns.size()); ++i)
    if (columns[i].what && !columns[i].what->words && !trimmed(row.fields[i]).empty())
      found |= parse_quantity("1 " + plain_unit(row.fields[i]), columns[i].what->unit).value.has_value();
  return found;
}

std::optional<Header> find_header(const std::vector<CsvRow>& rows, const Match& match) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<ColumnMatch> columns;
    for (const auto& field : without_sign(rows[i].fields)) columns.push_back(match(field));
    const auto counts = [](const ColumnMatch& m) { return m.what && !m.what->words; };
    Header h{i, static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(), counts))};
    if (h.known == 0) continue;
    const auto next = [&](std::size_t at) {
      while (at < rows.size() && comment(rows[at])) ++at;
      return at;
    };
    std::size_t data = next(i + 1);
    if (data == rows.size()) continue;
    h.units = names_units(rows[data], columns);
    if (h.units) data = next(data + 1);
    bool number = false, fits = data < rows.size();
    for (std::size_t k = 0; fits && k < std::min(columns.size(), rows[data].fields.size()); ++k)
      if (counts(columns[k]))
        number |= number_of(rows[data].fields[k]).has_value(),
            fits = is_missing(rows[data].fields[k]) || number_of(rows[data].fields[k]);
    if (fits && number) return h;
  }
  return std::nullopt;
}

// Where nothing is known: the line before the first numbers, else the first.
Header likely_header(const std::vector<CsvRow>& rows) {
  std::optional<std::size_t> words;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (comment(rows[i])) continue;
    if (words && std::all_of(rows[i].fields.begin(), rows[i].fields.end(),
                             [](const auto& f) { return is_missing(f) || number_of(f); }))
      return {*words};
    words = i;
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!comment(rows[i])) return {i};
  return {rows.size()};
}

// Takes the table out of its lines.
void fill(Sheet& sheet, std::vector<CsvRow> rows, const Header& header) {
  sheet.columns = without_sign(rows[header.row].fields);
  if (header.row > 0 && !std::all_of(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(header.row), comment))
    sheet.notes.push_back(
        fmt::format("the table begins at line {}: what stands above is not read", rows[header.row].line));
  while (sheet.columns.size() > 1 && trimmed(sheet.columns.back()).empty()) sheet.columns.pop_back();
  const std::size_t n = sheet.columns.size();
  std::size_t first = header.row + 1, words = 0;
  while (header.units && comment(rows[first])) ++first;
  if (header.units) {
    for (const auto& unit : rows[first].fields) sheet.units.push_back(plain_unit(unit));
    sheet.units.resize(n);
    ++first;
  }
  for (std::size_t i = first; i < rows.size(); ++i) {
    auto& fields = rows[i].fields;
    if (comment(rows[i])) continue;
    while (fields.size() > n && trimmed(fields.back()).empty()) fields.pop_back();
    // A line of words below, or the header once more.
    if ((fields.size() != n && !has_number(rows[i])) || fields == rows[header.row].fields) {
      ++words;
      continue;
    }
    if (fields.size() != n)
      throw InputError(fmt::format("{}:{}: has {} fields, not {}", sheet.name, rows[i].line, fields.size(), n));
    sheet.rows.push_back(std::move(fields)), sheet.lines.push_back(rows[i].line);
  }
  if (words > 0) sheet.notes.push_back(fmt::format("{} lines of words below the header are not read", words));
}

}  // namespace

Sheet read_sheet(const std::filesystem::path& file, const Match& match) {
  const std::string text = text_of(file);
  Sheet sheet{.name = file.string()};
  constexpr std::size_t head = 400, all = std::string::npos;  // lines in which a header is looked for
  constexpr char separators[] = {'\t', ';', ','};
  std::optional<Header> best;
  std::size_t most_fields = 0;
  for (const char separator : separators) {
    std::vector<CsvRow> rows = rows_of(text, separator, sheet.name, head);
    if (auto data = easy_expert(rows); !data.empty()) rows = std::move(data);
    const auto header = find_header(rows, match);
    if (!header || (best && header->known <= best->known)) continue;
    best = header, sheet.separator = separator;
  }
  // Nothing known: the separator that cuts the likely header into most fields.
  for (const char separator : separators) {
    if (best) break;
    const auto rows = rows_of(text, separator, sheet.name, head);
    if (const Header h = likely_header(rows); h.row < rows.size() && rows[h.row].fields.size() > most_fields)
      most_fields = rows[h.row].fields.size(), sheet.separator = separator;
  }
  std::vector<CsvRow> rows = rows_of(text, sheet.separator, sheet.name, all);
  if (auto data = easy_expert(rows); !data.empty()) {
    rows = std::move(data);
    sheet.si = true;
    sheet.notes.push_back("EasyEXPERT's columns have no units: they are taken as V, A, s, S and ohm");
  }
  const Header header = best ? *best : likely_header(rows);
  if (header.row >= rows.size()) throw InputError(sheet.name + ": has no header");
  fill(sheet, std::move(rows), header);
  return sheet;
}

}  // namespace bitline
