// SPDX-License-Identifier: Apache-2.0
// Experiments that are more than a network on a chip, each a record of what it is set to; experiments/ runs them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "arch/experiments/history.h"
#include "arch/experiments/inpainting.h"
#include "arch/experiments/medical.h"
#include "arch/experiments/orientation.h"
#include "arch/experiments/reservoir.h"
#include "arch/experiments/sensitized_classify.h"
#include "arch/experiments/sensitized_edges.h"
#include "arch/experiments/train_on_array.h"
#include "base/config_reader.h"

namespace bitline::arch {

struct NoExperiment {
  static constexpr const char* type = "none";
  static constexpr const char* about = "the network of `workload` is run on the chip";
};
void fields(Visitor&, NoExperiment&);

using Experiment = std::variant<NoExperiment, Inpainting, Medical, Orientation, Reservoir, History, SensitizedClassify,
                                SensitizedEdges, TrainOnArray>;

inline bool is_experiment(const Experiment& e) { return !std::holds_alternative<NoExperiment>(e); }

// Reads what its encoder names, if it has one (device/plasticity/pulse_train.h). Throws ConfigError with paths of the
// config, InputError.
void open_parts(Experiment&, const ConfigPath& where, std::vector<Assumption>& assumed);

// What no single field can know; paths are those of the config ("experiment.holes").
std::vector<Diagnostic> check(const Experiment&);

}  // namespace bitline::arch
