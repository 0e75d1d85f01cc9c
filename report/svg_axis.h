// SPDX-License-Identifier: Apache-2.0
// Axes of charts: round numbers, linear or logarithmic, and where a value lies.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace bitline {

// Maps values to positions from `from` to `to` in pixels. Logarithmic ones give values up to 0 a place of their own at
// `from`, before all others.
class ChartAxis {
 public:
  // Ends on round numbers that hold all finite values, or just behind those that pass one by little; 0 .. 1 when there
  // are none.
  static ChartAxis linear(std::span<const double> values, double from, double to);
  // From the least to the largest value above 0, which there must be one of.
  static ChartAxis logarithmic(std::span<const double> values, double from, double to);
  // Logarithmic when no value is below 0 and those above it span more than a factor of 30.
  static ChartAxis fitting(std::span<const double> values, double from, double to);

  bool is_log() const { return log_; }
  double low() const { return low_; }
  double high() const { return high_; }
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
// Three digits in the largest unit that fits: "100 ns", "1 h", "2.5 days", "10 years".
std::string time_text(double seconds);

}  // namespace bitline
