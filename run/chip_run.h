// SPDX-License-Identifier: Apache-2.0
// One chip instance, written, aged and run over all samples: a stage of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "run/session.h"

namespace bitline::run {

// Sums and counts of one chip's run; the chip itself is not kept.
struct ChipRun {
  chip::WriteReport writing;
  std::vector<double> outputs;  // (samples, outputs)
  // Of a use in time (run/use.h): at each moment (samples read then, outputs); else empty.
  std::vector<std::vector<double>> moments;
  std::vector<read::Ledger> ledgers;                       // by layer, over all samples
  std::vector<double> signal, noise;                       // by layer: squares of exact sums, of deviations
  std::vector<double> clipped, conversions, full_scale_A;  // by layer
  double residual = 0;                                     // of circuits that were solved one by one: the largest
  std::uint64_t solved_directly = 0;                       // reads that sweeps could not solve
  std::size_t saturated = 0;                               // cells beyond their layer's lattice
  // Of the first chip alone.
  std::vector<read::Ledger> of_sample;  // (layers, samples that are counted one by one)
  // Activity::pair_drive of the first layer, [copy][row group][row r x rows + row k].
  std::vector<std::vector<std::vector<std::int64_t>>> first_pairs;
  chip::LevelMap level_map;
};
std::size_t bytes_of(const ChipRun&);

struct Observed;  // run/observe.h
// Adds what was counted, not the outputs; `share`: of the run's moments of reading, for means over them.
void add_observed(const chip::Chip& chip, const chip::View& view, const Observed& seen, double share, ChipRun& run);

// Nothing here changes what comes out.
struct ChipRunOptions {
  std::size_t batch = 64;  // samples evaluated together
  std::function<void(double)> progress;
};

// Made anew or taken from the shelf. `of_sample`: so many samples are counted one by one on the first chip (instance 0,
// `first` is null). The first layer's inputs are the same for every chip, so that the other chips take the products of
// inputs from `first` instead of counting them again.
Stage<ChipRun> run_chip(const Session& session, std::uint32_t instance, const Stage<workloads::Samples>& samples,
                        std::size_t of_sample, const ChipRun* first, const ChipRunOptions& options, Shelf& shelf);

}  // namespace bitline::run
