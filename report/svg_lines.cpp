// SPDX-License-Identifier: Apache-2.0
#include "report/svg_lines.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {
namespace {

constexpr double chart_width = 900, chart_left = 96, chart_right = 880, legend_line = 20;

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

// A head on the line from one point to the next, at its middle.
void draw_arrow(Svg& svg, double x1, double y1, double x2, double y2, const std::string& color) {
  constexpr double length = 11, half_width = 5;
  const double dx = x2 - x1, dy = y2 - y1, size = std::hypot(dx, dy);
  if (!(size > 0)) return;
  const double ux = dx / size, uy = dy / size, x = (x1 + x2) / 2, y = (y1 + y2) / 2;
  svg.polygon(std::vector<std::pair<double, double>>{{x + length * ux, y + length * uy},
                                                     {x - half_width * uy, y + half_width * ux},
                                                     {x + half_width * uy, y - half_width * ux}},
              color);
}

void draw_line(Svg& svg, const LineSeries& s, const ChartAxis& x, const ChartAxis& y, const std::string& color,
               bool dots) {
  const std::size_t n = s.points.size();
  for (std::size_t k = 0; k < n; ++k) {
    if (!good(s.points[k])) continue;
    const double at_x = x(s.points[k].first), at_y = y(s.points[k].second);
    if (s.marks) {
      svg.ring(at_x, at_y, 3, color);
      continue;
    }
    if (k > 0 && good(s.points[k - 1])) {
      const double from_x = x(s.points[k - 1].first), from_y = y(s.points[k - 1].second);
      svg.line(from_x, from_y, at_x, at_y, color, 1.8);
      // In the middle of each quarter of the way and the two before and after its turns.
      const std::size_t eighth = std::max<std::size_t>(1, n / 8);
      if (s.arrows && k % (2 * eighth) == eighth + eighth / 2) draw_arrow(svg, from_x, from_y, at_x, at_y, color);
    }
    if (dots) svg.circle(at_x, at_y, 2.4, color);
  }
}

// Finite values of all lines, those above 0 alone on a logarithmic axis; ends of bands too.
struct ChartValues {
  std::vector<double> xs, ys;
};
ChartValues values_of(const std::vector<LineSeries>& series) {
  ChartValues v;
  for (const LineSeries& s : series)
    for (std::size_t i = 0; i < s.points.size(); ++i) {
      const auto& [x, y] = s.points[i];
      if (!good(s.points[i])) continue;
      v.xs.push_back(x), v.ys.push_back(y);
      if (s.sigma.empty()) continue;
      v.ys.push_back(y + s.sigma[i]);
      if (y > s.sigma[i]) v.ys.push_back(y - s.sigma[i]);  // bands are cut at the axis
    }
  return v;
}

void leave_out_below_zero(std::vector<LineSeries>& series) {
  for (LineSeries& s : series)
    for (auto& [x, y] : s.points)
      if (!(y > 0)) y = NAN;
}

// Two entries of a legend stand side by side, where all names are short enough.
constexpr double legend_name_width = 350;
std::size_t legend_columns(const std::vector<LineSeries>& series) {
  return std::all_of(series.begin(), series.end(),
                     [](const LineSeries& s) { return text_width(s.name, 12) <= legend_name_width; })
             ? 2
             : 1;
}

double legend_height(const std::vector<LineSeries>& series) {
  return legend_line * std::ceil(static_cast<double>(series.size()) / static_cast<double>(legend_columns(series)));
}

void draw_legend(Svg& svg, const std::vector<LineSeries>& series, double top) {
  const std::size_t columns = legend_columns(series);
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double at = chart_left + 400 * static_cast<double>(i % columns),
                 y = top + legend_line * static_cast<double>(i / columns);
    const std::string color = line_color(i);
    if (series[i].marks)
      svg.ring(at + 12, y, 3, color);
    else
      svg.line(at, y, at + 24, y, color, 2.2);
    svg.text(at + 32, y + 4, fit_text(series[i].name, columns == 1 ? chart_right - at - 32 : legend_name_width, 12));
  }
}

// Lines that fit into a chart's width.
std::vector<std::string> note_lines(const std::vector<std::string>& notes) {
  const auto columns = static_cast<std::size_t>((chart_width - 40) / text_width("n", 12));
  std::vector<std::string> out;
  for (const std::string& note : notes)
    for (std::string& line : wrap(note, columns)) out.push_back(std::move(line));
  return out;
}

// What an axis of values shows: its unit, and where they lie between bottom and top.
struct DrawnY {
  std::string name;
  Unit unit = Unit::none;
  YScale scale = YScale::automatic;
};

// Lines with their axes between top and bottom; `x_values` in the unit of the points.
void draw_lines(Svg& svg, std::vector<LineSeries> series, const DrawnY& shown, const LineChart& chart,
                const std::vector<double>& x_values, std::size_t first_color, double top, double bottom) {
  ChartValues v = values_of(series);
  const bool times = chart.log_x && chart.x_unit == Unit::second;
  const ScaledUnit x_unit = times ? ScaledUnit{} : scaled_unit(x_values, chart.x_unit),
                   y_unit = scaled_unit(v.ys, shown.unit);
  std::vector<double> xs = x_values;
  for (double& one : xs) one *= x_unit.factor;
  for (double& one : v.ys) one *= y_unit.factor;
  series = scaled(std::move(series), x_unit.factor, y_unit.factor);
  const ChartAxis x = chart.log_x ? ChartAxis::logarithmic(xs, chart_left, chart_right)
                                  : ChartAxis::linear(xs, chart_left, chart_right);
  const bool bands = std::any_of(series.begin(), series.end(), [](const LineSeries& s) { return !s.sigma.empty(); });
  const ChartAxis y = shown.scale == YScale::logarithmic       ? ChartAxis::logarithmic(v.ys, bottom, top)
                      : bands || shown.scale == YScale::linear ? ChartAxis::linear(v.ys, bottom, top)
                                                               : ChartAxis::fitting(v.ys, bottom, top);
  const std::string x_name = name_with_unit(chart.x_name, x_unit.unit);
  draw_axes(svg, times ? time_axis(x, x_name) : number_axis(x, x_name),
            number_axis(y, name_with_unit(shown.name, y_unit.unit)));
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!series[i].sigma.empty()) draw_band(svg, series[i], x, y, line_color(first_color + i));
  for (std::size_t i = 0; i < series.size(); ++i)
    draw_line(svg, series[i], x, y, line_color(first_color + i), chart.dots);
}

}  // namespace

std::string lines_svg(const LineChart& chart) {
  constexpr double note_line = 17, plot_height = 336, lower_height = 130, axis_height = 80;
  const std::vector<std::string> notes = note_lines(chart.notes);
  const double legend_y = 55 + note_line * static_cast<double>(notes.size()),
               top = legend_y + 12 + legend_height(chart.series), bottom = top + plot_height;
  const bool has_lower = !chart.lower.series.empty();
  const double lower_top = bottom + axis_height, height = bottom + axis_height + (has_lower ? lower_height + 60 : 0);
  Svg svg(chart_width, height, chart.title);
  svg.text(20, 28, fit_text(chart.title, chart_width - 40, 15), {.size = 15, .bold = true});
  for (std::size_t i = 0; i < notes.size(); ++i)
    svg.text(20, 50 + note_line * static_cast<double>(i), notes[i], {.fill = ink::soft});
  std::vector<LineSeries> series = chart.series;
  if (chart.y_scale == YScale::logarithmic) leave_out_below_zero(series);
  const std::vector<double> xs = values_of(series).xs;
  if (xs.empty()) {
    svg.text(20, legend_y + 12, "Nothing to draw.", {.fill = ink::soft});
    return svg.str();
  }
  draw_legend(svg, series, legend_y);
  draw_lines(svg, series, {chart.y_name, chart.y_unit, chart.y_scale}, chart, xs, 0, top, bottom);
  if (has_lower)
    draw_lines(svg, chart.lower.series, {chart.lower.y_name, chart.lower.y_unit, YScale::linear}, chart, xs,
               series.size(), lower_top, lower_top + lower_height);
  return svg.str();
}

}  // namespace bitline::report
