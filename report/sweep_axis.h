// SPDX-License-Identifier: Apache-2.0
// A figure of a sweep along an axis of a chart: its unit with the prefix that suits, per cent for shares, a logarithm
// for costs that lie far apart.
#pragma once

#include <span>

#include "report/svg_axis.h"
#include "report/sweep_view.h"

namespace bitline::report {

struct FigureAxis {
  LabelledAxis axis;
  double factor = 1;  // from the figure to what is written along the axis
  double operator()(double value) const { return axis.scale(value * factor); }
};

// `values` may hold NaN. `costs`: logarithmic from a factor of 4 on; else from one of 30 on, as all charts.
FigureAxis figure_axis(const FigureName& name, std::span<const double> values, double from, double to,
                       bool costs = false);

// The values with the ends of their intervals.
std::vector<double> with_intervals(const SweepFigure& figure);

}  // namespace bitline::report
