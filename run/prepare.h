// SPDX-License-Identifier: Apache-2.0
// Steps from a config to a network of integers placed on arrays, which runs, `map`, `mvm` and costs of shapes share.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "mapping/placement.h"
#include "run/run.h"
#include "workloads/dataset.h"
#include "workloads/integer_weights.h"

namespace bitline::run {

// The network of integers: scales of weights from the weights, those of inputs from the calibration samples.
// `settings`: by layer.
workloads::IntegerGraph quantized(std::shared_ptr<const workloads::Graph> graph, const arch::Config& config,
                                  std::span<const arch::LayerConfig> settings, const workloads::Samples& calibration);

// Gives keys without a place, in ConfigErrors that `work` throws, the place where they were written.
void with_positions(const arch::LoadedConfig& loaded, const std::function<void()>& work);

// Settings of the layers with these weights.
std::vector<arch::LayerConfig> settings_of_layers(const arch::Config& config,
                                                  std::span<const workloads::IntegerWeights> weights);

// Places layers; what does not fit is told where the config's keys were written. Throws ConfigError, RunError.
mapping::Placement place(const arch::LoadedConfig& loaded, const std::vector<workloads::IntegerWeights>& layers,
                         const std::vector<arch::LayerConfig>& settings);

MappingResult mapping_of(const arch::Config& config, const std::vector<workloads::IntegerWeights>& layers,
                         const mapping::Placement& placement);

// Bits of an integer input: ternary ones are -1, 0, 1, or 0 and 1 where they cannot be negative.
int input_bits(const periphery::Input& input, bool is_signed);

// The file that `key` of the workload names. Throws InputError naming where it was looked for.
std::filesystem::path find_workload_file(const std::string& name, const std::string& key, const RunOptions& options);

// Something is wrong with the data that a config names, or with how network and data fit.
class DataError : public InputError {
 public:
  using InputError::InputError;
};
// Does `work` and turns what is wrong with the data into a ConfigError that names the place where the config asks for
// them and where all sets are listed.
void at_dataset(const arch::LoadedConfig& loaded, const std::function<void()>& work);

// The part of the configured data that `split` names, normalised as configured, its first `count` samples. Throws
// DataError, and MissingSet as it is.
workloads::Samples load_data(const arch::Workload& workload, workloads::Split split, std::size_t count,
                             const RunOptions& options);

// Throws DataError naming both shapes when the network cannot read these samples.
void check_shape(const workloads::Graph& graph, const workloads::Samples& samples);

// Appends the files of a data set that are not listed yet.
void add_inputs(const workloads::Samples& data, std::vector<InputFile>& inputs);

}  // namespace bitline::run
