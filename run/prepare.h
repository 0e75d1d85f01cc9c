// SPDX-License-Identifier: Apache-2.0
// From a config to a quantized network placed on arrays, with the data that calibrates it.
#pragma once

#include <memory>
#include <vector>

#include "mapping/placement.h"
#include "run/run.h"
#include "workloads/dataset.h"
#include "workloads/integer_weights.h"

namespace bitline::run {

struct Prepared {
  workloads::IntegerGraph network;
  workloads::Samples calibration;
  mapping::Placement placement;
  std::vector<InputFile> inputs;
};

// Reads network and calibration images, quantizes, places. Throws ConfigError, InputError, RunError.
Prepared prepare(const arch::LoadedConfig& loaded, const RunOptions& options);

// Places layers; what does not fit is told where the config's keys were written. Throws ConfigError, RunError.
mapping::Placement place(const arch::LoadedConfig& loaded, const std::vector<workloads::IntegerWeights>& layers,
                         const std::vector<arch::LayerConfig>& settings);

MappingResult mapping_of(const arch::Config& config, const std::vector<workloads::IntegerWeights>& layers,
                         const mapping::Placement& placement);

// Bits of an integer input: ternary ones are -1, 0, 1, or 0 and 1 where they cannot be negative.
int input_bits(const periphery::Input& input, bool is_signed);

// The file that `key` of the workload names. Throws InputError naming where it was looked for.
std::filesystem::path find_workload_file(const std::string& name, const std::string& key, const RunOptions& options);

// The part of the configured data that `split` names, normalised as configured, its first `count` samples. Throws
// InputError.
workloads::Samples load_data(const arch::Workload& workload, workloads::Split split, std::size_t count,
                             const RunOptions& options);

// Throws InputError naming both shapes when the network cannot read these samples.
void check_shape(const workloads::Graph& graph, const workloads::Samples& samples);

// Appends the files of a data set that are not listed yet.
void add_inputs(const workloads::Samples& data, std::vector<InputFile>& inputs);

}  // namespace bitline::run
