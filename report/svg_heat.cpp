// SPDX-License-Identifier: Apache-2.0
#include "report/svg_heat.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bitline::report {
namespace {

constexpr int steps = 201;  // odd: the middle of the scale has a colour of its own

}  // namespace

ColorScale::ColorScale(std::span<const Rgb> points, double low, double high)
    : low_(low), high_(high), palette_{0xcc, 0xcc, 0xcc} {
  for (int i = 0; i < steps; ++i) {
    const double at = static_cast<double>(i) / (steps - 1) * static_cast<double>(points.size() - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(at), points.size() - 2);
    const double share = at - static_cast<double>(below);
    for (std::size_t c = 0; c < 3; ++c)
      palette_.push_back(static_cast<unsigned char>(
          std::lround(points[below][c] + (points[below + 1][c] - points[below][c]) * share)));
  }
}

unsigned char ColorScale::index(double value) const {
  if (!std::isfinite(value)) return 0;
  const double share = high_ > low_ ? std::clamp((value - low_) / (high_ - low_), 0.0, 1.0) : 1.0;
  return static_cast<unsigned char>(1 + std::lround(share * (steps - 1)));
}

std::string HeatShape::words() const {
  return fmt::format("{} input rows from top to bottom, {} output columns from left to right", rows, columns);
}

HeatSize heat_size(const HeatShape& shape, double most_width, double most_height) {
  constexpr double thinnest = 0.4, flattest = 0.1;
  const double rows = std::max(1, shape.rows), columns = std::max(1, shape.columns),
               cell = std::min(most_width / columns, most_height / rows);
  return {std::min(most_width, std::max(cell * columns, thinnest * cell * rows)),
          std::min(most_height, std::max(cell * rows, flattest * cell * columns))};
}

bool is_matrix(int rows, int columns, std::size_t values) {
  return rows > 0 && columns > 0 && static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) == values;
}

void draw_heat(Svg& svg, double x, double y, double width, double height, const HeatShape& shape,
               std::span<const float> values, const ColorScale& scale) {
  std::vector<unsigned char> pixels(values.size());
  const auto rows = static_cast<std::size_t>(shape.rows), columns = static_cast<std::size_t>(shape.columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      pixels[r * columns + c] = scale.index(static_cast<double>(values[r * columns + c]));
  svg.image(x, y, width, height, png_data_uri(shape.columns, shape.rows, pixels, scale.palette()));
}

void draw_scale(Svg& svg, double x, double y, const ColorScale& scale, const std::string& low,
                const std::string& middle, const std::string& high) {
  std::vector<unsigned char> pixels(steps);
  for (int i = 0; i < steps; ++i) pixels[static_cast<std::size_t>(i)] = static_cast<unsigned char>(i + 1);
  svg.image(x, y, scale_width, 12, png_data_uri(steps, 1, pixels, scale.palette()));
  svg.text(x, y + 26, low, {.size = 11, .fill = ink::soft});
  svg.text(x + scale_width / 2, y + 26, middle, {.size = 11, .anchor = Anchor::middle, .fill = ink::soft});
  svg.text(x + scale_width, y + 26, high, {.size = 11, .anchor = Anchor::end, .fill = ink::soft});
}

}  // namespace bitline::report
