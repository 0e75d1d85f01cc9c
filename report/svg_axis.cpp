// SPDX-License-Identifier: Apache-2.0
#include "report/svg_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/duration.h"
#include "report/svg_canvas.h"

namespace bitline::report {
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

ChartAxis ChartAxis::between(double low, double high, double from, double to) {
  ChartAxis axis(low, high, from, to);
  axis.start_ = from;
  axis.step_ = high - low;
  return axis;
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

LabelledAxis number_axis(const ChartAxis& scale, std::string title, std::vector<double> ticks) {
  LabelledAxis axis{scale, std::move(title), std::move(ticks), {}};
  for (const double t : axis.ticks) axis.labels.push_back(tick_text(t));
  return axis;
}

LabelledAxis number_axis(const ChartAxis& scale, std::string title) {
  return number_axis(scale, std::move(title), scale.ticks());
}

LabelledAxis time_axis(const ChartAxis& scale, std::string title, std::vector<double> ticks) {
  if (ticks.empty()) ticks = scale.time_ticks();
  if (ticks.size() < 2) ticks = scale.ticks();  // a short time with none of people's in it
  LabelledAxis axis{scale, std::move(title), std::move(ticks), {}};
  for (const double t : axis.ticks) axis.labels.push_back(duration(t));
  return axis;
}

void draw_axes(Svg& svg, const LabelledAxis& x, const LabelledAxis& y) {
  const double left = x.scale.from(), right = x.scale.to();
  const double top = std::min(y.scale.from(), y.scale.to()), bottom = std::max(y.scale.from(), y.scale.to());
  constexpr double apart = 8;  // of the line below from the chart, where dots and bars may lie on the edge
  for (std::size_t i = 0; i < y.ticks.size(); ++i) {
    const double at = y.scale(y.ticks[i]);
    svg.line(left, at, right, at, ink::grid);
    svg.text(left - apart - 4, at + 4, y.labels[i], {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  double last = -HUGE_VAL;  // right end of the last label
  for (std::size_t i = 0; i < x.ticks.size(); ++i) {
    const double at = x.scale(x.ticks[i]), half = text_width(x.labels[i], 11) / 2;
    svg.line(at, top, at, bottom, ink::grid);
    if (at - half < last + 4) continue;
    svg.text(at, bottom + apart + 14, x.labels[i], {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
    last = at + half;
  }
  svg.line(left - apart, bottom + apart, right + apart, bottom + apart, ink::axis);
  if (x.scale.is_log() && x.scale.has_zero()) {  // the axis breaks between 0 and the logarithm
    const double at = left + (x.scale.start() - left) / 2;
    svg.rect(at - 3, bottom + apart - 3, 6, 6, "#ffffff");
    for (const double side : {-3.0, 3.0})
      svg.line(at + side - 2, bottom + apart + 4, at + side + 2, bottom + apart - 4, ink::axis);
  }
  svg.text((left + right) / 2, bottom + apart + 36, x.title, {.anchor = Anchor::middle});
  if (!y.title.empty()) svg.text(left - 62, (top + bottom) / 2, y.title, {.anchor = Anchor::middle, .rotate_deg = -90});
}

ScaledUnit scaled_unit(std::span<const double> values, Unit unit) {
  double most = 0;
  for (const double v : values)
    if (std::isfinite(v)) most = std::max(most, std::abs(v));
  if (unit == Unit::second) most = std::min(most, 1.0);
  if (unit == Unit::none || !(most > 0)) return {std::string(symbol(unit)), 1};
  const std::string text = pretty(most, unit);
  return {text.substr(text.find(' ') + 1), std::pow(10, 3 * std::round(std::log10(std::stod(text) / most) / 3))};
}

std::string name_with_unit(const std::string& name, std::string_view unit) {
  return unit.empty() ? name : fmt::format("{} ({})", name, unit);
}

}  // namespace bitline::report
