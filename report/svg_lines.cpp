// SPDX-License-Identifier: Apache-2.0
#include "report/svg_lines.h"

#include <algorithm>
#include <cmath>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline {

std::string lines_svg(const LineChart& chart) {
  constexpr double width = 900, height = 520, left = 96, right = 880, bottom = 440;
  const double top = 84 + 20 * std::ceil(static_cast<double>(chart.series.size()) / 2);
  Svg svg(width, height, chart.title);
  svg.text(20, 28, fit_text(chart.title, width - 40, 15), {.size = 15, .bold = true});
  svg.text(20, 50, fit_text(chart.note, width - 40, 12), {.fill = ink::soft});
  std::vector<double> xs, ys;
  for (const auto& s : chart.series)
    for (const auto& [x, y] : s.points)
      if (std::isfinite(x) && std::isfinite(y)) xs.push_back(x), ys.push_back(y);
  if (xs.empty()) {
    svg.text(20, 84, "Nothing to draw.", {.fill = ink::soft});
    return svg.str();
  }
  const ChartAxis x = chart.log_x ? ChartAxis::logarithmic(xs, left, right) : ChartAxis::linear(xs, left, right);
  const ChartAxis y = ChartAxis::fitting(ys, bottom, top);
  for (const double t : x.ticks()) {
    svg.line(x(t), top, x(t), bottom, ink::grid);
    svg.text(x(t), bottom + 18, tick_text(t), {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  }
  for (const double t : y.ticks()) {
    svg.line(left, y(t), right, y(t), ink::grid);
    svg.text(left - 6, y(t) + 4, tick_text(t), {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  svg.line(left, bottom, right, bottom, ink::axis);
  svg.text((left + right) / 2, bottom + 42, chart.x_name, {.anchor = Anchor::middle});
  svg.text(28, (top + bottom) / 2, chart.y_name, {.anchor = Anchor::middle, .rotate_deg = -90});
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const LineSeries& s = chart.series[i];
    const std::string color = line_color(i);
    const double at = left + 400 * static_cast<double>(i % 2), line_y = 72 + 20 * static_cast<double>(i / 2);
    svg.line(at, line_y, at + 24, line_y, color, 2.2);
    svg.text(at + 32, line_y + 4, fit_text(s.name, 350, 12));
    for (std::size_t k = 0; k < s.points.size(); ++k) {
      const auto good = [](const std::pair<double, double>& p) {
        return std::isfinite(p.first) && std::isfinite(p.second);
      };
      if (!good(s.points[k])) continue;
      if (k > 0 && good(s.points[k - 1]))
        svg.line(x(s.points[k - 1].first), y(s.points[k - 1].second), x(s.points[k].first), y(s.points[k].second),
                 color, 1.8);
      if (chart.dots) svg.circle(x(s.points[k].first), y(s.points[k].second), 2.4, color);
    }
  }
  return svg.str();
}

}  // namespace bitline
