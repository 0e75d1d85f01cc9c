// SPDX-License-Identifier: Apache-2.0
#include "array/wires/line_resistances.h"

#include <algorithm>

namespace bitline::array {
namespace {

double far_S(double ohm) { return std::min(1 / ohm, LineResistances::short_S); }  // 1 / infinity is 0

}  // namespace

LineResistances line_resistances(const Crossbar& x) {
  const auto rows = static_cast<std::size_t>(x.rows), columns = static_cast<std::size_t>(x.columns);
  const Lines& lines = x.lines;
  LineResistances r;
  r.row_ohm.resize(rows * columns);
  r.column_ohm.resize(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t k = i * columns + j;
      const double driver_ohm = j == 0 ? at(lines.driver_ohm, i) : 0;
      const double sense_ohm = i + 1 == rows ? at(lines.sense_ohm, j) : 0;
      r.row_ohm[k] = std::min(at(lines.row_ohm, k) + driver_ohm, LineResistances::open_ohm);
      r.column_ohm[k] = std::min(at(lines.column_ohm, k) + sense_ohm, LineResistances::open_ohm);
    }
    r.row_far_S.push_back(far_S(at(lines.driver_far_ohm, i) + at(lines.row_ohm, (i + 1) * columns - 1)));
    r.driven.push_back(r.row_ohm[i * columns] < LineResistances::open_ohm || r.row_far_S[i] > 0);
  }
  for (std::size_t j = 0; j < columns; ++j)
    r.column_far_S.push_back(far_S(at(lines.sense_far_ohm, j) + at(lines.column_ohm, j)));
  return r;
}

}  // namespace bitline::array
