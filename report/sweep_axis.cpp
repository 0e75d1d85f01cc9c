// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_axis.h"

#include <cmath>

namespace bitline::report {
namespace {

ScaledUnit written_unit(const FigureName& name, std::span<const double> values) {
  if (name.unit == "fraction") return {"%", 100};
  if (name.unit == "m2") return {"mm2", 1e6};
  for (const Unit u : {Unit::joule, Unit::second, Unit::watt, Unit::ampere, Unit::siemens, Unit::volt, Unit::ohm})
    if (name.unit == symbol(u)) return scaled_unit(values, u);
  return {name.unit, 1};
}

bool is_far_apart(std::span<const double> values) {
  constexpr double apart = 4;
  double low = HUGE_VAL, high = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    if (v <= 0) return false;
    low = std::min(low, v), high = std::max(high, v);
  }
  return high > apart * low;
}

}  // namespace

FigureAxis figure_axis(const FigureName& name, std::span<const double> values, double from, double to, bool costs) {
  const ScaledUnit unit = written_unit(name, values);
  std::vector<double> written;
  for (const double v : values) written.push_back(v * unit.factor);
  const bool log = costs && is_far_apart(written);
  if (log) {  // no dot lies on the edge
    double low = HUGE_VAL, high = 0;
    for (const double v : written)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    const double room = std::pow(high / low, 0.04);
    written.insert(written.end(), {low / room, high * room});
  }
  const ChartAxis scale = log ? ChartAxis::logarithmic(written, from, to) : ChartAxis::fitting(written, from, to);
  const std::string log_unit = (unit.unit.empty() ? "" : unit.unit + ", ") + "logarithmic";
  return {number_axis(scale, name_with_unit(name.name, scale.is_log() ? log_unit : unit.unit)), unit.factor};
}

std::vector<double> with_intervals(const SweepFigure& f) {
  std::vector<double> all = f.value;
  all.insert(all.end(), f.low.begin(), f.low.end());
  all.insert(all.end(), f.high.begin(), f.high.end());
  return all;
}

}  // namespace bitline::report
