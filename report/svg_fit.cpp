// SPDX-License-Identifier: Apache-2.0
#include "report/svg_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline {
namespace {

// One row of the picture: a quantity, measured and fitted.
struct Row {
  std::string title, x_name, y_name;
  bool log_x;
  const std::vector<double>&x, &measured, &fitted;
};

void panel(Svg& svg, const Row& row, double left, double top, bool residuals) {
  constexpr double width = 380, height = 200;
  std::vector<double> ys = residuals ? std::vector<double>{0} : row.fitted;
  for (std::size_t i = 0; i < row.x.size(); ++i) ys.push_back(row.measured[i] - (residuals ? row.fitted[i] : 0));
  const double right = left + width, bottom = top + height;
  const ChartAxis x = row.log_x ? ChartAxis::logarithmic(row.x, left, right) : ChartAxis::linear(row.x, left, right);
  const ChartAxis y = ChartAxis::linear(ys, bottom, top);
  for (const double t : x.ticks()) {
    svg.line(x(t), top, x(t), bottom, ink::grid);
    svg.text(x(t), bottom + 16, tick_text(t), {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  }
  for (const double t : y.ticks()) {
    svg.line(left, y(t), right, y(t), ink::grid);
    svg.text(left - 6, y(t) + 4, tick_text(t), {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  }
  svg.line(left, bottom, right, bottom, ink::axis);
  svg.text((left + right) / 2, bottom + 36, row.x_name, {.anchor = Anchor::middle});
  svg.text(left - 66, (top + bottom) / 2, residuals ? "measured - fitted" : row.y_name,
           {.anchor = Anchor::middle, .rotate_deg = -90});
  for (std::size_t i = 0; i < row.x.size(); ++i)
    svg.circle(x(row.x[i]), y(row.measured[i] - (residuals ? row.fitted[i] : 0)), 2, series_color(0));
  if (residuals) {
    svg.line(left, y(0), right, y(0), ink::axis, 1.4);
    return;
  }
  std::vector<std::size_t> order(row.x.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row.x[a] < row.x[b]; });
  for (std::size_t i = 1; i < order.size(); ++i)
    svg.line(x(row.x[order[i - 1]]), y(row.fitted[order[i - 1]]), x(row.x[order[i]]), y(row.fitted[order[i]]),
             series_color(3), 1.8);
}

// Conductances and currents in one handy unit.
std::string with_unit(const std::string& name, Unit unit) {
  return unit == Unit::none ? name : fmt::format("{} ({})", name, symbol(unit));
}

}  // namespace

std::string fit_svg(const std::string& name, std::span<const FitPart> parts) {
  std::vector<Row> rows;
  for (const FitPart& p : parts) {
    const FitCandidate& best = p.best();
    const std::string title = fmt::format("{}: {}", p.part, best.model);
    rows.push_back({title, p.x_name, with_unit(p.y_name, p.y_unit), p.log_x, p.x, p.y, best.fitted});
    if (!p.spread.empty())
      rows.push_back({title + ", spread between cells", p.x_name, with_unit("standard deviation", p.y_unit), p.log_x, p.x,
                      p.spread, best.fitted_spread});
  }
  constexpr double row_height = 310;
  Svg svg(1000, 60 + row_height * static_cast<double>(rows.size()), fmt::format("{}: measured and fitted", name));
  svg.text(20, 28, fmt::format("{}: measured (dots) and fitted (line)", name), {.size = 15, .bold = true});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double top = 70 + row_height * static_cast<double>(i);
    svg.text(20, top - 4, rows[i].title, {.bold = true});
    panel(svg, rows[i], 100, top + 10, false);
    panel(svg, rows[i], 600, top + 10, true);
  }
  return svg.str();
}

}  // namespace bitline
