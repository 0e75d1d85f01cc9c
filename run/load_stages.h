// SPDX-License-Identifier: Apache-2.0
// The first stages of a run: from files to samples and to a network of integers.
#pragma once

#include <memory>
#include <vector>

#include "run/prepare.h"
#include "run/stage.h"

namespace bitline::run {

// A network as its file has it, and the files it was read from.
struct ImportedGraph {
  std::shared_ptr<const workloads::Graph> graph;
  std::vector<InputFile> files;
};
std::size_t bytes_of(const ImportedGraph&);

Stage<ImportedGraph> import_network(const arch::Workload&, const RunOptions&, Shelf&);

// The first `count` samples of one part of the data, normalised as configured.
Stage<workloads::Samples> load_samples(const arch::Workload&, workloads::Split, std::size_t count, const RunOptions&,
                                       Shelf&);

// The network that a chip is built for, and the samples that its converters are ranged on.
struct LoadedNetwork {
  Stage<ImportedGraph> graph;
  Stage<workloads::Samples> calibration;
  Stage<workloads::IntegerGraph> network;
  std::vector<InputFile> inputs() const;  // of network and calibration
};
// Throws ConfigError, InputError.
LoadedNetwork load_network(const arch::Config&, const RunOptions&, Shelf&);
// The same from what is loaded already.
LoadedNetwork quantize_network(const arch::Config&, Stage<ImportedGraph>, Stage<workloads::Samples> calibration,
                               Shelf&);

}  // namespace bitline::run
