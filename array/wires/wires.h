// SPDX-License-Identifier: Apache-2.0
// What a config says about the wires of an array: resistances per segment, at the ends of lines, and how they are taken
// into account.
#pragma once

#include <optional>
#include <string_view>

#include "base/schema.h"

namespace bitline::array {

enum class WireMode { automatic, ideal, exact };
inline constexpr std::string_view wire_mode_names[] = {"auto", "ideal", "exact"};
constexpr std::span<const std::string_view> names_of(WireMode) { return wire_mode_names; }

enum class Compensation { none, conductance };
inline constexpr std::string_view compensation_names[] = {"none", "conductance"};
constexpr std::span<const std::string_view> names_of(Compensation) { return compensation_names; }

struct Wires {
  WireMode mode = WireMode::automatic;        // exact where a resistance is given
  std::optional<double> row_ohm, column_ohm;  // between neighbouring devices; unset: from the technology's metal
  double driver_ohm = 0, sense_ohm = 0;       // at the driven end of a row (supply rail), the sensed end of a column
  std::optional<double> driver_far_ohm, sense_far_ohm;  // at the other ends; unset: not connected
  double access_ohm = 0;                                // of the transistor in series with each device
  Compensation compensation = Compensation::none;
  double compensated_swing = 1;  // of the signal that is aimed at; less leaves room to make up for more

  // Exact when asked for, or when automatic and any resistance is given.
  bool exact() const;
};
void fields(Visitor&, Wires&);

}  // namespace bitline::array
