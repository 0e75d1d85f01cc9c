// SPDX-License-Identifier: Apache-2.0
// The files a run reads, found but not read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "run/run.h"

namespace bitline::run {

struct InputPath {
  std::string key;  // of the config that asks for the file
  std::filesystem::path file;
};

// Network, data of both splits, codes of shapes, measured conductances; in this order. Tables that are read with the
// config are part of it. Throws InputError where a file is not found.
std::vector<InputPath> input_files(const arch::Config& config, const RunOptions& options);

}  // namespace bitline::run
