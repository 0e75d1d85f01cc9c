// SPDX-License-Identifier: Apache-2.0
// What people call the figures of result.json and the keys of a config, by their paths.
#pragma once

#include <string>
#include <string_view>

#include "run/result.h"

namespace bitline::report {

enum class Better { higher, lower, neither };

struct FigureName {
  std::string name;  // "Energy per inference"
  std::string unit;  // "J", "fraction", "inferences/s", "" ...
  Better better = Better::neither;
};

// `metric`: what quality.value is; "" is an accuracy.
FigureName figure_name(std::string_view path, std::string_view metric);

// "86.91 %", "159.5 nJ", "51,283", by the unit.
std::string value_text(double value, const std::string& unit);
// "86.80 .. 87.02 %", "74.2 .. 433 nJ".
std::string interval_text(const Interval& interval, const std::string& unit);
// A difference of two such values, with its sign; shares in percentage points.
std::string difference_text(double difference, const std::string& unit);

// "adc.shared_by" is "ADC shared by".
std::string axis_name(std::string_view path);

}  // namespace bitline::report
