// SPDX-License-Identifier: Apache-2.0
#include "array/wires/crossbar.h"

#include <fmt/format.h>

#include "base/error.h"

namespace bitline::array {
namespace {

void check_list(std::span<const double> list, const char* what, std::size_t each) {
  if (list.size() != 1 && list.size() != each)
    throw InputError(fmt::format("{}: {} values where 1 or {} belong", what, list.size(), each));
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!(list[i] >= 0))
      throw InputError(
          fmt::format("{}: value {} is {} ohm; resistances are 0, positive or infinite", what, i, list[i]));
}

}  // namespace

void check(const Crossbar& c) {
  if (c.rows < 1 || c.columns < 1)
    throw InputError(
        fmt::format("a crossbar of {} rows and {} columns; it needs at least one of each", c.rows, c.columns));
  const auto rows = static_cast<std::size_t>(c.rows), columns = static_cast<std::size_t>(c.columns);
  if (c.g_S.size() != rows * columns)
    throw InputError(fmt::format("conductances: {} values for {} x {} devices", c.g_S.size(), rows, columns));
  for (std::size_t k = 0; k < c.g_S.size(); ++k)
    if (!(c.g_S[k] >= 0 && c.g_S[k] <= largest_conductance_S))
      throw InputError(fmt::format(
          "conductances: row {}, column {} (from 0) is {} S; conductances are 0 (open) or positive, up to {} S",
          k / columns, k % columns, c.g_S[k], largest_conductance_S));
  check_list(c.lines.row_ohm, "row segments", rows * columns);
  check_list(c.lines.column_ohm, "column segments", rows * columns);
  check_list(c.lines.driver_ohm, "row drivers", rows);
  check_list(c.lines.driver_far_ohm, "far row drivers", rows);
  check_list(c.lines.sense_ohm, "column sense nodes", columns);
  check_list(c.lines.sense_far_ohm, "far column sense nodes", columns);
}

}  // namespace bitline::array
