// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline::report {
namespace {

constexpr std::size_t most_lines = 12, most_names = 60;
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

double figure(const std::string& text) {
  const auto x = axis_number(text);
  return x && x->unit.empty() ? x->value : no_number;
}

struct Point {
  double x, y, low, high;
  std::size_t row;
};

// The columns of a figure's interval, when both are kept.
std::optional<std::pair<std::size_t, std::size_t>> interval_columns(const std::vector<std::string>& head,
                                                                    const std::string& name) {
  std::vector<std::string> bases{name + "_ci95"};
  if (constexpr std::string_view value = ".value"; name.ends_with(value)) {
    const std::string of = name.substr(0, name.size() - value.size());
    bases = {of + ".ci95_both", of + ".ci95"};
  }
  for (const std::string& base : bases) {
    const auto low = std::find(head.begin(), head.end(), base + ".0"),
               high = std::find(head.begin(), head.end(), base + ".1");
    if (low != head.end() && high != head.end())
      return std::pair(static_cast<std::size_t>(low - head.begin()), static_cast<std::size_t>(high - head.begin()));
  }
  return std::nullopt;
}

// At least three values with the same factor from each to the next, such as 64, 128, 256, or over three decades or
// more, such as a second, an hour and a year. `sorted`: ascending.
bool geometric(const std::vector<double>& sorted) {
  if (sorted.size() < 3 || sorted.front() <= 0) return false;
  if (sorted.back() >= 1e3 * sorted.front()) return true;
  for (std::size_t i = 2; i < sorted.size(); ++i)
    if (std::abs(sorted[i] * sorted[i - 2] / (sorted[i - 1] * sorted[i - 1]) - 1) > 0.01) return false;
  return true;
}

struct Area {
  double left = 84, right = 640, top = 44, bottom = 384, width = 860, height = 440;
};

std::string tip(const Rows& rows, std::size_t row) {
  std::string text = "point " + rows[row + 1][0];
  for (std::size_t c = 2; c < rows.front().size(); ++c)
    text += fmt::format("\n{} = {}", rows.front()[c], rows[row + 1][c]);
  return text;
}

// What people call a figure of result.json, with its unit, which its key ends in.
std::string figure_name(const std::string& key) {
  if (key == "quality.value") return "accuracy (share of images)";
  if (key == "quality.loss") return "accuracy lost (share of images)";
  constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"_per_s", "1/s"}, {"_J", "J"}, {"_s", "s"}, {"_W", "W"}, {"_m2", "m2"}, {"_A", "A"}, {"_S", "S"}, {"_db", "dB"}};
  for (const auto& [end, unit] : units)
    if (key.ends_with(end)) return name_with_unit(key.substr(0, key.size() - end.size()), unit);
  return key;
}

std::string chart(const Rows& rows, const ChartDimension& x_axis, const ChartDimension* lines, std::size_t y_column) {
  const std::vector<std::string>& head = rows.front();
  const auto interval = interval_columns(head, head[y_column]);
  std::vector<std::string> names{""};
  if (lines) names = lines->values;
  std::vector<std::vector<Point>> series(names.size());
  std::vector<double> ys, xs;
  for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
    Point p{x_axis.numbers[r], figure(rows[r + 1][y_column]), no_number, no_number, r};
    if (!std::isfinite(p.y)) continue;
    if (interval) p.low = figure(rows[r + 1][interval->first]), p.high = figure(rows[r + 1][interval->second]);
    const std::size_t s =
        lines ? static_cast<std::size_t>(std::find(names.begin(), names.end(), lines->labels[r]) - names.begin()) : 0;
    series[s].push_back(p);
    xs.push_back(p.x);
    ys.insert(ys.end(), {p.y, p.low, p.high});
  }
  if (xs.empty()) return "";
  const Area a;
  Svg svg(a.width, a.height, head[y_column] + " over " + x_axis.name);
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  const ChartAxis x = geometric(xs) ? ChartAxis::logarithmic(xs, a.left, a.right)
                                    : ChartAxis::fitting(xs, a.left, a.right),
                  y = ChartAxis::fitting(ys, a.bottom, a.top);
  const bool time = x_axis.unit == "s" && x.is_log();
  // The values themselves are labelled while they are few.
  const std::vector<double> ticks = xs.size() <= 10 ? xs : time ? x.time_ticks() : x.ticks();
  const std::string x_name = name_with_unit(x_axis.name, time ? "logarithmic" : x_axis.unit);
  draw_axes(svg, time ? time_axis(x, x_name, ticks) : number_axis(x, x_name, ticks),
            number_axis(y, figure_name(head[y_column])));
  svg.text(20, 24, fit_text(head[y_column] + (interval ? ", bars: 95 %" : ""), a.right - 20, 14),
           {.size = 14, .bold = true});
  for (std::size_t s = 0; s < series.size(); ++s) {
    std::vector<Point>& points = series[s];
    std::stable_sort(points.begin(), points.end(), [](const Point& p, const Point& q) { return p.x < q.x; });
    const std::string color = line_color(s);
    // Beside each other, so that no bar covers another.
    const double aside = 4 * (static_cast<double>(s) - static_cast<double>(series.size() - 1) / 2);
    for (std::size_t i = 1; i < points.size(); ++i)
      svg.line(x(points[i - 1].x) + aside, y(points[i - 1].y), x(points[i].x) + aside, y(points[i].y), color, 1.8,
               x.is_log() && points[i - 1].x <= 0 ? "3 4" : "");
    for (const Point& p : points) {
      const double at = x(p.x) + aside;
      if (std::isfinite(p.low) && std::isfinite(p.high)) {
        svg.line(at, y(p.low), at, y(p.high), color, 1.2);
        for (const double end : {p.low, p.high}) svg.line(at - 2.5, y(end), at + 2.5, y(end), color, 1.2);
      }
      svg.circle(at, y(p.y), 3.5, color, tip(rows, p.row));
    }
  }
  if (lines) {
    const double room = a.width - a.right - 34;
    double at = a.top + 8;
    // A name of several columns takes a line for each.
    for (std::size_t from = 0; from < lines->name.size();) {
      const std::size_t comma = std::min(lines->name.find(", ", from), lines->name.size());
      const bool last = comma == lines->name.size();
      svg.text(a.right + 30, at, fit_text(lines->name.substr(from, comma - from) + (last ? "" : ","), room, 12),
               {.bold = true});
      at += 16;
      from = last ? comma : comma + 2;
    }
    for (std::size_t s = 0; s < names.size(); ++s, at += 19) {
      svg.line(a.right + 30, at + 2, a.right + 52, at + 2, line_color(s), 1.8);
      svg.circle(a.right + 41, at + 2, 3.5, line_color(s));
      svg.text(a.right + 60, at + 6, fit_text(names[s], room - 30, 12));
    }
  }
  return svg.str();
}

// A row for each name, in the order of the plan, with its dots and their intervals.
std::string named_chart(const Rows& rows, const ChartDimension& names, std::size_t y_column) {
  const std::vector<std::string>& head = rows.front();
  const auto interval = interval_columns(head, head[y_column]);
  std::vector<Point> points;
  std::vector<double> values;
  for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
    const auto at = std::find(names.values.begin(), names.values.end(), names.labels[r]) - names.values.begin();
    Point p{static_cast<double>(at), figure(rows[r + 1][y_column]), no_number, no_number, r};
    if (!std::isfinite(p.y)) continue;
    if (interval) p.low = figure(rows[r + 1][interval->first]), p.high = figure(rows[r + 1][interval->second]);
    points.push_back(p);
    values.insert(values.end(), {p.y, p.low, p.high});
  }
  if (points.empty()) return "";
  constexpr double width = 860, right = 830, top = 44, row_height = 26, widest = 360, size = 12;
  double room = 0;
  std::vector<std::string> labels;
  for (const std::string& name : names.values) {
    labels.push_back(fit_text(name, widest, size));
    room = std::max(room, text_width(labels.back(), size));
  }
  const double left = room + 36, bottom = top + row_height * static_cast<double>(names.values.size());
  Svg svg(width, bottom + 56, head[y_column] + " of named points");
  std::vector<double> places;
  for (std::size_t i = 0; i < names.values.size(); ++i) places.push_back(static_cast<double>(i));
  const ChartAxis x = ChartAxis::fitting(values, left, right);
  // Half a row lies above the first name and below the last.
  const ChartAxis y = ChartAxis::between(-0.5, places.back() + 0.5, top, bottom);
  draw_axes(svg, number_axis(x, figure_name(head[y_column])), {y, "", places, labels});
  svg.text(20, 24, fit_text(head[y_column] + (interval ? ", bars: 95 %" : ""), right - 20, 14),
           {.size = 14, .bold = true});
  for (const Point& p : points) {
    const double at = y(p.x);
    if (std::isfinite(p.low) && std::isfinite(p.high)) {
      svg.line(x(p.low), at, x(p.high), at, line_color(0), 1.2);
      for (const double end : {p.low, p.high}) svg.line(x(end), at - 3.5, x(end), at + 3.5, line_color(0), 1.2);
    }
    svg.circle(x(p.y), at, 4, line_color(0), tip(rows, p.row));
  }
  return svg.str();
}

}  // namespace

std::vector<std::string> sweep_charts(const Rows& rows, std::size_t axes) {
  std::vector<ChartDimension> all = rows.size() > 2 ? dimensions(rows, axes) : std::vector<ChartDimension>{};
  if (all.empty() || all.size() > 2) return {};
  // Along the numeric axis with most values, the later of two with as many.
  const auto better = [](const ChartDimension& a, const ChartDimension& b) {
    return a.numeric != b.numeric ? a.numeric : a.values.size() >= b.values.size();
  };
  if (all.size() == 2 && better(all[1], all[0])) std::swap(all[0], all[1]);
  const bool named = !all[0].numeric;
  if (named ? all.size() > 1 || all[0].values.size() > most_names
            : all.size() == 2 && all[1].values.size() > most_lines)
    return {};

  std::vector<std::size_t> figures;
  for (std::size_t c = 2 + axes; c < rows.front().size(); ++c)
    if (const std::string& name = rows.front()[c]; name.find("ci95") == std::string::npos) figures.push_back(c);
  std::vector<std::string> charts;
  const ChartDimension* other = all.size() == 2 ? &all[1] : nullptr;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, figures.size()); ++i) {
    charts.push_back(named ? named_chart(rows, all[0], figures[i]) : chart(rows, all[0], other, figures[i]));
    if (i == 0 && other && other->numeric && all[0].values.size() <= most_lines)
      charts.push_back(chart(rows, *other, &all[0], figures[i]));
  }
  std::erase(charts, "");
  return charts;
}

}  // namespace bitline::report
