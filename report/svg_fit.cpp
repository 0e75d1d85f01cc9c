// SPDX-License-Identifier: Apache-2.0
#include "report/svg_fit.h"

#include <fmt/format.h>

#include <string>

#include "report/svg_axis.h"
#include "report/svg_canvas.h"

namespace bitline::report {

using characterise::FitPart;

namespace {

// One row of the picture: a quantity, measured and fitted.
struct FitRow {
  std::string title, x_name, y_name, y_unit;
  bool log_x;
  std::vector<double> x, measured, fitted;
};

void panel(Svg& svg, const FitRow& row, double left, double top, bool residuals) {
  constexpr double width = 380, height = 200;
  std::vector<double> ys = residuals ? std::vector<double>{0} : row.fitted;
  for (std::size_t i = 0; i < row.x.size(); ++i) ys.push_back(row.measured[i] - (residuals ? row.fitted[i] : 0));
  const double right = left + width, bottom = top + height;
  const ChartAxis x = row.log_x ? ChartAxis::logarithmic(row.x, left, right) : ChartAxis::linear(row.x, left, right);
  const ChartAxis y = ChartAxis::linear(ys, bottom, top);
  draw_axes(svg, row.log_x && row.x_name == "time (s)" ? time_axis(x, "time") : number_axis(x, row.x_name),
            number_axis(y, name_with_unit(residuals ? "measured - fitted" : row.y_name, row.y_unit)));
  for (std::size_t i = 0; i < row.x.size(); ++i)
    svg.circle(x(row.x[i]), y(row.measured[i] - (residuals ? row.fitted[i] : 0)), 2, line_color(0));
  if (residuals) {
    svg.line(left, y(0), right, y(0), ink::axis, 1.4);
    return;
  }
  // As long as x goes one way it is one curve: the next state or cell begins anew.
  double direction = 0;
  for (std::size_t i = 1; i < row.x.size(); ++i) {
    const double step = row.x[i] - row.x[i - 1];
    if (step * direction < 0) {
      direction = 0;
      continue;
    }
    direction = step == 0 ? direction : step;
    svg.line(x(row.x[i - 1]), y(row.fitted[i - 1]), x(row.x[i]), y(row.fitted[i]), line_color(1), 1.8);
  }
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& v : values) v *= factor;
  return values;
}

}  // namespace

std::string fit_svg(const std::string& name, std::span<const FitPart> parts) {
  std::vector<FitRow> rows;
  const auto add = [&](const FitPart& p, const std::string& what, const std::string& y_name,
                       const std::vector<double>& measured, const std::vector<double>& fitted) {
    const auto [unit, factor] = scaled_unit(measured, p.y_unit);
    rows.push_back({fmt::format("{}: {}{}", p.part, p.best().model, what), p.x_name, y_name, unit, p.log_x, p.x,
                    scaled(measured, factor), scaled(fitted, factor)});
  };
  for (const FitPart& p : parts) {
    add(p, "", p.y_name, p.y, p.best().fitted);
    if (!p.spread.empty()) add(p, ", spread between cells", "standard deviation", p.spread, p.best().fitted_spread);
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

}  // namespace bitline::report
