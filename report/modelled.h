// SPDX-License-Identifier: Apache-2.0
// What the simulation of a result leaves out or simplifies, for its readers: one list for every report.
#pragma once

#include <string>
#include <vector>

#include "sim/result.h"

namespace bitline {

struct Simplification {
  std::string what, status;
};
std::vector<Simplification> modelled(const Result& result);

}  // namespace bitline
