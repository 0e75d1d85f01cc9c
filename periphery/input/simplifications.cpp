// SPDX-License-Identifier: Apache-2.0
#include "periphery/input/simplifications.h"

namespace bitline::periphery {

std::vector<Simplification> simplifications(const Input& input) {
  Simplification drivers{"Drivers", {}}, settling{"Settling", {}};
  drivers.claims.push_back(
      {"Rows have exactly their voltage, and a switched row is perfectly on or off.", {"input.errors", "input.droop"}});
  if (input.encoding == Encoding::analog)
    drivers.claims.push_back(
        {"The converters that make analog inputs have no errors.", {"input.errors"}, {"input.encoding=analog"}});
  if (std::holds_alternative<AnalogSum>(input.accumulate))
    drivers.claims.push_back(
        {"Integrators add up planes without offset, noise, droop or settling, and cost what holding a "
         "sample costs.",
         {},
         {"input.accumulate"}});
  settling.claims.push_back(
      {"By a fixed time: rows are driven for input.t_read, and currents count as settled by then. How "
       "long lines take to half an LSB (Elmore delay of row and column) is computed for each layer, "
       "and a layer that takes longer is warned of; its results stay the same.",
       {"input.settling"},
       {"input.t_read"}});
  return {drivers, settling};
}

}  // namespace bitline::periphery
