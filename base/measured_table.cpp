// SPDX-License-Identifier: Apache-2.0
#include "base/measured_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline {
namespace {

bool pure(const KnownColumn& k) { return k.unit == Unit::none || k.unit == Unit::fraction; }

const KnownColumn* known_called(std::string_view name, std::span<const KnownColumn> known) {
  const auto at = std::find_if(known.begin(), known.end(), [&](const KnownColumn& k) { return k.name == name; });
  return at == known.end() ? nullptr : &*at;
}

}  // namespace

MeasuredTable::MeasuredTable(const std::filesystem::path& file, std::span<const KnownColumn> known,
                             const TableReading& reading)
    : known_(known),
      sheet_(read_sheet(file, [&](std::string_view header) { return match_column(header, known, reading.choices); })) {
  for (const ColumnChoice& c : reading.choices)
    if (c.header == "*" && !known_called(c.name, known) && !reading.readings.empty())
      refuse(fmt::format("'*={}' names no column that is known here", c.name));
  std::vector<ColumnMatch> matches;
  for (std::size_t i = 0; i < sheet_.columns.size(); ++i) {
    ColumnMatch& m = matches.emplace_back(match_column(sheet_.columns[i], known, reading.choices));
    if (!m.with_unit && !sheet_.units.empty() && !sheet_.units[i].empty())
      m.unit = sheet_.units[i], m.with_unit = !m.what || !m.what->words;
    if (m.what && !m.with_unit && sheet_.si && !pure(*m.what)) m.unit = symbol(m.what->unit), m.with_unit = true;
  }
  for (const ColumnMatch& m : matches) understood_.push_back({"", m.what ? std::string(m.what->name) : "", m.unit});
  for (std::size_t i = 0; i < matches.size(); ++i) understood_[i].header = sheet_.columns[i];
  put_below_each_other(reading, matches);
  for (std::size_t i = 0; i < matches.size(); ++i) add_column(i, matches[i]);
  turn_commas_to_points();
}

std::string MeasuredTable::remedy(const KnownColumn& k, const std::string& header) const {
  return fmt::format("write it like '{} ({})', or say --columns \"{}={} ({})\"", k.name, symbol(k.unit), header, k.name,
                     symbol(k.unit));
}

void MeasuredTable::add_column(std::size_t index, const ColumnMatch& m) {
  const std::string& header = sheet_.columns[index];
  if (!m.what) {
    if (!trimmed(header).empty()) unused_.push_back(header);
    return;
  }
  const auto wanted = [&] { return fmt::format("write it like '{} ({})'", m.what->name, symbol(m.what->unit)); };
  // A current called a conductance is a common slip.
  const auto other = [&](const std::string& unit) {
    for (const KnownColumn& k : known_)
      if (k.unit != Unit::none && parse_quantity("1 " + unit, k.unit).value)
        return fmt::format(", or is it '{} ({})'?", k.name, unit);
    return std::string();
  };
  if (!pure(*m.what) && !m.with_unit)
    refuse(fmt::format("column '{}' has no unit; {}", header, remedy(*m.what, header)));
  const bool counted = m.what->unit == Unit::none && (m.unit == "1" || m.unit == "-" || m.unit == "#");
  if (m.with_unit && !m.what->words && !counted && !parse_quantity("1 " + m.unit, m.what->unit).value)
    refuse(pure(*m.what) ? fmt::format("column '{}' cannot be in '{}': it is a pure number", header, m.unit)
                         : fmt::format("column '{}' cannot be in '{}'; {}{}", header, m.unit, wanted(), other(m.unit)));
  if (find(m.what->name))
    refuse(
        fmt::format("column '{}' is there twice; --columns says which it is, and what the other one is", m.what->name));
  columns_.push_back({m.what, index, counted || m.what->words ? "" : m.unit});
}

// What was one row for several curves becomes one row for each, curve after curve.
void MeasuredTable::put_below_each_other(const TableReading& reading, std::vector<ColumnMatch>& matches) {
  const auto is_reading = [&](const ColumnMatch& m) {
    return m.what &&
           std::find(reading.readings.begin(), reading.readings.end(), m.what->name) != reading.readings.end();
  };
  const bool has_reading =
      std::any_of(matches.begin(), matches.end(), [&](const ColumnMatch& m) { return is_reading(m) && !m.chosen; });
  const auto star = std::find_if(reading.choices.begin(), reading.choices.end(),
                                 [](const ColumnChoice& c) { return c.header == "*"; });
  if (reading.readings.empty() || (has_reading && star == reading.choices.end())) return;
  const KnownColumn* what = nullptr;
  std::string unit;
  std::vector<std::size_t> curves, without_unit;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const ColumnMatch& m = matches[i];
    if (trimmed(sheet_.columns[i]).empty() || (m.what && !is_reading(m))) continue;
    const KnownColumn* is = m.what;
    std::string own = m.with_unit ? m.unit : header_parts(sheet_.columns[i]).unit;
    if (const auto under = sheet_.columns[i].rfind('_'); own.empty() && under != std::string::npos)
      own = plain_unit(std::string_view(sheet_.columns[i]).substr(under + 1));
    if (!is && star != reading.choices.end())
      is = known_called(star->name, known_), own = star->unit.empty() ? own : star->unit;
    for (const auto name : reading.readings)
      if (const auto* k = known_called(name, known_); !is && !own.empty() && !pure(*k))
        if (parse_quantity("1 " + own, k->unit).value) is = k;
    if (!is) {
      if (own.empty() && !sheet_.rows.empty() && number_of(sheet_.rows[0][i])) without_unit.push_back(i);
      continue;
    }
    if (what && (what != is || unit != own))
      refuse(fmt::format("columns '{}' and '{}' would be curves of one table, but are not in the same unit",
                         sheet_.columns[curves[0]], sheet_.columns[i]));
    what = is, unit = own, curves.push_back(i);
  }
  if (curves.empty() && without_unit.size() > 1)
    refuse(fmt::format("columns '{}' to '{}' have no unit: say what they are, such as --columns \"*=conductance (uS)\"",
                       sheet_.columns[without_unit.front()], sheet_.columns[without_unit.back()]));
  if (curves.empty() || (curves.size() == 1 && matches[curves[0]].what)) return;
  for (const std::size_t i : curves) understood_[i].name = what->name, understood_[i].unit = unit;
  if (curves.size() == 1) {
    sheet_.notes.push_back(
        fmt::format("column '{}' is taken as {}, by its unit", sheet_.columns[curves[0]], what->name));
    matches[curves[0]] = {what, unit, true};
    return;
  }
  wide_ = true;
  sheet_.notes.push_back(fmt::format("{} columns, '{}' to '{}', are taken as curves of {}", curves.size(),
                                     sheet_.columns[curves.front()], sheet_.columns[curves.back()], what->name));
  const auto is_curve = [&](std::size_t i) { return std::find(curves.begin(), curves.end(), i) != curves.end(); };
  Sheet tall{.name = sheet_.name, .separator = sheet_.separator, .notes = sheet_.notes};
  std::vector<ColumnMatch> kept;
  for (std::size_t i = 0; i < matches.size(); ++i)
    if (!is_curve(i)) tall.columns.push_back(sheet_.columns[i]), kept.push_back(matches[i]);
  const KnownColumn* label = known_called(reading.label, known_);
  tall.columns.emplace_back(reading.label), kept.push_back({label});
  tall.columns.emplace_back(what->name), kept.push_back({what, unit, true});
  for (const std::size_t curve : curves)
    for (std::size_t row = 0; row < sheet_.rows.size(); ++row) {
      auto& out = tall.rows.emplace_back();
      for (std::size_t i = 0; i < matches.size(); ++i)
        if (!is_curve(i)) out.push_back(sheet_.rows[row][i]);
      out.push_back(header_parts(sheet_.columns[curve]).name);
      out.push_back(sheet_.rows[row][curve]);
      tall.lines.push_back(sheet_.lines[row]);
    }
  sheet_ = std::move(tall);
  matches = std::move(kept);
}

// Where commas do not separate columns they are decimal, as long as no number has a point.
void MeasuredTable::turn_commas_to_points() {
  if (sheet_.separator == ',') return;
  std::optional<std::size_t> comma, point;
  const auto each = [&](auto&& f) {
    for (std::size_t row = 0; row < rows(); ++row)
      for (const Column& c : columns_)
        if (!c.what->words) f(row, sheet_.rows[row][c.index]);
  };
  each([&](std::size_t row, const std::string& field) {
    if (!number_of(field)) return;
    if (field.find(',') != std::string::npos && !comma) comma = row;
    if (field.find('.') != std::string::npos && !point) point = row;
  });
  if (!comma) return;
  if (point)
    refuse(*comma, fmt::format("has a decimal comma, line {} a decimal point: which of them is the decimal sign?",
                               line(*point)));
  each([](std::size_t, std::string& field) { std::replace(field.begin(), field.end(), ',', '.'); });
  sheet_.notes.push_back("commas are decimal");
}

const MeasuredTable::Column* MeasuredTable::find(std::string_view column) const {
  const auto at =
      std::find_if(columns_.begin(), columns_.end(), [&](const Column& c) { return c.what->name == column; });
  return at == columns_.end() ? nullptr : &*at;
}

bool MeasuredTable::has(std::string_view column) const { return find(column) != nullptr; }

std::optional<double> MeasuredTable::value(std::size_t row, const Column& c) const {
  const std::string_view field = trimmed(sheet_.rows[row][c.index]);
  if (is_missing(field)) return std::nullopt;
  const auto q =
      parse_quantity(c.unit.empty() ? std::string(field) : fmt::format("{} {}", field, c.unit), c.what->unit);
  if (!q.value) refuse(row, fmt::format("{} '{}' is not a number", c.what->name, field));
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
                     unused_.empty() ? ""
                                     : fmt::format("; not known: '{}' (--columns \"{}=NAME\" says what one is)",
                                                   fmt::join(unused_, "', '"), unused_.front())));
}

std::vector<double> MeasuredTable::values(std::string_view column) const {
  require(column);
  if (rows() == 0) refuse(left_out_ > 0 ? "no row holds a reading" : "there are no rows below the header");
  std::vector<double> out;
  const auto all = optional_values(column);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i]) refuse(i, fmt::format("{} is missing", column));
    out.push_back(*all[i]);
  }
  return out;
}

std::vector<std::string> MeasuredTable::texts(std::string_view column) const {
  std::vector<std::string> out;
  if (const Column* c = find(column))
    for (std::size_t i = 0; i < rows(); ++i) out.emplace_back(trimmed(sheet_.rows[i][c->index]));
  return out;
}

void MeasuredTable::leave_out_missing(std::span<const std::string_view> columns) {
  std::vector<std::size_t> kept;
  std::vector<int> lines;
  for (std::size_t row = 0; row < rows(); ++row) {
    const bool missing = std::any_of(columns.begin(), columns.end(), [&](std::string_view name) {
      const Column* c = find(name);
      return c && is_missing(sheet_.rows[row][c->index]);
    });
    if (missing)
      lines.push_back(line(row));
    else
      kept.push_back(row);
  }
  if (lines.empty()) return;
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] != i) sheet_.rows[i] = std::move(sheet_.rows[kept[i]]), sheet_.lines[i] = sheet_.lines[kept[i]];
  sheet_.rows.resize(kept.size()), sheet_.lines.resize(kept.size());
  left_out_ += lines.size();
  constexpr std::size_t few = 5;
  const std::vector<int> shown(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(few, lines.size())));
  sheet_.notes.push_back(fmt::format("{} missing {} left out (line {}{})", lines.size(),
                                     lines.size() == 1 ? "reading" : "readings", fmt::join(shown, ", "),
                                     lines.size() > few ? ", ..." : ""));
}

MeasuredTable MeasuredTable::only(std::span<const std::size_t> chosen) const {
  MeasuredTable out = *this;
  out.sheet_.rows.clear(), out.sheet_.lines.clear();
  for (const std::size_t row : chosen)
    out.sheet_.rows.push_back(sheet_.rows.at(row)), out.sheet_.lines.push_back(sheet_.lines.at(row));
  return out;
}

void MeasuredTable::refuse(std::size_t row, std::string_view problem) const {
  throw InputError(fmt::format("{}:{}: {}", sheet_.name, sheet_.lines.at(row), problem));
}

void MeasuredTable::refuse(std::string_view problem) const {
  throw InputError(fmt::format("{}: {}", sheet_.name, problem));
}

}  // namespace bitline
