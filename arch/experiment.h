// SPDX-License-Identifier: Apache-2.0
// Experiments that are more than a network on a chip, each a record of what it is set to; experiments/ runs them.
#pragma once

#include <variant>

#include "arch/experiments/history.h"
#include "arch/experiments/medical.h"
#include "arch/experiments/orientation.h"
#include "arch/experiments/reservoir.h"

namespace bitline::arch {

struct NoExperiment {
  static constexpr const char* type = "none";
  static constexpr const char* about = "the network of `workload` is run on the chip";
};
void fields(Visitor&, NoExperiment&);

using Experiment = std::variant<NoExperiment, Orientation, Reservoir, History, Medical>;

inline bool is_experiment(const Experiment& e) { return !std::holds_alternative<NoExperiment>(e); }

}  // namespace bitline::arch
