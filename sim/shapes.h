// SPDX-License-Identifier: Apache-2.0
// From a config whose workload gives shapes of layers to a placement and its costs; nothing is written or run.
#pragma once

#include <vector>

#include "sim/prepare.h"
#include "sim/shape_counts.h"
#include "sim/stage.h"
#include "sim/stage_clock.h"

namespace bitline {

struct PreparedShapes {
  std::vector<workloads::IntegerWeights> matrices;  // weights where a file gives them
  std::vector<LayerCodes> codes;
  Placement placement;
  std::vector<InputFile> inputs;
};

// Reads the files of codes, places. Throws ConfigError, InputError, RunError.
PreparedShapes prepare_shapes(const LoadedConfig& loaded, const RunOptions& options);

// Fills mapping, costs and Result::shapes; placing and counting are a stage on the shelf.
void cost_shapes(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf, StageClock& clock,
                 Result& result);

}  // namespace bitline
