// SPDX-License-Identifier: Apache-2.0
// Running experiments: the calls behind `bitline run`, `map` and `mvm`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arch/config.h"
#include "base/npy.h"
#include "run/result.h"
#include "workloads/dataset.h"

namespace bitline::run {

class Shelf;  // run/shelf.h

// Nothing here changes a result.
struct RunOptions {
  workloads::DataPath data;
  std::vector<std::filesystem::path> model_folders;
  int threads = 0;         // 0 = all cores
  std::size_t batch = 64;  // images evaluated together
  std::string isa{};       // instruction set of the reads, of isa_names that this machine runs; empty: the best
  std::function<void(double done, const std::string& stage)>
      progress{};                              // called from one thread at a time, done in 0..1
  bool per_image = false;                      // Result::images holds all images, not only the first sampled_images
  std::filesystem::path conductance_folder{};  // where `keep: conductances` writes; empty = nowhere
  std::filesystem::path outputs_file{};        // where `keep: outputs` writes; empty = nowhere
};

// A config with a `budget` and no network is summed only. Throws InputError, RunError, Interrupted.
Result run(const arch::LoadedConfig& loaded, const RunOptions& options);
// The same bits; stages that the shelf has are not made again, others are kept there (run/stage_settings.h).
Result run(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf);

// What a config says of itself before anything is read: name, hash, seed, assumptions, simplifications, warnings.
void identify(const arch::LoadedConfig& loaded, Result& result);

// Where every block goes, without running.
MappingResult map_network(const arch::LoadedConfig& loaded, const RunOptions& options);

// One real matrix (rows, columns) times inputs (batch, rows) through the configured arrays and periphery: one
// scale for each tensor, all digital rescaling done; (batch, columns). The first chip instance. `costs`: of the mean
// input, where it is asked for; left alone where all weights or all inputs are 0 and nothing is read. `warnings` takes
// what is to be told of it.
std::vector<float> mvm(const arch::Config& config, const NpyArray& weights, const NpyArray& inputs,
                       const RunOptions& options, cost::Costs* costs = nullptr,
                       std::vector<std::string>* warnings = nullptr);

// How far that product is off.
struct MvmDeviation {
  // From the product of the real numbers, over the rms of the latter; unset where that is 0.
  std::optional<double> relative_rms;
  std::size_t inputs = 0;  // looked at, from the first: as many as take a fraction of a second
};
MvmDeviation deviation(const NpyArray& weights, const NpyArray& inputs, const std::vector<float>& product);

}  // namespace bitline::run
