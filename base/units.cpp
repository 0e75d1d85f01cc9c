// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace bitline {
namespace {

struct UnitInfo {
  std::string_view symbol, example;
};
const UnitInfo& info(Unit unit) {
  static const std::array<UnitInfo, 15> table{{{"", "3"}, {"", "84.56 %"}, {"S", "80 uS"}, {"V", "0.2 V"}, {"A", "1.5 uA"}, {"ohm", "2.2 ohm"},
    {"F", "1 fF"}, {"J", "2.5 pJ"}, {"W", "3 mW"}, {"C", "12.07 pC"}, {"Hz", "100 MHz"}, {"K", "300 K"}, {"s", "10 ns"}, {"m", "130 nm"}, {"m2", "400 um2"}}};
  static const UnitInfo ohm_m{"ohm/m", "0.4 ohm/um"}, farad_m{"F/m", "0.2 fF/um"};
  if (unit == Unit::ohm_per_meter) return ohm_m;
  if (unit == Unit::farad_per_meter) return farad_m;
  return table[static_cast<std::size_t>(unit)];
}

struct Prefix {
  std::string_view name;
  int power;
};
constexpr Prefix prefixes[] = {{"", 0}, {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"\u00b5", -6}, {"m", -3}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"a", -18}};

// x * 10^power with one rounding: 10^22 and below are exact doubles.
double scaled(double x, int power) {
  double p = 1;
  for (int i = 0; i < std::abs(power); ++i) p *= 10;
  return power < 0 ? x / p : x * p;
}

std::optional<double> scaled_by_unit(double x, std::string_view suffix, Unit unit) {
  if (unit == Unit::second) {
    constexpr std::pair<std::string_view, double> longer[] = {{"min", 60}, {"h", 3600}, {"hour", 3600}, {"hours", 3600}, {"day", 86400}, {"days", 86400}, {"year", 365.25 * 86400}, {"years", 365.25 * 86400}};
    for (auto [name, seconds] : longer)
      if (suffix == name) return x * seconds;
  }
  const std::string_view base = symbol(unit);
  if (unit == Unit::ohm_per_meter || unit == Unit::farad_per_meter) {
    const auto slash = suffix.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto over = scaled_by_unit(x, suffix.substr(0, slash), unit == Unit::ohm_per_meter ? Unit::ohm : Unit::farad);
    const std::string_view under = suffix.substr(slash + 1);
    if (!over) return std::nullopt;
    for (const auto& p : prefixes)
      if (under == std::string(p.name) + "m") return scaled(*over, -p.power);
    return std::nullopt;
  }
  const int dimension = unit == Unit::square_meter ? 2 : 1;
  for (const auto& p : prefixes)
    if (suffix == std::string(p.name) + std::string(base)) return scaled(x, p.power * dimension);
  return std::nullopt;
}

}  // namespace

std::string_view symbol(Unit unit) { return info(unit).symbol; }
std::string_view example(Unit unit) { return info(unit).example; }

ParsedQuantity parse_quantity(std::string_view text, Unit unit) {
  const auto trim = [](std::string_view s) {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
    return s;
  };
  text = trim(text);
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  double x = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x);
  if (error == std::errc::result_out_of_range) return {std::nullopt, "is out of the range of numbers"};
  if (error != std::errc() || !std::isfinite(x)) return {std::nullopt, "is not a number" + std::string(unit == Unit::none ? "" : fmt::format(" with a unit such as \"{}\"", example(unit)))};
  const std::string_view suffix = trim(digits.substr(static_cast<std::size_t>(end - digits.data())));
  if (unit == Unit::none) {
    if (!suffix.empty()) return {std::nullopt, fmt::format("has the unit '{}' where a pure number is expected", suffix)};
    return {x, ""};
  }
  if (unit == Unit::fraction) {
    if (suffix.empty()) return {x, ""};
    if (suffix == "%") return {x / 100, ""};
    return {std::nullopt, fmt::format("has the unit '{}' where a fraction or percentage is expected", suffix)};
  }
  if (suffix.empty()) return {std::nullopt, fmt::format("has no unit; write for example \"{}\"", example(unit))};
  if (const auto value = scaled_by_unit(x, suffix, unit); value && std::isfinite(*value)) return {value, ""};
  return {std::nullopt, fmt::format("has the unit '{}' where {} is expected; write for example \"{}\"", suffix, symbol(unit), example(unit))};
}

std::string format_quantity(double value, Unit unit) {
  const std::string plain = fmt::format("{}", value);  // shortest text that reads back to the same double
  if (unit == Unit::none || unit == Unit::fraction) return plain;
  const std::string_view base = symbol(unit);
  std::string best = plain + " " + std::string(base);
  if (value == 0 || unit == Unit::ohm_per_meter || unit == Unit::farad_per_meter) return best;
  // Prefer the prefix that leaves the fewest characters and still reads back exactly.
  const int dimension = unit == Unit::square_meter ? 2 : 1;
  for (const auto& p : prefixes) {
    if (p.name == "\u00b5" || p.name == "a") continue;
    const std::string candidate = fmt::format("{} {}{}", scaled(value, -p.power * dimension), p.name, base);
    if (candidate.size() < best.size() && candidate.find('e') == std::string::npos && parse_quantity(candidate, unit).value == value) best = candidate;
  }
  return best;
}

std::string pretty(double value, Unit unit) {
  if (unit == Unit::fraction) return fmt::format("{:.2f} %", value * 100);
  if (unit == Unit::none || value == 0 || !std::isfinite(value)) return fmt::format("{:.4g} {}", value, symbol(unit));
  const int dimension = unit == Unit::square_meter ? 2 : 1;
  const int step = 3 * dimension;
  int power = static_cast<int>(std::floor(std::log10(std::abs(value)) / step)) * step;
  power = std::max(-15 * dimension, std::min(power, 12));
  if (dimension == 2 && power > -6) power = -6;  // areas of chips read best in mm2
  for (const auto& p : prefixes)
    if (p.power * dimension == power && p.name != "\u00b5") return fmt::format("{:.4g} {}{}", scaled(value, -power), p.name, symbol(unit));
  return fmt::format("{:.4g} {}", value, symbol(unit));
}

}  // namespace bitline
