// SPDX-License-Identifier: Apache-2.0
#include "app/sweep_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline::app {
namespace {

constexpr std::size_t most_lines = 12;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double figure(const std::string& text) {
  const auto x = number_and_unit(text);
  return x && x->second.empty() ? x->first : nothing;
}

struct Point {
  double x, y, low, high;
  std::size_t row;
};

// The columns of a figure's interval, when both are kept.
std::optional<std::pair<std::size_t, std::size_t>> interval_columns(const std::vector<std::string>& head,
                                                                    const std::string& name) {
  std::string base = name + "_ci95";
  if (constexpr std::string_view value = ".value"; name.ends_with(value))
    base = name.substr(0, name.size() - value.size()) + ".ci95";
  const auto low = std::find(head.begin(), head.end(), base + ".0"),
             high = std::find(head.begin(), head.end(), base + ".1");
  if (low == head.end() || high == head.end()) return std::nullopt;
  return std::pair(static_cast<std::size_t>(low - head.begin()), static_cast<std::size_t>(high - head.begin()));
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

struct HorizontalAxis {
  const ChartAxis& scale;
  std::vector<double> ticks;
  bool time;  // labelled as people write times: "1 h"
  std::string name;
};

void draw_axes(Svg& svg, const Area& a, const HorizontalAxis& across, const ChartAxis& y, const std::string& y_name) {
  const ChartAxis& x = across.scale;
  for (const double t : y.ticks()) {
    svg.line(a.left, y(t), a.right, y(t), ink::grid);
    svg.text(a.left - 14, y(t) + 4, tick_text(t), {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  double last = -HUGE_VAL;  // right end of the last label: others that would touch it go without
  for (const double t : across.ticks) {
    const std::string text = across.time ? time_text(t) : tick_text(t);
    const double half = text_width(text, 11) / 2;
    svg.line(x(t), a.top, x(t), a.bottom, ink::grid);
    if (x(t) - half < last + 4) continue;
    svg.text(x(t), a.bottom + 24, text, {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
    last = x(t) + half;
  }
  svg.line(a.left - 8, a.bottom + 8, a.right + 8, a.bottom + 8, ink::axis);
  if (x.is_log() && x.has_zero()) {  // the axis breaks between 0 and the logarithm
    const double at = a.left + (x.start() - a.left) / 2;
    svg.rect(at - 3, a.bottom + 5, 6, 6, "#ffffff");
    for (const double side : {-3.0, 3.0})
      svg.line(at + side - 2, a.bottom + 12, at + side + 2, a.bottom + 4, ink::axis);
  }
  svg.text((a.left + a.right) / 2, a.bottom + 48, across.name, {.anchor = Anchor::middle});
  svg.text(22, (a.top + a.bottom) / 2, y_name, {.anchor = Anchor::middle, .rotate_deg = -90});
}

std::string tip(const Rows& rows, std::size_t row) {
  std::string text = "point " + rows[row + 1][0];
  for (std::size_t c = 2; c < rows.front().size(); ++c)
    text += fmt::format("\n{} = {}", rows.front()[c], rows[row + 1][c]);
  return text;
}

std::string with_unit(const std::string& name, std::string_view unit) {
  return unit.empty() ? name : fmt::format("{} ({})", name, unit);
}

// What people call a figure of result.json, with its unit, which its key ends in.
std::string figure_name(const std::string& key) {
  if (key == "quality.value") return "accuracy (share of images)";
  if (key == "quality.loss") return "accuracy lost (share of images)";
  constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"_per_s", "1/s"}, {"_J", "J"}, {"_s", "s"}, {"_W", "W"}, {"_m2", "m2"}, {"_A", "A"}, {"_S", "S"}, {"_db", "dB"}};
  for (const auto& [end, unit] : units)
    if (key.ends_with(end)) return with_unit(key.substr(0, key.size() - end.size()), unit);
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
    Point p{x_axis.numbers[r], figure(rows[r + 1][y_column]), nothing, nothing, r};
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
  draw_axes(svg, a,
            {x,
             xs.size() <= 10 ? xs
             : time          ? x.time_ticks()
                             : x.ticks(),
             time, with_unit(x_axis.name, time ? "logarithmic" : x_axis.unit)},
            y, figure_name(head[y_column]));
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

}  // namespace

std::vector<std::string> line_charts(const Rows& rows, std::size_t axes) {
  std::vector<ChartDimension> all = rows.size() > 2 ? dimensions(rows, axes) : std::vector<ChartDimension>{};
  if (all.empty() || all.size() > 2) return {};
  // Along the numeric axis with most values, the later of two with as many.
  const auto better = [](const ChartDimension& a, const ChartDimension& b) {
    return a.numeric != b.numeric ? a.numeric : a.values.size() >= b.values.size();
  };
  if (all.size() == 2 && better(all[1], all[0])) std::swap(all[0], all[1]);
  if (!all[0].numeric || (all.size() == 2 && all[1].values.size() > most_lines)) return {};

  std::vector<std::size_t> figures;
  for (std::size_t c = 2 + axes; c < rows.front().size(); ++c)
    if (const std::string& name = rows.front()[c]; !name.ends_with("ci95.0") && !name.ends_with("ci95.1"))
      figures.push_back(c);
  std::vector<std::string> charts;
  const ChartDimension* other = all.size() == 2 ? &all[1] : nullptr;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, figures.size()); ++i) {
    charts.push_back(chart(rows, all[0], other, figures[i]));
    if (i == 0 && other && other->numeric && all[0].values.size() <= most_lines)
      charts.push_back(chart(rows, *other, &all[0], figures[i]));
  }
  std::erase(charts, "");
  return charts;
}

}  // namespace bitline::app
