// SPDX-License-Identifier: Apache-2.0
// The files of a run folder.
#pragma once

#include <filesystem>

#include "arch/config.h"
#include "run/result.h"

namespace bitline::app {

// resolved.yaml, layers.csv, images.csv, report.html, tables and pictures of an experiment, and last result.json: where
// that is, the folder is complete. `outcomes`: also outcomes.npy, (chips, samples), what each sample scored. Throws
// RunError.
void write_result_files(const std::filesystem::path& folder, const run::Result& result,
                        const arch::LoadedConfig& loaded, bool outcomes);

}  // namespace bitline::app
