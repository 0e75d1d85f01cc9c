// SPDX-License-Identifier: Apache-2.0
// From a config to a quantized network placed on arrays, with the data that calibrates it.
#pragma once

#include <memory>
#include <vector>

#include "mapping/placement.h"
#include "sim/run.h"

namespace bitline {

struct Prepared {
  std::shared_ptr<const QuantizedNetwork> network;
  Dataset calibration;
  Placement placement;
  std::vector<InputFile> inputs;
};

// Reads network and calibration images, quantizes, places. Throws ConfigError, InputError, RunError.
Prepared prepare(const LoadedConfig& loaded, const RunOptions& options);

MappingResult mapping_of(const Config& config, const Prepared& prepared);

// Appends the files of a data set that are not listed yet.
void add_inputs(const Dataset& data, std::vector<InputFile>& inputs);

}  // namespace bitline
