// SPDX-License-Identifier: Apache-2.0
// Pulse trains from CSV files.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "array/plasticity/curves.h"
#include "base/error.h"
#include "base/files.h"

namespace bitline {
namespace {

struct Known {
  const char* name;
  Unit unit;
  double Pulse::*member;
};
constexpr Known known[] = {{"time", Unit::second, &Pulse::time_s},
                           {"width", Unit::second, &Pulse::width_s},
                           {"amplitude", Unit::volt, &Pulse::amplitude_V},
                           {"power", Unit::watt_per_square_meter, &Pulse::power_W_m2},
                           {"wavelength", Unit::meter, &Pulse::wavelength_m}};

struct Column {
  const Known* what;
  std::string unit;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = line.find(separator);
    out.push_back(trimmed(line.substr(0, at)));
    if (at == std::string_view::npos) return out;
    line.remove_prefix(at + 1);
  }
}

Column column_of(std::string_view header, const std::string& at) {
  const auto open = header.find('(');
  const std::string_view name = trimmed(header.substr(0, open));
  const auto found = std::find_if(std::begin(known), std::end(known), [&](const Known& k) { return k.name == name; });
  if (found == std::end(known))
    throw InputError(
        fmt::format("{}: unknown column '{}': time, width, amplitude, power and wavelength are known", at, name));
  const std::string wanted = fmt::format("write it like '{} ({})'", name, symbol(found->unit));
  if (open == std::string_view::npos || header.back() != ')')
    throw InputError(fmt::format("{}: column '{}' has no unit; {}", at, name, wanted));
  const std::string unit(trimmed(header.substr(open + 1, header.size() - open - 2)));
  if (!parse_quantity("1 " + unit, found->unit).value)
    throw InputError(fmt::format("{}: column '{}' cannot be in '{}'; {}", at, name, unit, wanted));
  return {found, unit};
}

}  // namespace

std::vector<Pulse> read_pulse_train(const std::string& file) {
  std::istringstream in(read_file(file));
  std::vector<Column> columns;
  std::vector<Pulse> train;
  char separator = ',';
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string at = fmt::format("{}:{}", file, ++number);
    if (trimmed(line).empty() || line.front() == '#') continue;
    if (columns.empty()) {
      for (const char c : {'\t', ';'})
        if (line.find(c) != std::string::npos) separator = c;
      for (const auto header : split(line, separator)) {
        const Column c = column_of(header, at);
        for (const auto& other : columns)
          if (other.what == c.what) throw InputError(fmt::format("{}: column '{}' is there twice", at, c.what->name));
        columns.push_back(c);
      }
      const auto has = [&](const char* name) {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const Column& c) { return c.what->name == std::string_view(name); });
      };
      for (const char* name : {"time", "width"})
        if (!has(name)) throw InputError(fmt::format("{}: there is no column '{}'", at, name));
      if (!has("amplitude") && !has("power")) throw InputError(at + ": there is no column 'amplitude' or 'power'");
      continue;
    }
    const auto cells = split(line, separator);
    if (cells.size() != columns.size())
      throw InputError(fmt::format("{}: has {} cells where the header has {}", at, cells.size(), columns.size()));
    Pulse pulse;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Known& what = *columns[i].what;
      if (cells[i].empty() && what.member != &Pulse::time_s && what.member != &Pulse::width_s) continue;
      const auto q = parse_quantity(fmt::format("{} {}", cells[i], columns[i].unit), what.unit);
      if (!q.value || !std::isfinite(*q.value))
        throw InputError(fmt::format("{}: {} '{}' is not a number", at, what.name, cells[i]));
      if (*q.value < 0 && what.member != &Pulse::amplitude_V && what.member != &Pulse::time_s)
        throw InputError(fmt::format("{}: {} {} is below 0", at, what.name, cells[i]));
      pulse.*what.member = *q.value;
    }
    if (pulse.amplitude_V != 0 && pulse.power_W_m2 != 0)
      throw InputError(at + ": a pulse is either a voltage or light");
    const double free_s = train.empty() ? 0 : train.back().time_s + train.back().width_s;
    // Times that touch may differ by rounding.
    if (!train.empty() && pulse.time_s < free_s && pulse.time_s > free_s - 1e-9 * std::abs(free_s))
      pulse.time_s = free_s;
    if (pulse.time_s < free_s)
      throw InputError(train.empty() ? fmt::format("{}: time {} s is below 0", at, pulse.time_s)
                                     : fmt::format("{}: the pulse starts at {} s, but the one before ends at {} s", at,
                                                   pulse.time_s, free_s));
    train.push_back(pulse);
  }
  if (columns.empty()) throw InputError(file + ": there is no header line");
  if (train.empty()) throw InputError(file + ": there are no pulses below the header");
  return train;
}

}  // namespace bitline
