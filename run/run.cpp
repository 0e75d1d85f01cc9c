// SPDX-License-Identifier: Apache-2.0
#include "run/run.h"

#include "arch/assumed.h"
#include "arch/warnings.h"
#include "base/parallel.h"
#include "cost/budget.h"
#include "run/design_lines.h"
#include "run/metal.h"
#include "run/network_input.h"
#include "run/network_run.h"
#include "run/plausibility.h"
#include "run/prepare.h"
#include "run/published.h"
#include "run/shapes.h"
#include "run/simplifications.h"
#include "run/stage_clock.h"
#include "run/use.h"

namespace bitline::run {

using arch::Config;
using arch::LoadedConfig;

void identify(const LoadedConfig& loaded, Result& result) {
  const Config& config = loaded.config;
  result.name = config.name;
  result.config_hash = config_hash(config);
  result.seed = config.seed;
  result.assumed = assumptions_in_force(loaded);
  result.simplifications = simplifications(config);
  result.budget = cost::budget_sums(config.budget);
  result.only_budget = config.workload.network.empty() && config.workload.shapes.empty() && !config.budget.empty();
  if (result.only_budget) {
    result.assumed.clear();  // sums assume nothing
    return;
  }
  result.design = design_lines(loaded);
  for (const Diagnostic& d : warnings(loaded)) result.warnings.push_back(arch::placeless(d));
}

namespace {

void run_workload(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf, StageClock& clock,
                  Result& result) {
  const arch::Workload& workload = loaded.config.workload;
  LoadedNetwork network;
  Stage<workloads::Samples> samples;
  std::vector<workloads::Score> scores;
  at_dataset(loaded, [&] {
    network = load_network(loaded.config, options, shelf);
    samples = load_samples(workload, workloads::Split::test, static_cast<std::size_t>(workload.images), options, shelf);
    check_shape(*network.graph->graph, *samples);
    scores = scores_of(workload.scores, static_cast<int>(network.graph->graph->output_size()), *samples);
  });
  const NetworkRun done = run_network(loaded, std::move(network), samples, options, shelf, clock);
  keep_files(done, options);
  clock.begin("statistics", 1);
  add_scores(done, loaded.config, scores, samples, shelf, result);
  describe(done, *samples, result);
  result.use = use_result(done, scores.front(), samples, result.costs, shelf);
  if (const auto warning = use_warning(result)) result.warnings.push_back(*warning);
  result.input = network_input(workload, *done.session.network().graph, samples, shelf);
  clock.begin("wires", 1);
  result.metal = metal_effect(done.session, shelf);
  for (std::string& finding : implausible(result)) result.warnings.push_back(std::move(finding));
}

}  // namespace

Result run(const LoadedConfig& loaded, const RunOptions& options) {
  Shelf shelf(0);  // each stage is made once
  return run(loaded, options, shelf);
}

Result run(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
  Result result;
  result.isa = name_of(isa_named(options.isa));
  with_threads(options.threads, [&] {
    StageClock clock(result, options);
    identify(loaded, result);
    if (result.only_budget) return;
    clock.begin("load", 0);
    if (loaded.config.workload.shapes.empty())
      run_workload(loaded, options, shelf, clock, result);
    else
      cost_shapes(loaded, options, shelf, clock, result);
    clock.end();
  });
  result.threads = options.threads;
  const auto run_again = [&](const LoadedConfig& other, const RunOptions& quiet) { return run(other, quiet, shelf); };
  fill_published(result, loaded, options, run_again);
  return result;
}

}  // namespace bitline::run
