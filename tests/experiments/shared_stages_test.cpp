// SPDX-License-Identifier: Apache-2.0
// Points of a sweep share stages: the rows are those of single runs, and what only costs differ in is not run again.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "experiments/point_line.h"
#include "experiments/points_file.h"
#include "experiments/sweep.h"
#include "tests/run/small_data.h"
#include "tests/temporary_folder.h"

namespace bitline::shared_stages_test {
using namespace run;
using namespace experiments;
using namespace bitline::test;

namespace {

Sweep plan(const std::filesystem::path& folder, const std::string& axes) {
  write_small_data(folder);
  write_file(folder / "plan.yaml", "config: fashion-mlp\nresults: full\n" + axes);
  return load_sweep(folder / "plan.yaml", small_overrides(folder), {{source / "configs"}}, run_options());
}

// Without what may differ between two runs.
nlohmann::json row(const std::string& line) {
  nlohmann::json all = nlohmann::json::parse(line);
  all.erase("timing");
  all.erase("provenance");
  all["result"].erase("timing");
  all["result"].erase("provenance");
  return all;
}

}  // namespace

TEST_CASE("rows of points that share stages, two at a time, are those of single runs") {
  const TemporaryFolder folder;
  const Sweep sweep = plan(folder.path,
                           "grid:\n  technology.vdd: [1.25 V, 1.3 V]\n  adc.cost.model: [survey, circuit]\n"
                           "  adc.bits: [6, 8]\n  device.read_noise.relative: [1 %, 2 %]\n  age: [0 s, 1 day]\n"
                           "seeds: [1, 2]\n");
  SweepOptions options;
  options.folder = folder.path / "out";
  options.jobs = 2;
  const SweepOutcome outcome = run_sweep(sweep, options);
  CHECK(outcome.done == 64);
  // Network with its files, data and what is told of it, integers with their references (8), and for each of 16
  // pictures of a chip: design, two chips, scores. What metal would do knows no converters: for two seeds, two ages and
  // two read noises. Where blocks go hangs on the converters alone.
  CHECK(outcome.stages_made == 8 + 16 * 4 + 8 + 2);
  const PointsFile file(options.folder / "points.jsonl", sweep.keep);
  const PointIndex rows = file.read();
  for (std::size_t p = 0; p < sweep.size(); p += 7) {
    CAPTURE(p);
    const Result alone = run::run(sweep.load(p), sweep.run);
    CHECK(row(file.line(rows.rows.at(sweep.keys[p]))) == row(point_line(sweep, p, alone, 0)));
  }
}

TEST_CASE("a shelf without room gives the same rows") {
  const TemporaryFolder folder;
  const Sweep sweep = plan(folder.path, "grid: {technology.vdd: [1.25 V, 1.3 V], adc.bits: [6, 8]}\n");
  const auto table = [&](const char* name, std::size_t memory) {
    SweepOptions options;
    options.folder = folder.path / name;
    options.memory = memory;
    options.jobs = 2;
    CHECK(run_sweep(sweep, options).done == 4);
    return read_file(options.folder / "table.csv");
  };
  CHECK(table("roomy", Shelf::default_limit) == table("cramped", 0));
}

TEST_CASE("the shipped sweep of costs runs its chips once for 500 points") {
  const TemporaryFolder folder;
  write_small_data(folder.path);
  const Sweep sweep = load_sweep(source / "configs/sweep/costs.yaml", small_overrides(folder.path),
                                 {{source / "configs"}}, run_options());
  CHECK(sweep.size() == 500);
  SweepOptions options;
  options.folder = folder.path / "out";
  options.jobs = 2;
  const SweepOutcome outcome = run_sweep(sweep, options);
  CAPTURE(outcome.errors.empty() ? "" : outcome.errors.begin()->first);
  CHECK(outcome.done == 500);
  // With what the metal of each of five technologies would do, and two schedules, which place alike.
  CHECK(outcome.stages_made == 19);
  CHECK(outcome.stages_found == 500 * 14 - 19);
}

}  // namespace bitline::shared_stages_test
