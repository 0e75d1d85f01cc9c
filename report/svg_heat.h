// SPDX-License-Identifier: Apache-2.0
// Heat maps: a matrix as pixels of a colour scale. Arrays lie like in the picture of the mapping: rows, which are
// inputs, from top to bottom, columns from left to right.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "report/svg_canvas.h"

namespace bitline::report {

// Colours between points that lie evenly between `low` and `high`; index 0 is grey, for values that are no number.
class ColorScale {
 public:
  using Rgb = std::array<double, 3>;  // 0 .. 255
  ColorScale(std::span<const Rgb> points, double low, double high);
  unsigned char index(double value) const;  // clamped to the scale
  std::span<const unsigned char> palette() const { return palette_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_, high_;
  std::vector<unsigned char> palette_;
};

struct HeatShape {
  int rows = 0, columns = 0;
  // "576 input rows from top to bottom, 128 output columns from left to right"
  std::string words() const;
};

// Of a matrix on the page: square cells as large as the room allows; where that makes a thread, it is widened.
struct HeatSize {
  double width = 0, height = 0;
};
HeatSize heat_size(const HeatShape& shape, double most_width, double most_height);

// Whether `values` are those of a matrix of rows x columns that has any.
bool is_matrix(int rows, int columns, std::size_t values);

// `values`: (rows, columns), row-major.
void draw_heat(Svg& svg, double x, double y, double width, double height, const HeatShape& shape,
               std::span<const float> values, const ColorScale& scale);

// The scale itself, 220 wide, with words below its ends and its middle.
inline constexpr double scale_width = 220;
void draw_scale(Svg& svg, double x, double y, const ColorScale& scale, const std::string& low,
                const std::string& middle, const std::string& high);

}  // namespace bitline::report
