// SPDX-License-Identifier: Apache-2.0
#include "experiments/experiment.h"

#include <algorithm>

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

// What is assumed and simplified of a chip that nothing ran on says nothing of the result.
void leave_out_chip(Result& result) {
  std::vector<std::string> keys = result.experiment->chip_keys;
  keys.insert(keys.end(), {"device.", "experiment."});
  std::erase_if(result.assumed, [&](const Assumption& a) {
    return std::ranges::none_of(keys, [&](const std::string& key) { return a.path.starts_with(key); });
  });
  result.simplifications.clear();
}

Result run_experiment(const arch::LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
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
    if (is_without_arrays(result)) leave_out_chip(result);
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
