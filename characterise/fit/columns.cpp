// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace bitline::characterise {

std::string_view reading_column(const MeasuredTable& table) {
  for (const auto name : conductance_readings)
    if (table.has(name)) return name;
  return "conductance";
}

std::vector<std::optional<double>> optional_conductances(const MeasuredTable& table, const FitFiles& files) {
  const std::string_view column = reading_column(table);
  table.require(column);
  if (table.rows() == 0) table.refuse("there are no rows below the header");
  std::vector<std::optional<double>> g = table.optional_values(column);
  const auto read_V = table.optional_values("read voltage");
  if (column == "current" && !files.read_voltage_V && !table.has("read voltage"))
    table.refuse(
        "holds currents: give the voltage they were read at, --read-voltage '0.1 V', or a column 'read voltage'");
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (!g[i]) continue;
    double& x = *g[i];
    if (column == "resistance") {
      if (!(x > 0)) table.refuse(i, fmt::format("a resistance of {} ohm is not above 0", x));
      x = 1 / x;
    }
    if (column == "current") {
      const std::optional<double> at_V = table.has("read voltage") ? read_V[i] : files.read_voltage_V;
      if (!at_V || *at_V == 0) table.refuse(i, "a current was read at no voltage: the read voltage is missing or 0");
      x /= *at_V;
    }
    if (x > 1) table.refuse(i, fmt::format("a conductance of {} S is no memristor's: is the unit right?", x));
    if (x < 0 && column == "current" &&
        std::all_of(g.begin() + static_cast<std::ptrdiff_t>(i), g.end(), [](const auto& y) { return !y || *y <= 0; }))
      table.refuse(i, "currents are negative where the read voltage is positive: was it --read-voltage '-0.1 V'?");
    if (x < 0)
      table.refuse(i, fmt::format("a conductance of {} S is below 0: take the instrument's offset off, or empty the "
                                  "field (a missing reading leaves its pulse in the count)",
                                  x));
  }
  return g;
}

std::vector<double> conductances(const MeasuredTable& table, const FitFiles& files) {
  std::vector<double> out;
  const auto all = optional_conductances(table, files);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i]) table.refuse(i, fmt::format("{} is missing", reading_column(table)));
    out.push_back(*all[i]);
  }
  return out;
}

void require_one_device(const MeasuredTable& table) {
  const auto names = table.texts("cell");
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] != names[0])
      table.refuse(i,
                   fmt::format("is of device '{}', rows before of '{}': fit one device at a time", names[i], names[0]));
}

}  // namespace bitline::characterise
