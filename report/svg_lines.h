// SPDX-License-Identifier: Apache-2.0
// A chart of several lines over one axis.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/units.h"

namespace bitline::report {

struct LineSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  // a value that is not finite interrupts the line
  std::vector<double> sigma = {};                 // half the height of a band around them; empty: no band
};

struct LineChart {
  std::string title, note, x_name, y_name;
  Unit x_unit = Unit::none, y_unit = Unit::none;  // of the points; drawn with the prefix that suits
  bool log_x = false, dots = false;
  std::vector<LineSeries> series;
};

// A complete SVG document, 900 x 520. The y axis is logarithmic when values span more than a factor of 30
// and no line has a band, which would be widest where there is least; a logarithmic x axis in seconds is labelled as
// people write times.
std::string lines_svg(const LineChart& chart);

}  // namespace bitline::report
