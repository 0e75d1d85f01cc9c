// SPDX-License-Identifier: Apache-2.0
#include "base/column_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace bitline {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string plain_name(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const char small = c == '_' || c == '\t' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == '"' || (small == ' ' && (out.empty() || out.back() == ' '))) continue;
    out += small;
  }
  for (const std::string_view delta : {"\u0394", "\u2206"})
    if (const auto at = out.find(delta); at != std::string::npos) out.replace(at, delta.size(), "delta ");
  return std::string(trimmed(out));
}

std::string plain_unit(std::string_view unit) {
  unit = trimmed(unit);
  if (unit.size() > 1 && (unit.front() == '(' || unit.front() == '[') && (unit.back() == ')' || unit.back() == ']'))
    unit = trimmed(unit.substr(1, unit.size() - 2));
  constexpr std::pair<std::string_view, std::string_view> endings[] = {
      {"\u03a9", "ohm"}, {"\u2126", "ohm"}, {"Ohms", "ohm"},  {"ohms", "ohm"}, {"Ohm", "ohm"},  {"OHM", "ohm"},
      {"secs", "s"},     {"sec", "s"},      {"seconds", "s"}, {"Volts", "V"},  {"volts", "V"},  {"Volt", "V"},
      {"volt", "V"},     {"Amps", "A"},     {"amps", "A"},    {"Amp", "A"},    {"Ampere", "A"}, {"amp", "A"},
      {"Siemens", "S"},  {"siemens", "S"},  {"percent", "%"}};
  for (const auto& [ending, plain] : endings)
    if (unit.ends_with(ending)) {
      std::string prefix(trimmed(unit.substr(0, unit.size() - ending.size())));
      return (prefix == "K" ? "k" : prefix) + std::string(plain);
    }
  return std::string(unit);
}

HeaderParts header_parts(std::string_view header) {
  header = trimmed(header);
  if (header.size() > 1 && header.front() == '"' && header.back() == '"') header = header.substr(1, header.size() - 2);
  const auto open = header.rfind(header.ends_with(']') ? '[' : '(');
  if (open != std::string_view::npos && (header.ends_with(')') || header.ends_with(']')))
    return {std::string(trimmed(header.substr(0, open))),
            plain_unit(header.substr(open + 1, header.size() - open - 2))};
  return {std::string(header), ""};
}

namespace {

const KnownColumn* known_by_name(std::string_view name, std::span<const KnownColumn> known) {
  const std::string plain = plain_name(name);
  for (const KnownColumn& k : known)
    if (plain == k.name ||
        std::any_of(k.also.begin(), k.also.end(), [&](std::string_view a) { return plain == plain_name(a); }))
      return &k;
  return nullptr;
}

}  // namespace

ColumnMatch match_column(std::string_view header, std::span<const KnownColumn> known,
                         std::span<const ColumnChoice> choices) {
  header = trimmed(header);
  const HeaderParts parts = header_parts(header);
  for (const ColumnChoice& c : choices)
    if (c.header != "*" &&
        (plain_name(c.header) == plain_name(header) || plain_name(c.header) == plain_name(parts.name)))
      if (const auto* k = known_by_name(c.name, known)) {
        const std::string unit = c.unit.empty() ? parts.unit : c.unit;
        return {k, unit, !unit.empty(), true};
      }
  if (const auto* k = known_by_name(header, known)) return {k};
  if (const auto* k = known_by_name(parts.name, known); k && !parts.unit.empty()) return {k, parts.unit, true};
  // "V / V", "amplitude_V": what follows must be a unit, since names hold such signs too.
  for (const char sign : {'/', '_'})
    if (const auto at = header.rfind(sign); at != std::string_view::npos)
      if (const auto* k = known_by_name(header.substr(0, at), known)) {
        const std::string unit = plain_unit(header.substr(at + 1));
        if (sign == '_' || parse_quantity("1 " + unit, k->unit).value) return {k, unit, true};
      }
  return {};
}

std::vector<ColumnChoice> parse_column_choices(std::string_view text) {
  std::vector<ColumnChoice> out;
  while (!text.empty()) {
    const std::string_view one = trimmed(text.substr(0, text.find(',')));
    text.remove_prefix(
        std::min(text.size(), text.find(',') == std::string_view::npos ? text.size() : text.find(',') + 1));
    if (one.empty()) continue;
    const auto sign = one.rfind('=');
    if (sign == std::string_view::npos || sign == 0)
      throw InputError(
          fmt::format("'{}' says of no column what it is: write HEADER=NAME, such as \"Vprog [V]=amplitude\"", one));
    const HeaderParts is = header_parts(one.substr(sign + 1));
    out.push_back({std::string(trimmed(one.substr(0, sign))), is.name, is.unit});
  }
  return out;
}

std::optional<double> number_of(std::string_view field) {
  std::string text(trimmed(field));
  if (text.starts_with('+')) text.erase(0, 1);
  if (text.find('.') == std::string::npos)
    if (const auto comma = text.find(','); comma != std::string::npos && text.find(',', comma + 1) == std::string::npos)
      text[comma] = '.';
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() && std::isfinite(x)
             ? std::optional(x)
             : std::nullopt;
}

bool is_missing(std::string_view field) {
  const std::string plain = plain_name(field);
  constexpr std::string_view words[] = {"",    "nan",  "-nan", "na",   "n/a",      "#n/a",    "#na",
                                        "-",   "--",   "null", "none", "#div/0!",  "#value!", "#num!",
                                        "inf", "-inf", "ovld", "ol",   "overflow", "overload"};
  if (std::find(std::begin(words), std::end(words), plain) != std::end(words)) return true;
  constexpr double not_a_number = 9.9e37;
  const auto x = number_of(field);
  return x && std::abs(*x) >= not_a_number;
}

}  // namespace bitline
