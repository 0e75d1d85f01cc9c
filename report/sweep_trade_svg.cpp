// SPDX-License-Identifier: Apache-2.0
// The chart of one trade: accuracy against a cost.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_canvas.h"
#include "report/sweep_axis.h"
#include "report/sweep_pareto.h"

namespace bitline::report {
namespace {

constexpr Panel trade_area{84, 612, 44, 424};
constexpr double dot_radius = 4.2;
constexpr std::size_t most_colors = 9, most_labels = 40, most_tips = 2000;

// What tells points apart: colours by one dimension, shapes by another.
struct Coding {
  const ChartDimension *color = nullptr, *shape = nullptr;

  explicit Coding(const SweepView& view) {
    color = view.designs();
    if (color && color->values.size() > 3 * most_colors) color = nullptr;
    for (const ChartDimension& d : view.dimensions) {
      if (&d == color) continue;
      if (!color && d.values.size() <= most_colors)
        color = &d;
      else if (!shape && d.values.size() <= marker_count)
        shape = &d;
    }
  }
  static std::size_t place(const ChartDimension* d, std::size_t point) {
    if (!d) return 0;
    return static_cast<std::size_t>(std::ranges::find(d->values, d->labels[point]) - d->values.begin());
  }
  std::string color_of(std::size_t point) const { return line_color(place(color, point)); }
  Marker shape_of(std::size_t point) const { return static_cast<Marker>(place(shape, point)); }
};

struct Box {
  double x, y, width, height;
  bool overlaps(const Box& b) const {
    return x < b.x + b.width && b.x < x + width && y < b.y + b.height && b.y < y + height;
  }
};

// Texts beside dots where they cover neither dots nor each other; others are left out.
class Labels {
 public:
  Labels(Svg& svg, std::vector<Box> taken) : svg_(svg), taken_(std::move(taken)) {}

  void put(double x, double y, const std::string& text) {
    constexpr double size = 11, gap = 8;
    const double wide = text_width(text, size), high = size + 1;
    const Box boxes[] = {{x + gap, y - high / 2, wide, high},
                         {x - gap - wide, y - high / 2, wide, high},
                         {x - wide / 2, y - gap - high, wide, high},
                         {x - wide / 2, y + gap, wide, high}};
    for (const Box& box : boxes) {
      if (box.x < trade_area.left || box.x + wide > trade_area.right + 8 || box.y < trade_area.top - 4 ||
          box.y + high > trade_area.bottom)
        continue;
      if (std::ranges::any_of(taken_, [&](const Box& other) { return box.overlaps(other); })) continue;
      svg_.text(box.x, box.y + high - 2.5, text, {.size = size});
      taken_.push_back(box);
      return;
    }
  }

 private:
  Svg& svg_;
  std::vector<Box> taken_;
};

void draw_interval(Svg& svg, const FigureAxis& axis, double low, double high, double at, bool upright,
                   const std::string& color) {
  if (!std::isfinite(low) || !std::isfinite(high)) return;
  const double a = axis(low), b = axis(high), tick = 2.5;
  const auto line = [&](double u1, double v1, double u2, double v2) {
    upright ? svg.line(v1, u1, v2, u2, color, 1) : svg.line(u1, v1, u2, v2, color, 1);
  };
  line(a, at, b, at);
  for (const double end : {a, b}) line(end, at - tick, end, at + tick);
}

void draw_legend(Svg& svg, const Coding& coding) {
  constexpr double x = trade_area.right + 34;
  const double room = page_width - x - 6;
  double y = trade_area.top + 6;
  svg.line(x, y - 4, x + 22, y - 4, ink::axis, 1.6, "4 3");
  svg.circle(x + 11, y - 4, dot_radius + 1.8, ink::text);
  svg.circle(x + 11, y - 4, dot_radius, "#ffffff");
  svg.text(x + 30, y, "front: worth taking");
  for (const ChartDimension* d : {coding.color, coding.shape}) {
    if (!d) continue;
    y += 26;
    svg.text(x, y, fit_text(d->name, room, 12), {.bold = true});
    for (std::size_t i = 0; i < d->values.size() && y + 18 < trade_area.bottom + 50; ++i) {
      y += 18;
      if (d == coding.color)
        svg.circle(x + 8, y - 4, dot_radius, line_color(i));
      else
        svg.marker(x + 8, y - 4, static_cast<Marker>(i), dot_radius, ink::soft);
      svg.text(x + 20, y, fit_text(d->values[i].empty() ? "as in the config" : d->values[i], room - 20, 11),
               {.size = 11});
    }
  }
}

}  // namespace

std::string trade_svg(const SweepView& view, const Trade& trade) {
  const SweepFigure &cost = *trade.cost, &gain = *trade.gain;
  const std::string title = gain.name.name + " against " + cost.name.name;
  Svg svg(page_width, trade_area.bottom + 56, title);
  const FigureAxis x = figure_axis(cost.name, cost.value, trade_area.left, trade_area.right, true),
                   y = figure_axis(gain.name, with_intervals(gain), trade_area.bottom, trade_area.top,
                                   gain.name.better == Better::lower);
  draw_axes(svg, x.axis, y.axis);
  svg.text(20, 24, fit_text(title + (gain.has_interval() ? ", bars: 95 %" : ""), trade_area.right, 14),
           {.size = 14, .bold = true});
  const Coding coding(view);
  const auto at = [&](std::size_t p) { return std::pair(x(cost.value[p]), y(gain.value[p])); };
  for (std::size_t i = 1; i < trade.front.size(); ++i) {
    const auto [x1, y1] = at(trade.front[i - 1]);
    const auto [x2, y2] = at(trade.front[i]);
    svg.line(x1, y1, x2, y1, ink::axis, 1.6, "4 3");
    svg.line(x2, y1, x2, y2, ink::axis, 1.6, "4 3");
  }
  std::vector<Box> dots;
  std::vector<std::size_t> order;  // the front over the others
  for (std::size_t p = 0; p < view.points(); ++p)
    if (std::ranges::find(trade.front, p) == trade.front.end()) order.push_back(p);
  order.insert(order.end(), trade.front.begin(), trade.front.end());
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t p = order[k];
    if (!std::isfinite(cost.value[p]) || !std::isfinite(gain.value[p])) continue;
    const auto [px, py] = at(p);
    const std::string color = coding.color_of(p);
    draw_interval(svg, y, gain.low[p], gain.high[p], px, true, color);
    const bool on_front = k >= order.size() - trade.front.size();
    if (on_front) svg.marker(px, py, coding.shape_of(p), dot_radius + 2.2, ink::text);
    svg.marker(px, py, coding.shape_of(p), dot_radius, color, view.points() > most_tips ? "" : view.tip(p));
    dots.push_back({px - 5, py - 5, 10, 10});
  }
  Labels labels(svg, std::move(dots));
  const ChartDimension* designs = view.designs();
  std::ranges::reverse(order);  // the front first
  for (std::size_t k = 0; k < std::min(order.size(), most_labels); ++k) {
    const std::size_t p = order[k];
    if (!designs && k >= trade.front.size()) break;
    if (!std::isfinite(cost.value[p]) || !std::isfinite(gain.value[p])) continue;
    const auto [px, py] = at(p);
    labels.put(px, py, designs ? fit_text(designs->labels[p], 230, 11) : view.number(p));
  }
  draw_legend(svg, coding);
  return svg.str();
}

}  // namespace bitline::report
