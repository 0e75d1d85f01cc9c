// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_canvas.h"
#include "report/sweep_axis.h"

namespace bitline::report {
namespace {

constexpr std::size_t most_lines = 12, most_names = 60;

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
  double left = 84, right = 640, top = 44, bottom = 384, width = 900, height = 440;
};

// The accuracy that lines are to be read against: one for all points.
std::optional<double> reference_of(const SweepView& view, const SweepFigure& f) {
  const SweepFigure* quantized = f.path == "quality.value" ? view.figure("quality.reference.quantized") : nullptr;
  return quantized && quantized->numeric && !quantized->varies() ? std::optional(quantized->value.front())
                                                                 : std::nullopt;
}

void draw_title(Svg& svg, const SweepFigure& f, double room) {
  svg.text(20, 24, fit_text(f.name.name + (f.has_interval() ? ", bars: 95 %" : ""), room, 14),
           {.size = 14, .bold = true});
}

void draw_bar(Svg& svg, const SweepFigure& f, std::size_t point, const FigureAxis& axis, double at, bool upright,
              const std::string& color) {
  if (!std::isfinite(f.low[point]) || !std::isfinite(f.high[point])) return;
  const double low = axis(f.low[point]), high = axis(f.high[point]), half = upright ? 2.5 : 3.5;
  const auto line = [&](double u1, double v1, double u2, double v2) {
    upright ? svg.line(v1, u1, v2, u2, color, 1.2) : svg.line(u1, v1, u2, v2, color, 1.2);
  };
  line(low, at, high, at);
  for (const double end : {low, high}) line(end, at - half, end, at + half);
}

// Which line of `lines` a point belongs to.
std::size_t line_of(const ChartDimension* lines, std::size_t point) {
  if (!lines) return 0;
  return static_cast<std::size_t>(std::ranges::find(lines->values, lines->labels[point]) - lines->values.begin());
}

void draw_legend(Svg& svg, const Area& a, const ChartDimension& lines) {
  const double room = a.width - a.right - 34;
  double at = a.top + 8;
  // A name of several columns takes a line for each.
  for (std::size_t from = 0; from < lines.name.size();) {
    const std::size_t comma = std::min(lines.name.find(", ", from), lines.name.size());
    const bool last = comma == lines.name.size();
    svg.text(a.right + 30, at, fit_text(lines.name.substr(from, comma - from) + (last ? "" : ","), room, 12),
             {.bold = true});
    at += 16;
    from = last ? comma : comma + 2;
  }
  for (std::size_t s = 0; s < lines.values.size(); ++s, at += 19) {
    svg.line(a.right + 30, at + 2, a.right + 52, at + 2, line_color(s), 1.8);
    svg.circle(a.right + 41, at + 2, 3.5, line_color(s));
    svg.text(a.right + 60, at + 6, fit_text(lines.values[s], room - 30, 12));
  }
}

LabelledAxis axis_along(const ChartDimension& d, std::vector<double> xs, const Area& a) {
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  const ChartAxis x =
      geometric(xs) ? ChartAxis::logarithmic(xs, a.left, a.right) : ChartAxis::fitting(xs, a.left, a.right);
  const bool time = d.unit == "s" && x.is_log();
  // The values themselves are labelled while they are few.
  const std::vector<double> ticks = xs.size() <= 10 ? xs : time ? x.time_ticks() : x.ticks();
  const std::string name = name_with_unit(d.name, time ? "logarithmic" : d.unit);
  return time ? time_axis(x, name, ticks) : number_axis(x, name, ticks);
}

std::string chart(const SweepView& view, const ChartDimension& x_axis, const ChartDimension* lines,
                  const SweepFigure& f) {
  std::vector<std::vector<std::size_t>> series(lines ? lines->values.size() : 1);
  std::vector<double> xs, ys = with_intervals(f);
  for (std::size_t p = 0; p < view.points(); ++p) {
    if (!std::isfinite(f.value[p])) continue;
    series[line_of(lines, p)].push_back(p);
    xs.push_back(x_axis.numbers[p]);
  }
  if (xs.empty()) return "";
  const Area a;
  Svg svg(a.width, a.height, f.name.name + " over " + x_axis.name);
  const auto reference = reference_of(view, f);
  if (reference) ys.push_back(*reference);
  const LabelledAxis x = axis_along(x_axis, xs, a);
  const FigureAxis y = figure_axis(f.name, ys, a.bottom, a.top);
  draw_axes(svg, x, y.axis);
  draw_title(svg, f, a.right - 20);
  if (reference) {
    svg.line(a.left, y(*reference), a.right, y(*reference), ink::soft, 1.2, "6 4");
    svg.text(a.left + 6, y(*reference) - 5, "quantized network " + value_text(*reference, f.name.unit),
             {.size = 11, .fill = ink::soft});
  }
  for (std::size_t s = 0; s < series.size(); ++s) {
    std::vector<std::size_t>& points = series[s];
    const auto number = [&](std::size_t p) { return x_axis.numbers[p]; };
    std::ranges::stable_sort(points, {}, number);
    const std::string color = line_color(s);
    // Beside each other, so that no bar covers another.
    const double aside = 4 * (static_cast<double>(s) - static_cast<double>(series.size() - 1) / 2);
    for (std::size_t i = 1; i < points.size(); ++i)
      svg.line(x.scale(number(points[i - 1])) + aside, y(f.value[points[i - 1]]), x.scale(number(points[i])) + aside,
               y(f.value[points[i]]), color, 1.8, x.scale.is_log() && number(points[i - 1]) <= 0 ? "3 4" : "");
    for (const std::size_t p : points) {
      const double at = x.scale(number(p)) + aside;
      draw_bar(svg, f, p, y, at, true, color);
      svg.circle(at, y(f.value[p]), 3.5, color, view.tip(p));
    }
  }
  if (lines) draw_legend(svg, a, *lines);
  return svg.str();
}

// A row for each name, in the order of the plan, with its dots and their intervals.
std::string named_chart(const SweepView& view, const ChartDimension& names, const SweepFigure& f) {
  if (!f.numeric) return "";
  constexpr double width = 900, right = 870, top = 44, row_height = 26, widest = 360, size = 12;
  double room = 0;
  std::vector<std::string> labels;
  std::vector<double> places;
  for (const std::string& name : names.values) {
    labels.push_back(fit_text(name, widest, size));
    room = std::max(room, text_width(labels.back(), size));
    places.push_back(static_cast<double>(places.size()));
  }
  const double left = room + 36, bottom = top + row_height * static_cast<double>(names.values.size());
  Svg svg(width, bottom + 56, f.name.name + " of named points");
  std::vector<double> values = with_intervals(f);
  const auto reference = reference_of(view, f);
  if (reference) values.push_back(*reference);
  const FigureAxis x = figure_axis(f.name, values, left, right);
  // Half a row lies above the first name and below the last.
  const ChartAxis y = ChartAxis::between(-0.5, places.back() + 0.5, top, bottom);
  draw_axes(svg, x.axis, {y, "", places, labels});
  draw_title(svg, f, right - 20);
  if (reference) {
    svg.line(x(*reference), top, x(*reference), bottom, ink::soft, 1.2, "6 4");
    svg.text(right, 24, "dashed: quantized network, " + value_text(*reference, f.name.unit),
             {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  for (std::size_t p = 0; p < view.points(); ++p) {
    if (!std::isfinite(f.value[p])) continue;
    const std::size_t which = line_of(&names, p);
    const double at = y(static_cast<double>(which));
    draw_bar(svg, f, p, x, at, false, line_color(which));
    svg.circle(x(f.value[p]), at, 4, line_color(which), view.tip(p));
  }
  return svg.str();
}

// Numbers along the axis, the later of two with as many values.
bool goes_along(const ChartDimension& a, const ChartDimension& b) {
  return a.numeric != b.numeric ? a.numeric : a.values.size() >= b.values.size();
}

}  // namespace

std::vector<std::string> sweep_charts(const SweepView& view) {
  if (view.points() < 2 || view.dimensions.empty() || view.dimensions.size() > 2) return {};
  const ChartDimension* along = &view.dimensions[0];
  const ChartDimension* other = view.dimensions.size() == 2 ? &view.dimensions[1] : nullptr;
  if (other && goes_along(*other, *along)) std::swap(along, other);
  const bool named = !along->numeric;
  if (named ? other || along->values.size() > most_names : other && other->values.size() > most_lines) return {};

  std::vector<const SweepFigure*> figures;
  for (const SweepFigure& f : view.figures)
    if (f.numeric && !f.path.starts_with("quality.reference.")) figures.push_back(&f);
  // What was written explains; what it does comes first.
  std::ranges::stable_partition(figures, [](const SweepFigure* f) { return !f->path.starts_with("write."); });
  std::vector<std::string> charts;
  for (std::size_t i = 0; i < std::min<std::size_t>(2, figures.size()); ++i) {
    charts.push_back(named ? named_chart(view, *along, *figures[i]) : chart(view, *along, other, *figures[i]));
    if (i == 0 && other && other->numeric && along->values.size() <= most_lines)
      charts.push_back(chart(view, *other, along, *figures[i]));
  }
  std::erase(charts, "");
  return charts;
}

}  // namespace bitline::report
