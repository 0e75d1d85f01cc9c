// SPDX-License-Identifier: Apache-2.0
// The picture of one array's levels, intended and read back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/svg_heat.h"
#include "report/text.h"

namespace bitline::report {
namespace {

constexpr double panel_gap = 40;

// Blue over white to red: points of ColorBrewer's RdBu (C. Brewer, colorbrewer2.org).
constexpr ColorScale::Rgb blue_to_red[] = {
    {33, 102, 172}, {146, 197, 222}, {247, 247, 247}, {244, 165, 130}, {178, 24, 43}};

}  // namespace

std::string level_map_svg(const chip::LevelMap& map) {
  if (!is_matrix(map.rows, map.columns, map.intended.size()) || map.read_back.size() != map.intended.size()) {
    Svg svg(page_width, 60, "No levels were kept");
    svg.text(page_margin, 34, "No levels were kept for this picture.", {.fill = ink::soft});
    return svg.str();
  }
  const HeatShape shape{map.rows, map.columns};
  constexpr double highest = 420;
  const HeatSize size = heat_size(shape, (page_width - 2 * page_margin - panel_gap) / 2, highest);
  double limit = 0;
  for (const float level : map.intended)
    if (std::isfinite(level)) limit = std::max(limit, std::abs(static_cast<double>(level)));
  if (limit == 0) limit = 1;

  const double top = 84;
  Svg svg(page_width, top + size.height + 42, "Levels of one block as intended and as read back");
  svg.text(
      page_margin, 28,
      map.layer.empty() ? "Levels of one block" : fmt::format("Levels of {} on array {}", clean(map.layer), map.array),
      {.size = 15, .bold = true});
  svg.text(page_margin, 46, shape.words(), {.fill = ink::soft});
  svg.text(page_margin, 62, "the layer's first block, on the first chip", {.fill = ink::soft});
  const ColorScale scale(blue_to_red, -limit, limit);
  draw_scale(svg, page_width - page_margin - scale_width, 22, scale, fmt::format("{:.4g}", -limit), "level 0",
             fmt::format("+{:.4g}", limit));
  for (int panel = 0; panel < 2; ++panel) {
    const double x = page_margin + panel * ((page_width - 2 * page_margin + panel_gap) / 2);
    svg.text(x, top - 6, panel == 0 ? "intended" : "read back", {.bold = true});
    draw_heat(svg, x, top, size.width, size.height, shape, panel == 0 ? map.intended : map.read_back, scale);
  }
  return svg.str();
}

}  // namespace bitline::report
