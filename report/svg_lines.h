// SPDX-License-Identifier: Apache-2.0
// A chart of several lines over one axis.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bitline {

struct LineSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  // a value that is not finite interrupts the line
};

struct LineChart {
  std::string title, note, x_name, y_name;
  bool log_x = false, dots = false;
  std::vector<LineSeries> series;
};

// A complete SVG document, 900 x 520. The y axis is logarithmic when values span more than a factor of 30.
std::string lines_svg(const LineChart& chart);

}  // namespace bitline
