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
  bool marks = false;                             // open circles without a line: what was measured
  bool arrows = false;                            // along the line, in the order of points
};

// `automatic`: logarithmic when values span more than a factor of 30 and no line has a band, which would be widest
// where there is least. On a logarithmic axis values of 0 and below are left out.
enum class YScale { automatic, linear, logarithmic };

// Lines below the chart, over the same x axis.
struct LowerLines {
  std::string y_name;
  Unit y_unit = Unit::none;
  std::vector<LineSeries> series;
};

struct LineChart {
  std::string title, x_name, y_name;
  std::vector<std::string> notes = {};            // below the title, broken into lines where they do not fit
  Unit x_unit = Unit::none, y_unit = Unit::none;  // of the points; drawn with the prefix that suits
  bool log_x = false, dots = false;
  YScale y_scale = YScale::automatic;
  std::vector<LineSeries> series;
  LowerLines lower = {};
};

// A complete SVG document, 900 wide and 520 high with one line of notes, without a lower part. A logarithmic x axis in
// seconds is labelled as people write times.
std::string lines_svg(const LineChart& chart);

}  // namespace bitline::report
