// SPDX-License-Identifier: Apache-2.0
// The chip as a square, cut into its parts in proportion to their area.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline::report {

using run::Result;

namespace {

constexpr double chip_side = 360, legend_left = 410, legend_step = 22;
constexpr double area_top = 44;

struct AreaPart {
  cost::Part part;
  double area_m2;
};
struct AreaBox {
  double x, y, width, height;
};

// Largest first, without what no square could show; ties in the order of reports.
std::vector<AreaPart> area_parts(const cost::Breakdown& areas) {
  std::vector<AreaPart> parts;
  const double sum_m2 = areas.total();
  for (const auto& [part, area_m2] : areas)
    if (drawable(area_m2) && area_m2 > 1e-9 * sum_m2) parts.push_back({part, area_m2});
  std::ranges::stable_sort(parts, [](const AreaPart& a, const AreaPart& b) { return a.area_m2 > b.area_m2; });
  return parts;
}

// The worst ratio of sides of boxes that fill `length` beside each other with these areas.
double worst_ratio(std::span<const AreaPart> row, double sum, double length, double scale) {
  const double thickness = sum * scale / length;
  double worst = 1;
  for (const AreaPart& p : row) {
    const double side = p.area_m2 * scale / thickness;
    worst = std::max({worst, side / thickness, thickness / side});
  }
  return worst;
}

// Squarified: rows along the shorter side take parts as long as their boxes get squarer (Bruls, Huizing, van Wijk 2000,
// doi:10.1007/978-3-7091-6783-0_4).
std::vector<AreaBox> squarified(std::span<const AreaPart> parts, AreaBox left, double scale) {
  std::vector<AreaBox> boxes;
  for (std::size_t first = 0; first < parts.size();) {
    const double length = std::min(left.width, left.height);
    std::size_t count = 1;
    double sum = parts[first].area_m2;
    while (first + count < parts.size()) {
      const double more = sum + parts[first + count].area_m2;
      if (worst_ratio(parts.subspan(first, count + 1), more, length, scale) >
          worst_ratio(parts.subspan(first, count), sum, length, scale))
        break;
      sum = more, ++count;
    }
    const double thickness = sum * scale / length;
    const bool upright = left.width >= left.height;
    double at = upright ? left.y : left.x;
    for (std::size_t k = first; k < first + count; ++k) {
      const double side = parts[k].area_m2 * scale / thickness;
      boxes.push_back(upright ? AreaBox{left.x, at, thickness, side} : AreaBox{at, left.y, side, thickness});
      at += side;
    }
    (upright ? left.x : left.y) += thickness;
    (upright ? left.width : left.height) -= thickness;
    first += count;
  }
  return boxes;
}

}  // namespace

std::string area_svg(const Result& r) {
  const std::vector<AreaPart> parts = area_parts(r.costs.area_breakdown_m2);
  if (parts.empty()) return "";
  double sum_m2 = 0;
  for (const AreaPart& p : parts) sum_m2 += p.area_m2;
  const double legend_bottom = area_top + legend_step * static_cast<double>(parts.size());
  Svg svg(page_width, std::max(area_top + chip_side, legend_bottom) + 12, "Area of the chip by part");
  svg.text(page_margin, 28, fmt::format("The chip by area: {}", quantity(sum_m2, Unit::square_meter)),
           {.size = 15, .bold = true});
  const std::vector<AreaBox> boxes =
      squarified(parts, {page_margin, area_top, chip_side, chip_side}, chip_side * chip_side / sum_m2);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string color = part_color(parts[i].part), name(title_of(parts[i].part));
    const std::string amount =
        fmt::format("{}, {}", quantity(parts[i].area_m2, Unit::square_meter), percent(parts[i].area_m2 / sum_m2, 1));
    const AreaBox& b = boxes[i];
    svg.rect(b.x, b.y, b.width, b.height, color, name + ": " + amount, "#ffffff");
    if (b.height > 18 && text_width(name, 12) + 8 < b.width)
      svg.text(b.x + 5, b.y + 15, name, {.fill = text_color_on(color)});
    const double y = area_top + legend_step * static_cast<double>(i);
    svg.rect(legend_left, y, 14, 14, color);
    svg.text(legend_left + 22, y + 12, name + ": " + amount);
  }
  return svg.str();
}

}  // namespace bitline::report
