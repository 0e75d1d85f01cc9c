// SPDX-License-Identifier: Apache-2.0
// What every experiment is given and gives, and how its figures become claims.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "arch/experiment.h"
#include "run/run.h"
#include "run/shelf.h"
#include "run/stage_clock.h"

namespace bitline::experiments {

// One experiment that runs. Each fills `found`, and of `result` what it has: quality, costs, mapping, inputs.
struct System {
  const arch::LoadedConfig& loaded;
  const run::RunOptions& options;
  run::Shelf& shelf;
  run::StageClock& clock;
  run::Result& result;
  run::ExperimentResult& found;
  const arch::Config& config() const { return loaded.config; }
};

void run_system(const arch::Orientation&, System&);
void run_system(const arch::Inpainting&, System&);
void run_system(const arch::Medical&, System&);
void run_system(const arch::Reservoir&, System&);
void run_system(const arch::History&, System&);
void run_system(const arch::SensitizedClassify&, System&);
void run_system(const arch::SensitizedEdges&, System&);
void run_system(const arch::TrainOnArray&, System&);

// That the mean of `differences`, one for each of what is repeated (ExperimentResult::repeated), is above 0. `share`:
// of those above 0.
run::ExperimentClaim above_zero(std::string id, std::string claim, std::span<const double> differences,
                                std::string unit);
// That it lies within +-margin.
run::ExperimentClaim within(std::string id, std::string claim, std::span<const double> differences, double margin,
                            std::string unit);
// That it is so in most of them: Wilson's interval of the share lies above one half.
run::ExperimentClaim in_most(std::string id, std::string claim, std::size_t held, std::size_t all);

// The figure that stands first in a result, one value for each of what is repeated; `reference` is of the ideal.
void set_quality(run::Result& result, std::string metric, std::span<const double> values, double reference,
                 std::size_t inputs);

// Names a figure for `published: ours: experiment.figures.NAME`.
void add_figure(run::ExperimentResult& found, std::string name, double value);

// "0.912 +- 0.004": mean and standard deviation.
std::string spread_text(std::span<const double> values, int digits = 3);

}  // namespace bitline::experiments
