// SPDX-License-Identifier: Apache-2.0
#include "array/cell_simplifications.h"

namespace bitline::array {

std::vector<Simplification> simplifications(const Cell& cell) {
  Simplification s{"Cells", {}};
  if (const auto* pair = std::get_if<DifferentialCell>(&cell); pair && pair->subtract == Subtract::digital)
    s.claims.push_back({"The two devices of a weight are converted apart; their subtraction is digital.",
                        {},
                        {"cell.subtract=digital"}});
  else if (pair)
    s.claims.push_back(
        {"The subtraction of the two currents of a weight is exact.", {"cell.mismatch"}, {"cell.subtract=analog"}});
  else if (std::holds_alternative<OffsetCell>(cell))
    s.claims.push_back(
        {"The subtraction of the reference column's current is exact. That column has write errors, ageing, "
         "stuck devices and read noise, but is never dead.",
         {"cell.mismatch"},
         {"cell.type=1t1r-offset"}});
  else
    s.claims.push_back(
        {"The two currents of a weight subtract on their line exactly.", {"cell.mismatch"}, {"cell.type=2t2r"}});
  s.claims.push_back({"Access transistors are perfectly on or off.", {"cell.selector"}});
  return {s};
}

}  // namespace bitline::array
