// SPDX-License-Identifier: Apache-2.0
// From a config whose workload gives shapes of layers to a placement and its costs; nothing is written or run.
#pragma once

#include <vector>

#include "cost/shape_counts.h"
#include "run/prepare.h"
#include "run/stages.h"

namespace bitline::run {

struct PreparedShapes {
  std::vector<workloads::IntegerWeights> matrices;  // weights where a file gives them
  std::vector<cost::LayerCodes> codes;
  mapping::Placement placement;
  std::vector<InputFile> inputs;
};

// Reads the files of codes, places. Throws ConfigError, InputError, RunError.
PreparedShapes prepare_shapes(const arch::LoadedConfig& loaded, const RunOptions& options);

// Fills mapping, costs and Result::shapes.
void cost_shapes(const arch::LoadedConfig& loaded, const RunOptions& options, Stages& stages, Result& result);

}  // namespace bitline::run
