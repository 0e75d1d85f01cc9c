// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_table.h"

#include "base/csv.h"

namespace bitline::experiments {

std::string sweep_table(const Sweep& sweep, const PointIndex& finished) {
  std::string out = "point,hash";
  for (const auto& path : sweep.paths()) out.append(",").append(csv_field(path));
  for (const auto& path : sweep.keep) out.append(",").append(csv_field(path));
  out += "\n";
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    const auto row = finished.rows.find(sweep.keys[i]);
    if (!sweep.invalid.empty() && sweep.invalid[i]) continue;
    if (row == finished.rows.end()) continue;
    out.append(std::to_string(i)).append(",").append(sweep.keys[i].hex());
    for (const AxisValue* v : sweep.values(i)) out.append(",").append(csv_field(v->value));
    out.append(row->second.figures).append("\n");
  }
  return out;
}

}  // namespace bitline::experiments
