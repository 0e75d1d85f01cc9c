// SPDX-License-Identifier: Apache-2.0
// Experiments that are more than a network on a chip, each a record of what it is set to; experiments/ runs them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
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

// Keys of the config, each with all below it, that figures of an experiment on devices alone depend on, beside its own;
// unset: networks are mapped on the chip, and the whole of it counts.
std::optional<std::span<const std::string_view>> keys_read(const Experiment&);

// Whether workload.network is what runs on the chip.
bool runs_network(const Experiment&);

// Whether anything is priced by the technology.
bool needs_technology(const Experiment&);

// Finds and reads the files that it names: the device of an encoder (device/plasticity/pulse_train.h), networks,
// devices. Those beside the config are remembered by their full paths. Problems go to the reader.
void open_parts(Experiment&, const ConfigPath& where, ConfigReader&, std::vector<Assumption>& assumed);

}  // namespace bitline::arch
