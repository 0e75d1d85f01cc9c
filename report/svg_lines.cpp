// SPDX-License-Identifier: Apache-2.0
#include "report/svg_lines.h"

#include <algorithm>
#include <cmath>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline::report {
namespace {

bool good(const std::pair<double, double>& p) { return std::isfinite(p.first) && std::isfinite(p.second); }

// In the units that are written along the axes.
std::vector<LineSeries> scaled(std::vector<LineSeries> series, double x_factor, double y_factor) {
  for (LineSeries& s : series) {
    for (auto& [x, y] : s.points) x *= x_factor, y *= y_factor;
    for (double& y : s.sigma) y *= y_factor;
  }
  return series;
}

void draw_band(Svg& svg, const LineSeries& s, const ChartAxis& x, const ChartAxis& y, const std::string& color) {
  for (std::size_t from = 0; from < s.points.size();) {
    std::size_t to = from;
    while (to < s.points.size() && good(s.points[to])) ++to;
    std::vector<std::pair<double, double>> outline;
    for (std::size_t i = from; i < to; ++i)
      outline.emplace_back(x(s.points[i].first), y(s.points[i].second + s.sigma[i]));
    for (std::size_t i = to; i-- > from;)
      outline.emplace_back(x(s.points[i].first), y(std::max(y.low(), s.points[i].second - s.sigma[i])));
    if (outline.size() > 2) svg.polygon(outline, color, 0.15);
    from = to + 1;
  }
}

}  // namespace

std::string lines_svg(const LineChart& chart) {
  constexpr double width = 900, height = 520, left = 96, right = 880, bottom = 440;
  const double top = 84 + 20 * std::ceil(static_cast<double>(chart.series.size()) / 2);
  Svg svg(width, height, chart.title);
  svg.text(20, 28, fit_text(chart.title, width - 40, 15), {.size = 15, .bold = true});
  svg.text(20, 50, fit_text(chart.note, width - 40, 12), {.fill = ink::soft});
  std::vector<double> xs, ys;
  for (const auto& s : chart.series)
    for (std::size_t i = 0; i < s.points.size(); ++i) {
      const auto& [x, y] = s.points[i];
      if (!good(s.points[i])) continue;
      xs.push_back(x), ys.push_back(y);
      if (s.sigma.empty()) continue;
      ys.push_back(y + s.sigma[i]);
      if (y > s.sigma[i]) ys.push_back(y - s.sigma[i]);  // bands are cut at the axis
    }
  if (xs.empty()) {
    svg.text(20, 84, "Nothing to draw.", {.fill = ink::soft});
    return svg.str();
  }
  const bool times = chart.log_x && chart.x_unit == Unit::second;
  const ScaledUnit x_unit = times ? ScaledUnit{} : scaled_unit(xs, chart.x_unit),
                   y_unit = scaled_unit(ys, chart.y_unit);
  for (double& v : xs) v *= x_unit.factor;
  for (double& v : ys) v *= y_unit.factor;
  const std::vector<LineSeries> series = scaled(chart.series, x_unit.factor, y_unit.factor);
  const ChartAxis x = chart.log_x ? ChartAxis::logarithmic(xs, left, right) : ChartAxis::linear(xs, left, right);
  const bool bands = std::any_of(series.begin(), series.end(), [](const LineSeries& s) { return !s.sigma.empty(); });
  const ChartAxis y = bands ? ChartAxis::linear(ys, bottom, top) : ChartAxis::fitting(ys, bottom, top);
  const std::string x_name = name_with_unit(chart.x_name, x_unit.unit);
  draw_axes(svg, times ? time_axis(x, x_name) : number_axis(x, x_name),
            number_axis(y, name_with_unit(chart.y_name, y_unit.unit)));
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!series[i].sigma.empty()) draw_band(svg, series[i], x, y, line_color(i));
  for (std::size_t i = 0; i < series.size(); ++i) {
    const LineSeries& s = series[i];
    const std::string color = line_color(i);
    const double at = left + 400 * static_cast<double>(i % 2), line_y = 72 + 20 * static_cast<double>(i / 2);
    svg.line(at, line_y, at + 24, line_y, color, 2.2);
    svg.text(at + 32, line_y + 4, fit_text(s.name, 350, 12));
    for (std::size_t k = 0; k < s.points.size(); ++k) {
      if (!good(s.points[k])) continue;
      if (k > 0 && good(s.points[k - 1]))
        svg.line(x(s.points[k - 1].first), y(s.points[k - 1].second), x(s.points[k].first), y(s.points[k].second),
                 color, 1.8);
      if (chart.dots) svg.circle(x(s.points[k].first), y(s.points[k].second), 2.4, color);
    }
  }
  return svg.str();
}

}  // namespace bitline::report
