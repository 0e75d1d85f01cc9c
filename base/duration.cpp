// SPDX-License-Identifier: Apache-2.0
#include "base/duration.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "base/units.h"

namespace bitline {

std::string duration(double seconds) {
  struct Length {
    double s;
    const char *one, *more;
  };
  constexpr double hour_s = 3600, day_s = 24 * hour_s;
  for (const Length& unit : {Length{365.25 * day_s, "year", "years"}, Length{day_s, "day", "days"},
                             Length{hour_s, "h", "h"}, Length{60, "min", "min"}}) {
    const double count = seconds / unit.s;
    if (!(count >= 1 - 1e-9) || !std::isfinite(count)) continue;
    const std::string text = fmt::format("{:.4g}", count);
    if (std::abs(std::stod(text) / count - 1) < 1e-9)
      return fmt::format("{} {}", text, text == "1" ? unit.one : unit.more);
  }
  return pretty(seconds, Unit::second);
}

}  // namespace bitline
