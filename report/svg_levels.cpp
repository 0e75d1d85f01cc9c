// SPDX-License-Identifier: Apache-2.0
// The picture of one array's levels, intended and read back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"

namespace bitline {
namespace {

constexpr double page_width = 900, margin = 20, gap = 40;
constexpr int steps = 201;  // colours from -limit to +limit; index 0 is "no value"

// Blue over white to red: points of ColorBrewer's RdBu (C. Brewer, colorbrewer2.org), linear between them.
std::vector<unsigned char> palette() {
  constexpr std::array<std::array<double, 3>, 5> points = {
      {{33, 102, 172}, {146, 197, 222}, {247, 247, 247}, {244, 165, 130}, {178, 24, 43}}};
  std::vector<unsigned char> colors{0xcc, 0xcc, 0xcc};
  for (int i = 0; i < steps; ++i) {
    const double at = static_cast<double>(i) / (steps - 1) * (points.size() - 1);
    const std::size_t low = std::min(static_cast<std::size_t>(at), points.size() - 2);
    for (std::size_t c = 0; c < 3; ++c)
      colors.push_back(static_cast<unsigned char>(
          std::lround(points[low][c] + (points[low + 1][c] - points[low][c]) * (at - static_cast<double>(low)))));
  }
  return colors;
}

unsigned char index_of(double level, double limit) {
  if (!std::isfinite(level)) return 0;
  return static_cast<unsigned char>(1 + std::lround((std::clamp(level / limit, -1.0, 1.0) + 1) / 2 * (steps - 1)));
}

}  // namespace

std::string level_map_svg(const Result::LevelMap& map) {
  const std::size_t cells =
      map.rows > 0 && map.columns > 0 ? static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns) : 0;
  if (cells == 0 || map.intended.size() != cells || map.read_back.size() != cells) {
    Svg svg(page_width, 60, "No levels were kept");
    svg.text(margin, 34, "No levels were kept for this picture.", {.fill = ink::soft});
    return svg.str();
  }
  const bool turned = map.rows > map.columns;  // rows run from left to right
  const int width = turned ? map.rows : map.columns, height = turned ? map.columns : map.rows;
  // Beside each other when both stay readable, else one above the other.
  const bool beside = width <= 2 * height;
  const double room = beside ? (page_width - 2 * margin - gap) / 2 : page_width - 2 * margin;
  const double shown_height = std::max(24.0, room * height / width);
  double limit = 0;
  for (const float level : map.intended)
    if (std::isfinite(level)) limit = std::max(limit, std::abs(static_cast<double>(level)));
  if (limit == 0) limit = 1;

  const double top = 84;
  Svg svg(page_width, top + (beside ? 1 : 2) * (shown_height + 26) + 16,
          "Levels of one array as intended and as read back");
  svg.text(margin, 28, "Levels of one array", {.size = 15, .bold = true});
  svg.text(margin, 46,
           fmt::format("{} input rows {}, {} output columns {}", map.rows,
                       turned ? "from left to right" : "from top to bottom", map.columns,
                       turned ? "from top to bottom" : "from left to right"),
           {.fill = ink::soft});
  const std::vector<unsigned char> colors = palette();
  std::vector<unsigned char> scale(steps), pixels(cells);
  for (int i = 0; i < steps; ++i) scale[static_cast<std::size_t>(i)] = static_cast<unsigned char>(i + 1);
  svg.image(page_width - margin - 220, 22, 220, 12, png_data_uri(steps, 1, scale, colors));
  svg.text(page_width - margin - 220, 48, fmt::format("{:.4g}", -limit), {.size = 11, .fill = ink::soft});
  svg.text(page_width - margin - 110, 48, "level 0", {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  svg.text(page_width - margin, 48, fmt::format("+{:.4g}", limit),
           {.size = 11, .anchor = Anchor::end, .fill = ink::soft});

  for (int panel = 0; panel < 2; ++panel) {
    const std::vector<float>& levels = panel == 0 ? map.intended : map.read_back;
    for (int r = 0; r < map.rows; ++r)
      for (int c = 0; c < map.columns; ++c) {
        const std::size_t from =
            static_cast<std::size_t>(r) * static_cast<std::size_t>(map.columns) + static_cast<std::size_t>(c);
        const std::size_t to =
            turned ? static_cast<std::size_t>(c) * static_cast<std::size_t>(map.rows) + static_cast<std::size_t>(r)
                   : from;
        pixels[to] = index_of(levels[from], limit);
      }
    const double x = margin + (beside ? panel * (room + gap) : 0), y = top + (beside ? 0 : panel * (shown_height + 26));
    svg.text(x, y - 6, panel == 0 ? "intended" : "read back", {.bold = true});
    svg.image(x, y, room, shown_height, png_data_uri(width, height, pixels, colors));
  }
  return svg.str();
}

}  // namespace bitline
