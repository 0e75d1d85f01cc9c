// SPDX-License-Identifier: Apache-2.0
// A network on all chip instances of a config: outputs of each beside those of the float network and of the integer
// truth, and what of it a result tells.
#pragma once

#include <vector>

#include "run/chip_runs.h"
#include "run/quality.h"
#include "run/stage_clock.h"

namespace bitline::run {

// Outputs of the float network and of the integer truth, (samples, outputs).
struct References {
  Stage<std::vector<double>> real, quantized;
};

struct NetworkRun {
  Session session;
  References right;
  ChipRuns chips;

  int outputs() const { return static_cast<int>(session.network().graph->output_size()); }
  // Of chip instance i, (samples, outputs).
  const std::vector<double>& of_chip(std::size_t i) const { return chips.runs[i]->outputs; }
};

// Runs the network on `config.instances` chips; stages that the shelf has are not made again. Throws ConfigError,
// InputError, RunError.
NetworkRun run_network(const arch::LoadedConfig& loaded, LoadedNetwork network,
                       const Stage<workloads::Samples>& samples, const RunOptions& options, Shelf& shelf,
                       StageClock& clock);

// Writes what `keep` asks for, where the options have a place for it.
void keep_files(const NetworkRun& done, const RunOptions& options);

// Mapping, writing, wires, costs, reads, images and input files of the result.
void describe(const NetworkRun& done, const workloads::Samples& samples, Result& result);

// `scores` (run/quality.h), the first of which is the quality.
void add_scores(const NetworkRun& done, const arch::Config& config, const std::vector<workloads::Score>& scores,
                const Stage<workloads::Samples>& samples, Shelf& shelf, Result& result);

}  // namespace bitline::run
