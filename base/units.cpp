// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

namespace bitline {
namespace {

struct UnitInfo {
  std::string_view symbol, example;
};
const UnitInfo& info(Unit unit) {
  static const std::array<UnitInfo, 17> table{{{"", "3"},
                                               {"", "84.56 %"},
                                               {"S", "80 uS"},
                                               {"V", "0.2 V"},
                                               {"A", "1.5 uA"},
                                               {"ohm", "2.2 ohm"},
                                               {"F", "1 fF"},
                                               {"J", "2.5 pJ"},
                                               {"W", "3 mW"},
                                               {"C", "12.07 pC"},
                                               {"Hz", "100 MHz"},
                                               {"K", "300 K"},
                                               {"s", "10 ns"},
                                               {"m", "130 nm"},
                                               {"m2", "400 um2"},
                                               {"ohm/m", "0.4 ohm/um"},
                                               {"F/m", "0.2 fF/um"}}};
  return table[static_cast<std::size_t>(unit)];
}

struct Prefix {
  std::string_view name;
  int power;
  bool written = true;  // by us: the plainest spelling of each, and no rare one
};
constexpr Prefix prefixes[] = {{"", 0},   {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"\u00b5", -6, false},
                               {"m", -3}, {"k", 3},   {"M", 6},   {"G", 9},  {"T", 12}, {"\u03bc", -6, false},
                               {"a", -18, false}};

bool per_length(Unit unit) { return unit == Unit::ohm_per_meter || unit == Unit::farad_per_meter; }

// What a prefix counts in this unit: square micrometers are 1e-12 m2.
int dimension(Unit unit) { return unit == Unit::square_meter ? 2 : 1; }

std::optional<int> power_of(std::string_view suffix, std::string_view symbol) {
  for (const auto& p : prefixes)
    if (suffix.size() == p.name.size() + symbol.size() && suffix.starts_with(p.name) && suffix.ends_with(symbol))
      return p.power;
  return std::nullopt;
}

// x * 10^power, rounded once for |power| <= 22, where the factor is an exact double.
double scaled(double x, int power) {
  double p = 1;
  for (int i = 0; i < std::abs(power); ++i) p *= 10;
  return power < 0 ? x / p : x * p;
}

std::optional<double> scaled_by_unit(double x, std::string_view suffix, Unit unit) {
  if (unit == Unit::second) {
    constexpr std::pair<std::string_view, double> longer[] = {
        {"min", 60},    {"h", 3600},     {"hour", 3600},           {"hours", 3600},
        {"day", 86400}, {"days", 86400}, {"year", 365.25 * 86400}, {"years", 365.25 * 86400}};
    for (auto [name, seconds] : longer)
      if (suffix == name) return x * seconds;
  }
  int power = 0;
  std::string_view base = symbol(unit);
  if (per_length(unit)) {
    const auto slash = suffix.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto below = power_of(suffix.substr(slash + 1), "m");
    if (!below) return std::nullopt;
    power = -*below;
    suffix = suffix.substr(0, slash);
    base = base.substr(0, base.find('/'));
  }
  const auto above = power_of(suffix, base);
  if (!above) return std::nullopt;
  return scaled(x, power + *above * dimension(unit));
}

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

}  // namespace

std::string_view symbol(Unit unit) { return info(unit).symbol; }
std::string_view example(Unit unit) { return info(unit).example; }

ParsedQuantity parse_quantity(std::string_view text, Unit unit) {
  const auto problem = [](std::string what) { return ParsedQuantity{std::nullopt, std::move(what)}; };
  std::string_view digits = trimmed(text);
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);  // from_chars takes no plus
  double x = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x);
  if (error == std::errc::result_out_of_range) return problem("is out of the range of numbers");
  if (error != std::errc() || !std::isfinite(x))
    return problem(unit == Unit::none
                       ? "is not a number"
                       : fmt::format("is not a number with a unit such as \"{}\"", example(unit)));
  const std::string_view suffix = trimmed(digits.substr(static_cast<std::size_t>(end - digits.data())));
  if (unit == Unit::none)
    return suffix.empty() ? ParsedQuantity{x, ""}
                          : problem(fmt::format("has the unit '{}' where a pure number is expected", suffix));
  if (unit == Unit::fraction) {
    if (suffix.empty()) return {x, ""};
    if (suffix == "%") return {x / 100, ""};
    return problem(fmt::format("has the unit '{}' where a fraction or percentage is expected", suffix));
  }
  if (suffix.empty()) return problem(fmt::format("has no unit; write for example \"{}\"", example(unit)));
  const auto value = scaled_by_unit(x, suffix, unit);
  if (!value)
    return problem(fmt::format("has the unit '{}' where {} is expected; write for example \"{}\"", suffix,
                               symbol(unit), example(unit)));
  if (!std::isfinite(*value) || (*value == 0 && x != 0)) return problem("is out of the range of numbers");
  return {value, ""};
}

std::string format_quantity(double value, Unit unit) {
  const std::string plain = fmt::format("{}", value);  // shortest text that reads back to the same double
  if (unit == Unit::none || unit == Unit::fraction) return plain;
  const std::string_view base = symbol(unit);
  std::string best = fmt::format("{} {}", plain, base);
  if (value == 0 || per_length(unit)) return best;
  // Prefer the prefix that leaves the fewest characters and still reads back exactly.
  for (const auto& p : prefixes) {
    if (!p.written) continue;
    const std::string candidate = fmt::format("{} {}{}", scaled(value, -p.power * dimension(unit)), p.name, base);
    if (candidate.size() < best.size() && candidate.find('e') == std::string::npos &&
        parse_quantity(candidate, unit).value == value)
      best = candidate;
  }
  return best;
}

std::string pretty(double value, Unit unit) {
  if (unit == Unit::fraction) return fmt::format("{:.2f} %", value * 100);
  if (unit == Unit::none) return fmt::format("{:.4g}", value);
  if (value == 0 || !std::isfinite(value)) return fmt::format("{:.4g} {}", value, symbol(unit));
  const int step = 3 * dimension(unit);
  int power = static_cast<int>(std::floor(std::log10(std::abs(value)) / step)) * step;
  power = std::clamp(power, -5 * step, 12);
  if (unit == Unit::square_meter) power = std::min(power, -6);  // areas of chips read best in mm2
  for (const auto& p : prefixes)
    if (p.written && p.power * dimension(unit) == power)
      return fmt::format("{:.4g} {}{}", scaled(value, -power), p.name, symbol(unit));
  return fmt::format("{:.4g} {}", value, symbol(unit));
}

}  // namespace bitline
