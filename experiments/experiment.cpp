// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment.h"

#include "arch/check_experiment.h"
#include "arch/warnings.h"
#include "base/parallel.h"
#include "experiments/systems/system.h"
#include "run/published.h"

namespace bitline::experiments {

using run::Result;
using run::RunOptions;
using run::Shelf;

namespace {

void run_system(const arch::NoExperiment&, System&) {}

Result run_experiment(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
  // Loading has looked already, unless the config was made or changed since.
  if (auto problems = check_experiment(loaded.config); !problems.empty()) throw ConfigError(std::move(problems));
  Result result;
  result.isa = name_of(isa_named(options.isa));
  with_threads(options.threads, [&] {
    run::StageClock clock(result, options);
    run::identify(loaded, result);
    run::ExperimentResult& found = result.experiment.emplace();
    System system{loaded, options, shelf, clock, result, found};
    std::visit(
        [&](const auto& experiment) {
          found.kind = experiment.type;
          run_system(experiment, system);
        },
        loaded.config.experiment);
    clock.end();
    if (is_without_arrays(result)) result.simplifications.clear();  // those of a chip that nothing ran on
    add_simplifications(result.simplifications, found.simplifications);
  });
  result.threads = options.threads;
  const auto run_again = [&](const arch::LoadedConfig& other, const RunOptions& quiet) {
    return experiments::run(other, quiet, shelf);
  };
  fill_published(result, loaded, options, run_again);
  return result;
}

}  // namespace

Result run(const arch::LoadedConfig& loaded, const RunOptions& options) {
  Shelf shelf(0);  // each stage is made once
  return experiments::run(loaded, options, shelf);
}

Result run(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
  return is_experiment(loaded.config.experiment) ? run_experiment(loaded, options, shelf)
                                                 : run::run(loaded, options, shelf);
}

}  // namespace bitline::experiments
