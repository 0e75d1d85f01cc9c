// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/nearest.h"

namespace bitline {
namespace {

struct UnitInfo {
  std::string_view symbol, example;
};
const UnitInfo& info(Unit unit) {
  static const std::array<UnitInfo, 23> table{{{"", "3"},
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
                                               {"ohm m", "17 nohm m"},
                                               {"ohm/m", "0.4 ohm/um"},
                                               {"F/m", "0.2 fF/um"},
                                               {"/V", "3 /V"},
                                               {"A/m", "500 uA/um"},
                                               {"/K", "-0.001 /K"},
                                               {"eV", "0.7 eV"},
                                               {"W/m2", "32 mW/cm2"}}};
  return table[static_cast<std::size_t>(unit)];
}

struct Prefix {
  std::string_view name;
  int power;
  bool written = true;  // by us: the plainest spelling of each, and no rare one
};
constexpr Prefix prefixes[] = {{"", 0},          {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"\u00b5", -6, false},
                               {"m", -3},        {"k", 3},   {"M", 6},   {"G", 9},  {"T", 12}, {"\u03bc", -6, false},
                               {"a", -18, false}};

// "0.8 /V", not "800 m/V".
bool without_prefix(Unit unit) { return unit == Unit::per_volt || unit == Unit::per_kelvin; }

bool per_length(Unit unit) {
  return unit == Unit::ohm_per_meter || unit == Unit::farad_per_meter || unit == Unit::ampere_per_meter;
}

// What a prefix counts in this unit: square micrometers are 1e-12 m2.
int dimension(Unit unit) { return unit == Unit::square_meter ? 2 : 1; }

std::optional<int> power_of(std::string_view suffix, std::string_view symbol) {
  for (const auto& p : prefixes)
    if (suffix.size() == p.name.size() + symbol.size() && suffix.starts_with(p.name) && suffix.ends_with(symbol))
      return p.power;
  return std::nullopt;
}

// The number in the text times 10^power, rounded once, as if it were written with that exponent. nullopt: out of range.
std::optional<double> shifted(std::string_view number, int power) {
  const auto e = number.find_first_of("eE");
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view written = number.substr(e + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    std::from_chars(written.data(), written.data() + written.size(), exponent);
  }
  const std::string text = fmt::format("{}e{}", number.substr(0, e), exponent + power);
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  return error == std::errc() ? std::optional(x) : std::nullopt;
}

// What a unit with its prefix counts: `times` 10^power SI units.
struct Factor {
  int power = 0;
  double times = 1;
};

std::optional<Factor> factor_of(std::string_view suffix, Unit unit) {
  if (unit == Unit::fraction && suffix == "%") return Factor{-2};
  if (unit == Unit::second) {
    constexpr std::pair<std::string_view, double> longer[] = {
        {"min", 60},    {"h", 3600},     {"hour", 3600},           {"hours", 3600},
        {"day", 86400}, {"days", 86400}, {"year", 365.25 * 86400}, {"years", 365.25 * 86400}};
    for (auto [name, seconds] : longer)
      if (suffix == name) return Factor{0, seconds};
  }
  int power = 0;
  std::string_view base = symbol(unit);
  if (unit == Unit::watt_per_square_meter && suffix.ends_with("/cm2")) {
    power = 4;
    suffix.remove_suffix(4);
    base = "W";
  }
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
  return Factor{power + *above * dimension(unit)};
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return letter(x) == letter(y); });
}

// "did you mean 'ohm'?" where the case alone is wrong; what differs in more is another unit.
std::string suggested_unit(std::string_view suffix, Unit unit) {
  std::vector<std::string> spellings;
  for (const auto& p : prefixes) spellings.push_back(fmt::format("{}{}", p.name, symbol(unit)));
  if (unit == Unit::second)
    spellings.insert(spellings.end(), {"min", "h", "hour", "hours", "day", "days", "year", "years"});
  std::erase_if(spellings, [&](const std::string& s) { return !equal_but_for_case(s, suffix); });
  return did_you_mean(suffix, spellings);
}

std::string_view without_blanks(std::string_view s) {
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
  std::string_view digits = without_blanks(text);
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);  // from_chars takes no plus
  double x = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x);
  if (error == std::errc::result_out_of_range) return problem("is out of the range of numbers");
  if (error != std::errc() || !std::isfinite(x))
    return problem(unit == Unit::none ? "is not a number"
                                      : fmt::format("is not a number with a unit such as \"{}\"", example(unit)));
  const auto length = static_cast<std::size_t>(end - digits.data());
  const std::string_view number = digits.substr(0, length), suffix = without_blanks(digits.substr(length));
  if (suffix.empty() && (unit == Unit::none || unit == Unit::fraction)) return {x, ""};
  if (suffix.empty()) return problem(fmt::format("has no unit; write for example \"{}\"", example(unit)));
  if (unit == Unit::none) return problem(fmt::format("has the unit '{}' where a pure number is expected", suffix));
  const auto factor = factor_of(suffix, unit);
  if (!factor && unit == Unit::fraction)
    return problem(fmt::format("has the unit '{}' where a fraction or percentage is expected", suffix));
  if (!factor) {
    std::string near = suggested_unit(suffix, unit);
    if (near.empty() && unit == Unit::second)
      near = "times are in s (ns, us, ms), min, h, day or year, such as \"10 ns\" or \"1 year\"";
    if (near.empty()) near = fmt::format("write for example \"{}\"", example(unit));
    return problem(fmt::format("has the unit '{}' where {} is expected; {}", suffix, symbol(unit), near));
  }
  const auto value = shifted(number, factor->power);
  if (!value || !std::isfinite(*value * factor->times)) return problem("is out of the range of numbers");
  return {*value * factor->times, ""};
}

std::optional<NumberAndUnit> number_and_unit(std::string_view text) {
  NumberAndUnit n;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n.value);
  if (error != std::errc() || !std::isfinite(n.value)) return std::nullopt;
  n.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  n.apart = n.unit.starts_with(' ');
  while (n.unit.starts_with(' ')) n.unit.remove_prefix(1);
  return n;
}

std::string format_quantity(double value, Unit unit) {
  const std::string plain = fmt::format("{}", value);  // shortest text that reads back to the same double
  if (unit == Unit::none || unit == Unit::fraction) return plain;
  const std::string_view base = symbol(unit);
  std::string best = fmt::format("{} {}", plain, base);
  if (value == 0 || per_length(unit) || without_prefix(unit)) return best;
  // Prefer the prefix that leaves the fewest characters and a number from 1 to 1000, and still reads back exactly.
  std::size_t least = std::string::npos;
  for (const auto& p : prefixes) {
    const auto number = shifted(plain, -p.power * dimension(unit));
    if (!p.written || !number) continue;
    std::string candidate = fmt::format("{} {}{}", *number, p.name, base);
    const bool handy = std::abs(*number) >= 1 && std::abs(*number) < 1000;
    const std::size_t cost = candidate.size() + (handy ? 0 : 2);
    if (cost >= least || candidate.find('e') != std::string::npos || parse_quantity(candidate, unit).value != value)
      continue;
    least = cost;
    best = std::move(candidate);
  }
  return best;
}

std::string pretty(double value, Unit unit) {
  if (unit == Unit::fraction) return fmt::format("{:.2f} %", value * 100);
  if (unit == Unit::none) return fmt::format("{:.4g}", value);
  if (value == 0 || !std::isfinite(value) || without_prefix(unit)) return fmt::format("{:.4g} {}", value, symbol(unit));
  const int step = 3 * dimension(unit);
  int power = static_cast<int>(std::floor(std::log10(std::abs(value)) / step)) * step;
  if (std::abs(value) / std::pow(10.0, power + step) >= 0.99995) power += step;  // 0.99999 A is 1 A, not 1000 mA
  power = std::clamp(power, -5 * step, 12);
  if (unit == Unit::ohm && power == -3) power = 0;              // "848 mohm" could be read as megohm
  if (unit == Unit::square_meter) power = std::min(power, -6);  // areas of chips read best in mm2
  for (const auto& p : prefixes)
    if (p.written && p.power * dimension(unit) == power)
      return fmt::format("{:.4g} {}{}", value / std::pow(10.0, power), p.name, symbol(unit));
  return fmt::format("{:.4g} {}", value, symbol(unit));
}

}  // namespace bitline
