// SPDX-License-Identifier: Apache-2.0
#include "array/wires/wires.h"

namespace bitline::array {

bool Wires::exact() const {
  if (mode != WireMode::automatic) return mode == WireMode::exact;
  return row_ohm.value_or(0) > 0 || column_ohm.value_or(0) > 0 || driver_ohm > 0 || sense_ohm > 0 || access_ohm > 0 ||
         driver_far_ohm || sense_far_ohm;
}

void fields(Visitor& v, Wires& w) {
  v(w.mode, {.key = "mode",
             .meaning = "ideal: wires have no resistance; exact: Kirchhoff's laws at every node; auto: exact when any "
                        "resistance below is given"});
  v(w.row_ohm, {.key = "row",
                .meaning = "resistance of a row line (gated-ladder: supply line) from one device to the next",
                .unit = Unit::ohm,
                .min = 0,
                .absent = "metal"});
  v(w.column_ohm, {.key = "column",
                   .meaning = "resistance of a column line from one device to the next",
                   .unit = Unit::ohm,
                   .min = 0,
                   .absent = "metal"});
  v(w.driver_ohm, {.key = "driver",
                   .meaning = "between source and first segment of each row (gated-ladder: of each supply line)",
                   .unit = Unit::ohm,
                   .min = 0});
  v(w.sense_ohm, {.key = "sense",
                  .meaning = "between last segment of each column and its virtual ground",
                  .unit = Unit::ohm,
                  .min = 0});
  v(w.driver_far_ohm, {.key = "driver_far",
                       .meaning = "connects the same source to the other end of its row too, through this",
                       .unit = Unit::ohm,
                       .min = 0,
                       .absent = "none"});
  v(w.sense_far_ohm, {.key = "sense_far",
                      .meaning = "grounds the other end of each column too, through this; currents of both ends add",
                      .unit = Unit::ohm,
                      .min = 0,
                      .absent = "none"});
  v(w.access_ohm, {.key = "access",
                   .meaning = "of the transistor in series with each device when it is on",
                   .unit = Unit::ohm,
                   .min = 0});
  v(w.compensation, {.key = "compensation",
                     .meaning = "conductance (pairs that share a column): targets are raised by what the wires of the "
                                "intended array take from each device, as far "
                                "as g_max allows"});
  v(w.compensated_swing, {.key = "compensated_swing",
                          .meaning = "signal that compensation aims at, as a share of that without wires: less leaves "
                                     "distant devices more room below g_max, but write errors weigh more",
                          .unit = Unit::fraction,
                          .max = 1,
                          .positive = true});
}

}  // namespace bitline::array
