// SPDX-License-Identifier: Apache-2.0
#include "app/matrix_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "app/command_line.h"
#include "app/environment.h"
#include "base/error.h"

namespace bitline::app {

std::string shape_text(const NpyArray& a) {
  std::string out;
  for (auto n : a.shape) out += (out.empty() ? "" : ", ") + std::to_string(n);
  return "(" + out + ")";
}

NpyArray read_matrix(const std::string& option, const std::string& file, const std::string& expected, int rows,
                     int columns, const std::string& because) {
  NpyArray a = read_npy(file);
  const auto is = [](std::size_t found, int wanted) { return wanted < 0 || found == static_cast<std::size_t>(wanted); };
  if (a.shape.size() != 2 || a.shape[0] == 0 || a.shape[1] == 0 || !is(a.shape[0], rows) || !is(a.shape[1], columns)) {
    std::string wanted = expected;
    if (rows >= 0 && columns >= 0) wanted += fmt::format(" = ({}, {})", rows, columns);
    if (rows < 0 && columns >= 0) wanted += fmt::format(" with {} columns", columns);
    throw InputError(fmt::format("{} {}: has shape {} where {} is expected{}", option, file, shape_text(a), wanted,
                                 because.empty() ? "" : ", " + because));
  }
  for (std::size_t i = 0; i < a.data.size(); ++i)
    if (!std::isfinite(a.data[i]))
      throw InputError(fmt::format("{} {}: is {} at row {}, column {} (from 0); every value must be a finite number",
                                   option, file, a.data[i], i / a.shape[1], i % a.shape[1]));
  return a;
}

void warn_of_ohms(const std::string& option, const std::string& file, const NpyArray& conductances_S) {
  constexpr double most_S = 1;  // an ohm: a metal contact, no device of an array
  const double largest_S =
      conductances_S.data.empty() ? 0 : *std::max_element(conductances_S.data.begin(), conductances_S.data.end());
  if (largest_S > most_S)
    print_warning(
        fmt::format("{} {}: holds up to {}, which no device of an array has. Are these ohms? Conductances are in "
                    "siemens: give 1 / R",
                    option, file, pretty(largest_S, Unit::siemens)));
}

double read_number(const std::string& option, const std::string& text) {
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(x))
    throw UsageError(fmt::format("{} is '{}', which is not a number", option, text));
  return x;
}

std::vector<double> read_ohms(const std::string& option, const std::string& text, std::size_t lines, bool may_be_open) {
  const auto check = [&](double ohm, const std::string& where) {
    if (!(ohm >= 0) || (std::isinf(ohm) && !may_be_open))
      throw InputError(fmt::format("{} is {} ohm{}; a resistance is 0 or positive{}", option, ohm, where,
                                   may_be_open ? ", or inf (not connected)" : ", and finite"));
    return ohm;
  };
  if (text == "inf") return {check(std::numeric_limits<double>::infinity(), "")};
  if (!text.ends_with(".npy")) return {check(read_number(option, text), "")};
  NpyArray a = read_npy(text);
  if (a.shape.size() != 1 || a.shape[0] != lines)
    throw InputError(fmt::format("{} {}: has shape {} where one value for each of {} lines is expected", option, text,
                                 shape_text(a), lines));
  for (std::size_t i = 0; i < lines; ++i) check(a.data[i], fmt::format(" at line {} (from 0)", i));
  return a.data;
}

}  // namespace bitline::app
