// SPDX-License-Identifier: Apache-2.0
#include "bench/wired_array.h"

#include "base/random.h"

namespace bitline::bench {

using array::Crossbar;

Crossbar wired_array(int rows, int columns, double g_max_S) {
  const Random random(1, 0);
  Crossbar x;
  x.rows = rows, x.columns = columns;
  for (std::uint32_t place = 0; place < static_cast<std::uint32_t>(rows * columns); ++place)
    x.g_S.push_back(g_max_S * (0.05 + 0.95 * random.uniform4({.purpose = Purpose::test, .place = place})[0]));
  x.lines.row_ohm = x.lines.column_ohm = {1};
  return x;
}

}  // namespace bitline::bench
