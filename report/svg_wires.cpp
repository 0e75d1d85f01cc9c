// SPDX-License-Identifier: Apache-2.0
// Pictures of what wires do: where voltage is lost in an array, and how far currents are from those without wires.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "report/svg.h"
#include "report/svg_canvas.h"
#include "report/text.h"

namespace bitline {
namespace {

constexpr double page_width = 900, margin = 20;
constexpr int steps = 200;

// Dark to light: points of viridis (van der Walt and Smith, matplotlib), linear between them.
std::vector<unsigned char> palette() {
  constexpr std::array<std::array<double, 3>, 6> points = {
      {{68, 1, 84}, {65, 68, 135}, {42, 120, 142}, {34, 168, 132}, {122, 209, 81}, {253, 231, 37}}};
  std::vector<unsigned char> colors;
  for (int i = 0; i < steps; ++i) {
    const double at = static_cast<double>(i) / (steps - 1) * (points.size() - 1);
    const std::size_t low = std::min(static_cast<std::size_t>(at), points.size() - 2);
    for (std::size_t c = 0; c < 3; ++c)
      colors.push_back(static_cast<unsigned char>(
          std::lround(points[low][c] + (points[low + 1][c] - points[low][c]) * (at - static_cast<double>(low)))));
  }
  return colors;
}

std::string nothing(std::string_view title, std::string_view why) {
  Svg svg(page_width, 60, title);
  svg.text(margin, 34, why, {.fill = ink::soft});
  return svg.str();
}

}  // namespace

std::string voltage_map_svg(const WireResult& w) {
  const std::size_t cells = w.map_rows > 0 && w.map_columns > 0
                                ? static_cast<std::size_t>(w.map_rows) * static_cast<std::size_t>(w.map_columns)
                                : 0;
  if (cells == 0 || w.drop_map.size() != cells)
    return nothing("Voltage left at each cell", "No voltages were kept for this picture.");
  const auto [least, most] = std::minmax_element(w.drop_map.begin(), w.drop_map.end());
  const double low = std::isfinite(*least) ? static_cast<double>(*least) : 0,
               high = std::max(std::isfinite(*most) ? static_cast<double>(*most) : 1, low + 1e-9);
  // Rows run along the longer side, drivers first; the sense ends lie at the other side's end.
  const bool turned = w.map_rows > w.map_columns;
  const int width = turned ? w.map_rows : w.map_columns, height = turned ? w.map_columns : w.map_rows;
  const double room = std::min(page_width - 2 * margin, 420.0 * width / height), shown_height = room * height / width;
  const double top = 74;
  Svg svg(page_width, top + shown_height + 30, "Voltage left at each cell of the first array");
  svg.text(margin, 28, "Voltage left at each cell, all rows driven", {.size = 15, .bold = true});
  svg.text(margin, 46,
           fmt::format(
               "first array, share of the source's voltage, of a pair the device with less; {} rows {}, {} columns {}",
               w.map_rows, turned ? "from left to right" : "from top to bottom", w.map_columns,
               turned ? "from top to bottom" : "from left to right"),
           {.fill = ink::soft});
  const std::vector<unsigned char> colors = palette();
  std::vector<unsigned char> scale(steps), pixels(cells);
  for (int i = 0; i < steps; ++i) scale[static_cast<std::size_t>(i)] = static_cast<unsigned char>(i);
  svg.image(page_width - margin - 220, 18, 220, 12, png_data_uri(steps, 1, scale, colors));
  svg.text(page_width - margin - 220, 44, percent(low, 1), {.size = 11, .fill = ink::soft});
  svg.text(page_width - margin, 44, percent(high, 1), {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
  for (int r = 0; r < w.map_rows; ++r)
    for (int c = 0; c < w.map_columns; ++c) {
      const std::size_t from =
          static_cast<std::size_t>(r) * static_cast<std::size_t>(w.map_columns) + static_cast<std::size_t>(c);
      const std::size_t to =
          turned ? static_cast<std::size_t>(c) * static_cast<std::size_t>(w.map_rows) + static_cast<std::size_t>(r)
                 : from;
      const double share = (static_cast<double>(w.drop_map[from]) - low) / (high - low);
      pixels[to] = static_cast<unsigned char>(
          std::lround(std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * (steps - 1)));
    }
  svg.image(margin, top, room, shown_height, png_data_uri(width, height, pixels, colors));
  svg.text(margin, top - 6, turned ? "drivers at the upper edge" : "drivers at the left edge", {.size = 11});
  svg.text(margin + room, turned ? top - 6 : top + shown_height + 16,
           turned ? "sense ends at the right edge" : "sense ends at the lower edge",
           {.size = 11, .anchor = Anchor::end});
  return svg.str();
}

std::string wire_currents_svg(const WireResult& w) {
  const std::size_t n = std::min(w.with_wires.size(), w.without_wires.size());
  double limit = 0, spread = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double with = w.with_wires[i], without = w.without_wires[i];
    if (!std::isfinite(with) || !std::isfinite(without)) continue;
    limit = std::max({limit, std::abs(with), std::abs(without)});
    spread = std::max(spread, std::abs(with - without));
  }
  if (limit == 0) return nothing("Column currents with and without wires", "No current flowed in the sampled reads.");
  constexpr double side = 340, top = 70, second = 500, bar_width = 360;
  Svg svg(page_width, top + side + 50, "Column currents with and without wires");
  svg.text(margin, 28, "Column currents with and without wires", {.size = 15, .bold = true});
  svg.text(margin, 46,
           fmt::format("{} reads of the first chip; rms change {} of the rms current", w.reads,
                       percent(w.current_error_rms)),
           {.fill = ink::soft});
  // A dot for each current, thinned to what can be told apart.
  const double left = margin + 30;
  const auto x_of = [&](double v) { return left + (v / limit + 1) / 2 * side; };
  const auto y_of = [&](double v) { return top + side - (v / limit + 1) / 2 * side; };
  svg.rect(left, top, side, side, "none", "", ink::grid);
  svg.line(x_of(-limit), y_of(0), x_of(limit), y_of(0), ink::grid);
  svg.line(x_of(0), y_of(-limit), x_of(0), y_of(limit), ink::grid);
  svg.line(x_of(-limit), y_of(-limit), x_of(limit), y_of(limit), ink::axis, 1, "4 3");
  const std::size_t every = 1 + n / 1500;
  for (std::size_t i = 0; i < n; i += every)
    svg.circle(x_of(w.without_wires[i]), y_of(w.with_wires[i]), 1.6, series_color(0));
  svg.text(left + side / 2, top + side + 20, "without wires (largest = 1)", {.anchor = Anchor::middle});
  svg.text(left - 12, top + side / 2, "with wires", {.anchor = Anchor::middle, .rotate_deg = -90});
  for (const double v : {-1.0, 0.0, 1.0})
    svg.text(x_of(v * limit), top + side + 36, fmt::format("{:.2g}", v * limit),
             {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});

  constexpr std::size_t bins = 41;
  std::array<std::size_t, bins> count{};
  const double reach = spread > 0 ? spread : 1e-12;
  for (std::size_t i = 0; i < n; ++i) {
    const double change = static_cast<double>(w.with_wires[i]) - static_cast<double>(w.without_wires[i]);
    if (std::isfinite(change))
      ++count[static_cast<std::size_t>(std::clamp((change / reach + 1) / 2 * bins, 0.0, bins - 1.0))];
  }
  const double most = static_cast<double>(*std::max_element(count.begin(), count.end()));
  for (std::size_t b = 0; b < bins; ++b) {
    const double tall = side * static_cast<double>(count[b]) / most;
    svg.rect(second + static_cast<double>(b) * bar_width / bins, top + side - tall, bar_width / bins - 1, tall,
             series_color(1), grouped(count[b]));
  }
  svg.line(second, top + side, second + bar_width, top + side, ink::axis);
  svg.line(second + bar_width / 2, top, second + bar_width / 2, top + side, ink::axis, 1, "4 3");
  svg.text(second + bar_width / 2, top + side + 20, "change by wires (largest current = 1)",
           {.anchor = Anchor::middle});
  for (const double v : {-1.0, 0.0, 1.0})
    svg.text(second + (v + 1) / 2 * bar_width, top + side + 36, fmt::format("{:.2g}", v * reach),
             {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  return svg.str();
}

}  // namespace bitline
