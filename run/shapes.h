// SPDX-License-Identifier: Apache-2.0
// From a config whose workload gives shapes of layers to a placement and its costs; nothing is written or run.
#pragma once

#include <vector>

#include "cost/shape_counts.h"
#include "run/prepare.h"
#include "run/stage.h"
#include "run/stage_clock.h"

namespace bitline::run {

struct PlacedShapes {
  std::vector<workloads::IntegerWeights> matrices;  // weights where a file gives them
  std::vector<cost::LayerCodes> codes;
  mapping::Placement placement;
  std::vector<InputFile> inputs;
  std::vector<std::string> notes;  // what was decided while reading them
};

// Reads the files of codes, places. Throws ConfigError, InputError, RunError.
PlacedShapes place_shapes(const arch::LoadedConfig& loaded, const RunOptions& options);

// Fills mapping, costs and Result::shapes; placing and counting are a stage on the shelf.
void cost_shapes(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf, StageClock& clock,
                 Result& result);

}  // namespace bitline::run
