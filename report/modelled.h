// SPDX-License-Identifier: Apache-2.0
// What the simulation leaves out or simplifies, for readers of its results: one list for every report.
#pragma once

#include <string>
#include <vector>

namespace bitline {

struct Simplification {
  std::string what, status;
};
// `exact_wires`: whether the run solved its wires.
std::vector<Simplification> modelled(bool exact_wires);

}  // namespace bitline
