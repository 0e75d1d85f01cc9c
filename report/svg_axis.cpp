// SPDX-License-Identifier: Apache-2.0
#include "report/svg_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"

namespace bitline {
namespace {

constexpr double minute_s = 60, hour_s = 60 * minute_s, day_s = 24 * hour_s, year_s = 365.25 * day_s;

}  // namespace

ChartAxis ChartAxis::linear(std::span<const double> values, double from, double to) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const double v : values)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (low > high) low = 0, high = 1;
  const double least = 1e-9 * std::max(std::abs(low), std::abs(high));
  if (high - low <= least) {
    const double room = high != 0 ? 0.1 * std::abs(high) : 1;
    low -= room, high += room;
  }
  const double rough = (high - low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
  // A value may touch an end, 0 and 1 are often the natural ones; what passes one by little moves the end a little.
  ChartAxis axis(std::min(low, std::floor(low / step + 0.15) * step),
                 std::max(high, std::ceil(high / step - 0.15) * step), from, to);
  axis.start_ = from;
  axis.step_ = step;
  return axis;
}

ChartAxis ChartAxis::logarithmic(std::span<const double> values, double from, double to) {
  double low = HUGE_VAL, high = 0;
  bool zero = false;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    if (v <= 0)
      zero = true;
    else
      low = std::min(low, v), high = std::max(high, v);
  }
  if (low > high) low = high = 1;
  if (low == high) low /= 2, high *= 2;
  ChartAxis axis(low, high, from, to);
  axis.log_ = true;
  axis.start_ = from + (zero ? 0.12 * (to - from) : 0);
  return axis;
}

ChartAxis ChartAxis::fitting(std::span<const double> values, double from, double to) {
  double low = HUGE_VAL, high = 0;
  bool negative = false;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    negative = negative || v < 0;
    if (v > 0) low = std::min(low, v), high = std::max(high, v);
  }
  return !negative && high > 30 * low ? logarithmic(values, from, to) : linear(values, from, to);
}

double ChartAxis::operator()(double value) const {
  if (!log_) return from_ + (value - low_) / (high_ - low_) * (to_ - from_);
  if (value <= 0) return from_;
  return start_ + std::log(value / low_) / std::log(high_ / low_) * (to_ - start_);
}

std::vector<double> ChartAxis::ticks() const {
  std::vector<double> at;
  if (!log_) {
    // Counted in steps, so that 0 is 0.
    const double first = std::ceil(low_ / step_ - 1e-9), last = std::floor(high_ / step_ + 1e-9);
    for (int i = 0; first + i <= last; ++i) at.push_back((first + i) * step_);
    return at;
  }
  if (has_zero()) at.push_back(0);
  const double decades = std::log10(high_ / low_);
  for (int e = static_cast<int>(std::floor(std::log10(low_))); e <= static_cast<int>(std::ceil(std::log10(high_))); ++e)
    for (const int times : {1, 2, 5})
      if (const double v = times * std::pow(10, e);
          (times == 1 || decades < 3) && v >= low_ * (1 - 1e-9) && v <= high_ * (1 + 1e-9))
        at.push_back(v);
  return at;
}

std::vector<double> ChartAxis::time_ticks() const {
  std::vector<double> at;
  if (has_zero()) at.push_back(0);
  const auto add = [&](double t) {
    if (t >= low_ * (1 - 1e-9) && t <= high_ * (1 + 1e-9)) at.push_back(t);
  };
  for (int e = -15; e <= 0; ++e) add(std::pow(10, e));
  for (const double t : {minute_s, hour_s, day_s}) add(t);
  for (int e = 0; e <= 9; ++e) add(std::pow(10, e) * year_s);
  return at;
}

std::string tick_text(double value) { return fmt::format("{:.4g}", value); }

std::string time_text(double seconds) {
  struct Length {
    double s;
    const char *one, *more;
  };
  for (const Length& unit : {Length{year_s, "year", "years"}, Length{day_s, "day", "days"}, Length{hour_s, "h", "h"},
                             Length{minute_s, "min", "min"}})
    if (seconds >= unit.s * (1 - 1e-9)) {
      const std::string count = fmt::format("{:.3g}", seconds / unit.s);
      return fmt::format("{} {}", count, count == "1" ? unit.one : unit.more);
    }
  return pretty(seconds, Unit::second);
}

}  // namespace bitline
