// SPDX-License-Identifier: Apache-2.0
// Heat maps: a matrix as pixels of a colour scale, its longer side from left to right.
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

// Where a matrix of rows x columns is shown: rows run from left to right when there are more of them than columns.
struct HeatShape {
  int rows = 0, columns = 0;
  HeatShape(int rows, int columns) : rows(rows), columns(columns) {}
  bool turned() const { return rows > columns; }
  int width() const { return turned() ? rows : columns; }
  int height() const { return turned() ? columns : rows; }
  // "576 input rows from left to right, 128 output columns from top to bottom"
  std::string words() const;
};

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
