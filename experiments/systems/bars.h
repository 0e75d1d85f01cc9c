// SPDX-License-Identifier: Apache-2.0
// Bars through the middle of a 9 x 9 field at 0, 45, 90 and 135 degrees.
#pragma once

#include <array>

namespace bitline::experiments {

inline constexpr int field = 9, pixels = field * field, orientations = 4, outputs = 4;

// Signed distance of a pixel from the bar of an orientation through the middle, in steps along its normal: 0 on the
// bar. Rows of the field for a horizontal bar, columns for a vertical one, the diagonals between.
constexpr int offset(int orientation, int pixel) {
  const int row = pixel / field, column = pixel % field, middle = field / 2;
  switch (orientation) {
    case 0:
      return row - middle;
    case 1:
      return row + column - 2 * middle;
    case 2:
      return column - middle;
    default:
      return row - column;
  }
}

constexpr bool on_bar(int orientation, int pixel) { return offset(orientation, pixel) == 0; }

}  // namespace bitline::experiments
