// SPDX-License-Identifier: Apache-2.0
#include "report/write_text.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "report/text.h"

namespace bitline::report {

using run::Result;
using run::WriteResult;

std::string read_moment(const WriteResult& w) {
  const std::string since = duration(w.read_after_s);
  if (w.refresh_in_s)
    return fmt::format("{} after the last writing or refresh, {} before the next, when devices are oldest", since,
                       duration(*w.refresh_in_s));
  return w.read_after_s > 0 ? since + " after writing" : "";
}

std::string pulses_text(const WriteResult& w) {
  if (!w.pulses_per_cell) return "";
  std::string text = fmt::format("{:.3g} pulses per cell", *w.pulses_per_cell);
  if (w.unpulsed_frac && *w.unpulsed_frac > 0)
    text += fmt::format(" ({} need none, the others {:.3g})", percent(*w.unpulsed_frac, 1),
                        *w.unpulsed_frac < 1 ? *w.pulses_per_cell / (1 - *w.unpulsed_frac) : 0);
  return text;
}

std::vector<WritePart> write_parts(const Result& r) {
  std::vector<WritePart> parts;
  if (!r.costs.write_parts) return parts;
  const cost::WriteEnergy& e = *r.costs.write_parts;
  const double total_J = e.total();
  for (const auto& [name, joules] : {std::pair{"in devices, by pulses", e.device_J},
                                     {"charge of their lines", e.lines_J},
                                     {"level shifters", e.level_shifter_J},
                                     {"in devices, read back", e.verify_read_J},
                                     {"conversions of what was read back", e.conversion_J}})
    if (joules > 0)
      parts.push_back({name, fmt::format("{} ({})", quantity(joules, Unit::joule), percent(joules / total_J, 1))});
  return parts;
}

std::string write_gap(const Result& r) {
  if (r.costs.energy_write_J && r.costs.write_time_s) return "";
  return fmt::format("{} not given{}{}",
                     r.costs.energy_write_J ? "time"
                     : r.costs.write_time_s ? "energy"
                                            : "energy and time",
                     r.costs.write_needs.empty() ? "" : ": set ", r.costs.write_needs);
}

std::string unused_arrays(const run::MappingResult& m) {
  if (m.unused() == 0) return "";
  return fmt::format("{} array{} unused{}", m.unused(), m.unused() == 1 ? "" : "s",
                     m.fits.empty() ? "" : fmt::format(" ({} would do)", m.fits));
}

std::string unused_area(const Result& r) {
  const std::string arrays = unused_arrays(r.mapping);
  if (arrays.empty() || !(r.costs.area_m2 > 0)) return arrays;
  return fmt::format("{}: {} of the area, and they leak", arrays,
                     percent(r.costs.unused_arrays_m2 / r.costs.area_m2, 1));
}

}  // namespace bitline::report
