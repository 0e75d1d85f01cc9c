// SPDX-License-Identifier: Apache-2.0
#include "report/design_text.h"

#include <fmt/format.h>

#include "report/text.h"

namespace bitline::report {

bool has_ideal_wires(const run::Result& r) { return !r.wires && !r.only_budget && !r.shapes && !r.experiment; }

std::string metal_text(const std::optional<chip::MetalEffect>& metal) {
  if (!metal)
    return "Wires are ideal; what real ones would do to column currents was not worked out (it needs "
           "layers on arrays of at most 4096 lines, ohmic devices, one kind of cell, and technology.metal or wires.row "
           "and "
           "wires.column).";
  return fmt::format(
      "Wires are ideal: metal of {} a row segment and {} a column segment would change column currents by {} "
      "(rms, array {}, {} sampled reads). wires.mode: exact counts it.",
      quantity(metal->row_ohm, Unit::ohm), quantity(metal->column_ohm, Unit::ohm),
      percent(metal->current_error_rms, metal->current_error_rms < 0.1 ? 1 : 0), metal->array, grouped(metal->reads));
}

}  // namespace bitline::report
