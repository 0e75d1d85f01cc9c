// SPDX-License-Identifier: Apache-2.0
#include "base/measured_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Small letters, spaces for underscores.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text))
    out += c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The separator of the first line that is not a comment: a tab or semicolon if there is one.
char separator_of(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line == "\r" || line.starts_with('#')) continue;
    for (const char c : {'\t', ';'})
      if (line.find(c) != std::string_view::npos) return c;
    return ',';
  }
  return ',';
}

CsvTable read_table(const std::filesystem::path& file) {
  const std::string content = read_file(file, std::uintmax_t{1} << 28);
  std::string_view text = content;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    throw InputError(fmt::format("{}: is UTF-16 text: save it as UTF-8", file.string()));
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the mark some spreadsheets begin with
  return CsvTable::parse(text, file.string(), separator_of(text));
}

struct Match {
  const KnownColumn* what = nullptr;
  std::string unit;
  bool with_unit = false;
};

// "name", "name (unit)", "name [unit]" or "name_unit".
Match match(std::string_view header, std::span<const KnownColumn> known) {
  const auto find = [&](std::string_view name) -> const KnownColumn* {
    for (const KnownColumn& k : known) {
      if (plain(name) == k.name) return &k;
      for (const auto other : k.also)
        if (plain(name) == plain(other)) return &k;
    }
    return nullptr;
  };
  header = trimmed(header);
  if (const auto* k = find(header)) return {k, "", false};
  const auto open = header.rfind(header.ends_with(']') ? '[' : '(');
  if (open != std::string_view::npos && (header.ends_with(')') || header.ends_with(']')))
    if (const auto* k = find(header.substr(0, open)))
      return {k, std::string(trimmed(header.substr(open + 1, header.size() - open - 2))), true};
  const auto under = header.rfind('_');
  if (under != std::string_view::npos)
    if (const auto* k = find(header.substr(0, under))) return {k, std::string(header.substr(under + 1)), true};
  return {};
}

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

}  // namespace

MeasuredTable::MeasuredTable(const std::filesystem::path& file, std::span<const KnownColumn> known)
    : known_(known), name_(file.string()), table_(read_table(file)) {
  for (std::size_t i = 0; i < table_.columns().size(); ++i) {
    const std::string& header = table_.columns()[i];
    if (!is_utf8(header))
      refuse(fmt::format(
          "column {} has a letter that is not UTF-8 (a micro sign?): save the file as UTF-8, or write 'u'", i + 1));
    const Match m = match(header, known);
    if (!m.what) {
      unused_.push_back(header);
      continue;
    }
    const bool pure = m.what->unit == Unit::none || m.what->unit == Unit::fraction;
    const auto wanted = [&] { return fmt::format("write it like '{} ({})'", m.what->name, symbol(m.what->unit)); };
    // A current called a conductance is a common slip.
    const auto other = [&](const std::string& unit) {
      for (const KnownColumn& k : known)
        if (k.unit != Unit::none && parse_quantity("1 " + unit, k.unit).value)
          return fmt::format(", or is it '{} ({})'?", k.name, unit);
      return std::string();
    };
    if (!pure && !m.with_unit) refuse(fmt::format("column '{}' has no unit; {}", header, wanted()));
    if (m.with_unit && !parse_quantity("1 " + m.unit, m.what->unit).value)
      refuse(pure ? fmt::format("column '{}' cannot be in '{}': it is a pure number", header, m.unit)
                  : fmt::format("column '{}' cannot be in '{}'; {}{}", header, m.unit, wanted(), other(m.unit)));
    if (find(m.what->name)) refuse(fmt::format("column '{}' is there twice", m.what->name));
    columns_.push_back({m.what, i, m.unit});
  }
}

const MeasuredTable::Column* MeasuredTable::find(std::string_view column) const {
  const auto at =
      std::find_if(columns_.begin(), columns_.end(), [&](const Column& c) { return c.what->name == column; });
  return at == columns_.end() ? nullptr : &*at;
}

bool MeasuredTable::has(std::string_view column) const { return find(column) != nullptr; }

std::optional<double> MeasuredTable::value(std::size_t row, const Column& c) const {
  const std::string_view field = trimmed(table_.text(row, c.index));
  if (field.empty()) return std::nullopt;
  const auto q =
      parse_quantity(c.unit.empty() ? std::string(field) : fmt::format("{} {}", field, c.unit), c.what->unit);
  if (!q.value)
    refuse(row, fmt::format("{} '{}' is not a number{}", c.what->name, field,
                            field.find(',') != std::string_view::npos ? ": write a decimal point" : ""));
  return q.value;
}

std::vector<std::optional<double>> MeasuredTable::optional_values(std::string_view column) const {
  std::vector<std::optional<double>> out(rows());
  if (const Column* c = find(column))
    for (std::size_t i = 0; i < rows(); ++i) out[i] = value(i, *c);
  return out;
}

void MeasuredTable::require(std::string_view column) const {
  if (has(column)) return;
  std::vector<std::string_view> names;
  for (const auto& k : known_) names.push_back(k.name);
  refuse(fmt::format("there is no column '{}'; known are {}{}", column, fmt::join(names, ", "),
                     unused_.empty() ? "" : fmt::format("; not known: '{}'", fmt::join(unused_, "', '"))));
}

std::vector<double> MeasuredTable::values(std::string_view column) const {
  require(column);
  if (rows() == 0) refuse("there are no rows below the header");
  std::vector<double> out;
  const auto all = optional_values(column);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i]) refuse(i, fmt::format("{} is empty", column));
    out.push_back(*all[i]);
  }
  return out;
}

std::vector<std::string> MeasuredTable::texts(std::string_view column) const {
  std::vector<std::string> out;
  if (const Column* c = find(column))
    for (std::size_t i = 0; i < rows(); ++i) out.emplace_back(trimmed(table_.text(i, c->index)));
  return out;
}

void MeasuredTable::refuse(std::size_t row, std::string_view problem) const {
  throw InputError(fmt::format("{}:{}: {}", name_, table_.line(row), problem));
}

void MeasuredTable::refuse(std::string_view problem) const { throw InputError(fmt::format("{}: {}", name_, problem)); }

}  // namespace bitline
