// SPDX-License-Identifier: Apache-2.0
// Hysteresis loops of current over voltage, cut into the states that the device was in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "characterise/fit/parts.h"

namespace bitline::characterise {

struct LoopStates {
  std::vector<std::string> names = {};  // of each reading: "high" or "low"
  std::vector<Estimate> set_V = {},
                        reset_V = {};  // where conductances rise, and fall; between the readings on either side
};
// Of readings in the order of measurement. A loop is a way out and back on one side of 0 whose conductances at low
// voltages differ by half or more; it switches at the largest step of ln G on the way out. Nothing: there is none.
std::optional<LoopStates> states_of_loop(const std::vector<double>& voltage_V, const std::vector<double>& current_A);

}  // namespace bitline::characterise
