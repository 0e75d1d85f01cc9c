// SPDX-License-Identifier: Apache-2.0
// Axes of charts: round numbers, linear or logarithmic, where a value lies, and how they are drawn.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace bitline::report {

class Svg;

// Maps values to positions from `from` to `to` in pixels. Logarithmic ones give values up to 0 a place of their own at
// `from`, before all others.
class ChartAxis {
 public:
  // Ends on round numbers that hold all finite values. A value less than 0.15 of a step beyond a round number ends the
  // axis itself. 0 .. 1 when there are no values.
  static ChartAxis linear(std::span<const double> values, double from, double to);
  // From the least to the largest value above 0, which there must be one of.
  static ChartAxis logarithmic(std::span<const double> values, double from, double to);
  // Logarithmic when no value is below 0 and those above it span more than a factor of 30.
  static ChartAxis fitting(std::span<const double> values, double from, double to);

  // From one value to another, without ticks of its own.
  static ChartAxis between(double low, double high, double from, double to);

  bool is_log() const { return log_; }
  double low() const { return low_; }
  double high() const { return high_; }
  double from() const { return from_; }
  double to() const { return to_; }
  double operator()(double value) const;
  // What to label: round numbers; of a logarithmic axis powers of ten, and 2 and 5 times those where there is room.
  std::vector<double> ticks() const;
  // The same of a logarithmic axis in seconds: a second, a minute, an hour, a day, a year and tens of them.
  std::vector<double> time_ticks() const;
  // Where the logarithm starts, right of the place of 0; `from` when 0 has none.
  double start() const { return start_; }
  bool has_zero() const { return start_ != from_; }

 private:
  ChartAxis(double low, double high, double from, double to) : low_(low), high_(high), from_(from), to_(to) {}
  double low_, high_, from_, to_, start_ = 0, step_ = 1;
  bool log_ = false;
};

// "0.3", "1e-06": four digits.
std::string tick_text(double value);

// An axis with what is written along it: a label for each tick, the title beside them.
struct LabelledAxis {
  ChartAxis scale;
  std::string title;
  std::vector<double> ticks;
  std::vector<std::string> labels;
};
LabelledAxis number_axis(const ChartAxis& scale, std::string title);
// The same of given ticks instead of the scale's own.
LabelledAxis number_axis(const ChartAxis& scale, std::string title, std::vector<double> ticks);
// Of seconds, labelled as people write times; `ticks` empty: the scale's time_ticks().
LabelledAxis time_axis(const ChartAxis& scale, std::string title, std::vector<double> ticks = {});

// Grid, labels and titles of a chart between the ends of its axes; `x` runs to the right, `y` up or down. Labels that
// would touch the one before are left out. Takes 50 below and 66 to the left of the chart, more where labels of `y`
// are wider and it has no title.
void draw_axes(Svg&, const LabelledAxis& x, const LabelledAxis& y);

// The unit with the prefix that suits the largest value, and what to multiply values by; no prefix makes seconds
// larger.
struct ScaledUnit {
  std::string unit;
  double factor = 1;
};
ScaledUnit scaled_unit(std::span<const double> values, Unit unit);
// "voltage (mV)"; the name alone when the unit is empty.
std::string name_with_unit(const std::string& name, std::string_view unit);

}  // namespace bitline::report
