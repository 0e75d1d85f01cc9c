// SPDX-License-Identifier: Apache-2.0
// Pictures of experiments.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/experiment.h"
#include "report/svg_axis.h"
#include "report/svg_canvas.h"
#include "report/svg_heat.h"
#include "report/svg_lines.h"

namespace bitline::report {

using run::BarFigure;
using run::ExperimentPicture;
using run::ImageFigure;
using run::LineFigure;
using run::MatrixFigure;

namespace {

constexpr double picture_gap = 8, head = 64;
constexpr ColorScale::Rgb grey[] = {{0, 0, 0}, {255, 255, 255}};
// White to dark blue, and blue over white to red: ends of ColorBrewer's Blues and RdBu (C. Brewer, colorbrewer2.org).
constexpr ColorScale::Rgb matrix_blues[] = {{247, 251, 255}, {107, 174, 214}, {8, 48, 107}};
constexpr ColorScale::Rgb red_white_blue[] = {
    {178, 24, 43}, {244, 165, 130}, {247, 247, 247}, {146, 197, 222}, {33, 102, 172}};

// "edge-maps" to "Edge maps".
std::string title_of(const ExperimentPicture& picture) {
  std::string title = picture.name;
  std::ranges::replace(title, '-', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::string svg_of(const LineFigure& figure, const std::string& title) {
  LineChart chart;
  chart.title = title, chart.x_name = figure.x_name, chart.y_name = figure.y_name;
  chart.log_x = figure.log_x;
  chart.dots = std::ranges::all_of(figure.series, [](const auto& s) { return s.x.size() <= 40; });
  for (const LineFigure::Series& s : figure.series) {
    LineSeries& series = chart.series.emplace_back();
    series.name = s.name;
    series.sigma = s.half_width.size() == s.x.size() ? s.half_width : std::vector<double>();
    for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) series.points.emplace_back(s.x[i], s.y[i]);
  }
  return lines_svg(chart);
}

std::string svg_of(const ImageFigure& figure, const std::string& title) {
  std::size_t most = 1;
  for (const auto& row : figure.rows) most = std::max(most, row.images.size());
  const double room = page_width - 2 * page_margin;
  const double side = std::min((room + picture_gap) / static_cast<double>(most) - picture_gap, 260.0);
  const auto height_of = [&](const ImageFigure::Image& image) {
    return side / std::max(image.width, 1) * image.height;
  };
  double height = 0;  // of a row
  for (const auto& row : figure.rows)
    for (const auto& image : row.images) height = std::max(height, height_of(image));
  Svg svg(page_width, head + static_cast<double>(figure.rows.size()) * (height + 28), title);
  svg.text(page_margin, 28, fit_text(title, room, 15), {.size = 15, .bold = true});
  const ColorScale colors(grey, figure.black, figure.white);
  double y = head;
  for (const auto& row : figure.rows) {
    svg.text(page_margin, y - 6, fit_text(row.name, room, 12), {.bold = true});
    for (std::size_t i = 0; i < row.images.size(); ++i) {
      const ImageFigure::Image& image = row.images[i];
      if (!is_matrix(image.height, image.width, image.values.size())) continue;
      std::vector<unsigned char> shades;
      for (const float v : image.values) shades.push_back(colors.index(v));
      svg.image(page_margin + static_cast<double>(i) * (side + picture_gap), y, side, height_of(image),
                png_data_uri(image.width, image.height, shades, colors.palette()));
    }
    y += height + 28;
  }
  return svg.str();
}

std::pair<double, double> range_of(const MatrixFigure& figure) {
  if (figure.range) return *figure.range;
  double low = INFINITY, high = -INFINITY;
  for (const auto& panel : figure.panels)
    for (const float v : panel.values)
      if (std::isfinite(v)) low = std::min<double>(low, v), high = std::max<double>(high, v);
  if (!(low < high)) return {0, 1};
  if (low >= 0) return {low, high};
  const double most = std::max(-low, high);  // 0 in the middle, where colours change
  return {-most, most};
}

// As many matrices beside each other as stay readable.
std::string svg_of(const MatrixFigure& figure, const std::string& title) {
  const double room = page_width - 2 * page_margin;
  double widest = 1;
  for (const auto& p : figure.panels) {
    widest = std::max(widest, static_cast<double>(p.columns));
  }
  const double least = std::clamp(widest * 2, 96.0, room);
  const double beside = std::clamp(std::floor((room + picture_gap) / (least + picture_gap)), 1.0,
                                   std::max(1.0, static_cast<double>(figure.panels.size())));
  const double columns = std::min(beside, 4.0), side = (room + picture_gap) / columns - picture_gap;
  const double shown = std::min(side, std::max(figure.panels.size() > 8 ? 150.0 : 260.0, widest));
  double height = 0;
  for (const auto& p : figure.panels) height = std::max(height, heat_size({p.rows, p.columns}, shown, shown).height);
  const auto rows = std::ceil(static_cast<double>(figure.panels.size()) / columns);
  const auto [low, high] = range_of(figure);
  const ColorScale colors = low < 0 ? ColorScale(red_white_blue, low, high) : ColorScale(matrix_blues, low, high);
  Svg svg(page_width, head + 20 + rows * (height + 30), title);
  svg.text(page_margin, 28, fit_text(title, room - scale_width - 20, 15), {.size = 15, .bold = true});
  draw_scale(svg, page_width - page_margin - scale_width, 22, colors, fmt::format("{:.3g}", low), figure.unit,
             fmt::format("{:.3g}", high));
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const auto& p = figure.panels[i];
    const double x = page_margin + std::fmod(static_cast<double>(i), columns) * (side + picture_gap),
                 y = head + 20 + std::floor(static_cast<double>(i) / columns) * (height + 30);
    svg.text(x, y - 6, fit_text(p.name, side, 12), {.size = 12});
    if (!is_matrix(p.rows, p.columns, p.values.size())) continue;
    const HeatShape shape{p.rows, p.columns};
    const HeatSize size = heat_size(shape, shown, shown);
    draw_heat(svg, x, y, size.width, size.height, shape, p.values, colors);
  }
  return svg.str();
}

// Names at the left, bars to the right, those of a name under each other.
std::string svg_of(const BarFigure& figure, const std::string& title) {
  constexpr double names_width = 170, bar = 11, between = 9, legend = 24;
  const auto series = static_cast<double>(figure.series.size());
  const double group = series * bar + between, top = head + legend,
               bottom = top + static_cast<double>(figure.names.size()) * group;
  std::vector<double> ends{0};
  for (const auto& s : figure.series)
    for (std::size_t i = 0; i < s.values.size(); ++i)
      if (std::isfinite(s.values[i])) ends.push_back(s.values[i] + (i < s.half_width.size() ? s.half_width[i] : 0));
  const ChartAxis x = ChartAxis::linear(ends, page_margin + names_width, page_width - page_margin - 20);
  Svg svg(page_width, bottom + 50, title);
  svg.text(page_margin, 28, fit_text(title, page_width - 2 * page_margin, 15), {.size = 15, .bold = true});
  for (const double tick : x.ticks()) {
    svg.line(x(tick), top - 4, x(tick), bottom, ink::grid);
    svg.text(x(tick), bottom + 16, tick_text(tick), {.anchor = Anchor::middle, .fill = ink::soft});
  }
  svg.text((x.from() + x.to()) / 2, bottom + 36, figure.value_name, {.anchor = Anchor::middle});
  for (std::size_t k = 0; k < figure.series.size(); ++k) {
    const double at = page_margin + static_cast<double>(k) * legend_entry_width;
    svg.rect(at, head - 14, 12, 12, series_color(k));
    svg.text(at + 18, head - 4, fit_text(figure.series[k].name, legend_entry_width - 24, 12));
  }
  for (std::size_t i = 0; i < figure.names.size(); ++i) {
    const double y = top + static_cast<double>(i) * group;
    svg.text(x.from() - 8, y + series * bar / 2 + 4, fit_text(figure.names[i], names_width - 12, 12),
             {.anchor = Anchor::end});
    for (std::size_t k = 0; k < figure.series.size(); ++k) {
      const auto& s = figure.series[k];
      if (i >= s.values.size() || !std::isfinite(s.values[i])) continue;
      const double row = y + static_cast<double>(k) * bar, middle = row + (bar - 1) / 2;
      const double half = i < s.half_width.size() && std::isfinite(s.half_width[i]) ? s.half_width[i] : 0;
      svg.rect(x(0), row, x(s.values[i]) - x(0), bar - 1, series_color(k),
               fmt::format("{}, {}: {:.4g} +- {:.2g}", figure.names[i], s.name, s.values[i], half));
      if (half > 0)
        svg.line(x(std::max(0.0, s.values[i] - half)), middle, x(s.values[i] + half), middle, ink::text, 1.5);
    }
  }
  return svg.str();
}

}  // namespace

std::string picture_svg(const ExperimentPicture& picture) {
  return std::visit([&](const auto& figure) { return svg_of(figure, title_of(picture)); }, picture.figure);
}

}  // namespace bitline::report
