// SPDX-License-Identifier: Apache-2.0
// What the chip instances of a run add up to, and what a result says of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run/chip_run.h"

namespace bitline::run {

// Sums over chip instances, in their order.
struct ChipRuns {
  std::vector<Stage<ChipRun>> runs;
  chip::WriteReport writing;
  std::vector<read::Ledger> ledgers;  // by layer
  std::vector<double> signal, noise, clipped, conversions;
  std::vector<double> full_scale_A;  // mean
  double residual = 0;
  std::uint64_t solved_directly = 0;
  std::size_t saturated = 0;  // cells beyond their layer's lattice, over all chips

  ChipRuns(std::vector<Stage<ChipRun>> of_chips, std::size_t layers);
  const ChipRun& first() const { return *runs.front(); }
};

WriteResult write_result(const arch::Config& config, const chip::Chip& chip, const chip::WriteReport& writing);

// Cells that measured conductances have no value of: how many, what stands in, and the key that changes it. Nothing
// where all are there.
std::optional<std::string> missing_warning(const arch::Config& config, const chip::WriteReport& writing);

// What reads of each layer showed; a layer without any signal has no ratio, with a warning.
void add_reads(const chip::Chip& chip, const ChipRuns& chips, Result& result);

// Figures of wires: the design's, and how well this run's circuits were solved.
void add_wires(const Design& design, const ChipRuns& chips, Result& result);

}  // namespace bitline::run
