// SPDX-License-Identifier: Apache-2.0
// What a sweep finds finished, and what it does not take for finished.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "base/csv.h"
#include "base/error.h"
#include "base/files.h"
#include "base/npy.h"
#include "experiments/point_line.h"
#include "experiments/points_file.h"
#include "experiments/sweep.h"
#include "tests/temporary_folder.h"

namespace bitline::resume_test {
using namespace workloads;
using namespace run;
using namespace experiments;

namespace fs = std::filesystem;

namespace {

const fs::path source = BITLINE_SOURCE_DIR;

RunOptions options_of_run() {
  RunOptions run;
  run.model_folders = {source / "models"};
  run.threads = 1;
  return run;
}

Sweep sweep_of(const fs::path& folder, const std::string& plan) {
  write_file(folder / "plan.yaml", plan);
  return load_sweep(folder / "plan.yaml", {}, {{source / "configs"}}, options_of_run());
}

// Points that are costed from shapes take milliseconds and need no data.
const std::string costs =
    "config: vgg8-cost\nset: {workload.shapes: [{name: fc, channels: 100, outputs: 10}]}\n"
    "keep: [energy.per_inference_J, area.total_m2]\n";

SweepOutcome finish(const Sweep& sweep, const fs::path& folder, std::size_t shard = 1, std::size_t shards = 1) {
  SweepOptions options;
  options.folder = folder;
  options.shard = shard, options.shards = shards;
  return run_sweep(sweep, options);
}

CsvTable table_of(const fs::path& folder) { return CsvTable::read(folder / "table.csv"); }

}  // namespace

TEST_CASE("a plan is run once; a larger one runs what it adds, rows stay as they were") {
  const test::TemporaryFolder folder;
  const auto out = folder.path / "out";
  const Sweep small = sweep_of(folder.path, costs + "grid: {adc.bits: [6, 7], technology.vdd: [1 V, 1.1 V]}\n");
  CHECK(finish(small, out).done == 4);
  const std::string before = read_file(out / "points.jsonl");
  CHECK(finish(small, out).done == 0);
  CHECK(finish(small, out).resumed == 4);
  CHECK(read_file(out / "points.jsonl") == before);
  const CsvTable old = table_of(out);
  const Sweep large = sweep_of(folder.path, costs + "grid: {adc.bits: [5, 6, 7], technology.vdd: [1 V, 1.1 V]}\n");
  const SweepOutcome outcome = finish(large, out);
  CHECK(outcome.done == 2);
  CHECK(outcome.resumed == 4);
  CHECK(read_file(out / "points.jsonl").starts_with(before));
  const CsvTable now = table_of(out);
  REQUIRE(now.rows() == 6);
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t c = 1; c < now.columns().size(); ++c) CHECK(now.text(r + 2, c) == old.text(r, c));
}

TEST_CASE("a row is the figures of the run of its config") {
  const test::TemporaryFolder folder;
  const Sweep sweep = sweep_of(folder.path, costs + "grid: {technology.vdd: [1 V, 1.1 V]}\n");
  finish(sweep, folder.path / "out");
  const CsvTable table = table_of(folder.path / "out");
  for (std::size_t i = 0; i < 2; ++i) {
    const Result r = run::run(sweep.load(i), sweep.run);
    CHECK(table.number(i, "energy.per_inference_J") == r.costs.energy_per_inference_J);
    CHECK(table.number(i, "area.total_m2") == r.costs.area_m2);
    CHECK(table.text(i, "hash") == sweep.keys[i].hex());
  }
}

TEST_CASE("other names and notes are the same points; codes of the same file name with other contents are not") {
  const test::TemporaryFolder folder;
  const auto out = folder.path / "out";
  const auto plan = [&](const std::string& more) { return sweep_of(folder.path, costs + more); };
  CHECK(finish(plan("grid: {adc.bits: [6, 7]}\n"), out).done == 2);
  CHECK(finish(plan("grid: {adc.bits: [6, 7], name: [a, b]}\n"), out).done == 0);
  CHECK(table_of(out).rows() == 4);

  const auto codes = folder.path / "weights.npy";
  std::vector<float> weights(1000, 1);
  write_npy(codes, std::span<const float>(weights), {100, 10});
  const std::string named = "grid: {workload.shapes.0.weights: [" + codes.string() + "]}\n";
  CHECK(finish(plan(named), out).done == 1);
  CHECK(finish(plan(named), out).done == 0);
  weights[0] = -1;
  write_npy(codes, std::span<const float>(weights), {100, 10});
  CHECK(finish(plan(named), out).done == 1);
  // The same codes elsewhere are the same point.
  fs::rename(codes, folder.path / "moved.npy");
  CHECK(finish(plan("grid: {workload.shapes.0.weights: [" + (folder.path / "moved.npy").string() + "]}\n"), out).done ==
        0);
}

TEST_CASE("figures that are asked for later are computed, a whole result answers all questions") {
  const test::TemporaryFolder folder;
  const auto out = folder.path / "out";
  const std::string grid = "grid: {adc.bits: [6, 7]}\n";
  CHECK(finish(sweep_of(folder.path, costs + grid), out).done == 2);
  std::string more = costs;
  more.replace(more.find("]\n", more.find("keep")), 1, ", latency.per_inference_s]");
  SweepOutcome outcome = finish(sweep_of(folder.path, more + grid), out);
  CHECK(outcome.done == 2);
  CHECK(std::any_of(outcome.warnings.begin(), outcome.warnings.end(),
                    [](const std::string& w) { return w.find("lack figures") != std::string::npos; }));
  outcome = finish(sweep_of(folder.path, costs + grid), out);
  CHECK(outcome.done == 0);
  CHECK(outcome.warnings.empty());

  const auto full = folder.path / "full";
  CHECK(finish(sweep_of(folder.path, costs + grid + "results: full\n"), full).done == 2);
  CHECK(finish(sweep_of(folder.path, more + grid + "results: full\n"), full).done == 0);
  CHECK(table_of(full).number(0, "latency.per_inference_s") > 0);
}

TEST_CASE("shards are neighbours, together everything, and check their own points only") {
  const test::TemporaryFolder folder;
  // Beside g_max the last value of g_min cannot be: of three shards by the dearer axis only the last one sees it.
  const Sweep sweep =
      sweep_of(folder.path, costs + "grid: {technology.vdd: [1 V, 1.1 V], device.g_min: [1 uS, 2 uS, 90 uS]}\n");
  CHECK(finish(sweep, folder.path / "a", 1, 3).done == 2);
  CHECK(finish(sweep, folder.path / "a", 2, 3).done == 2);
  CHECK_THROWS_AS(finish(sweep, folder.path / "a", 3, 3), ConfigError);
  CHECK_THROWS_AS(finish(sweep, folder.path / "b"), ConfigError);
  CHECK_FALSE(fs::exists(folder.path / "b"));
  const CsvTable table = table_of(folder.path / "a");
  REQUIRE(table.rows() == 4);
  for (std::size_t r = 0; r < 4; ++r) CHECK(table.text(r, "device.g_min") != "90 uS");
  for (std::size_t shards : {1u, 2u, 5u, 7u}) {
    std::size_t all = 0;
    const Sweep good = sweep_of(folder.path, costs + "grid: {technology.vdd: [1 V, 1.1 V], adc.bits: [5, 6, 7]}\n");
    for (std::size_t s = 1; s <= shards; ++s)
      all += finish(good, folder.path / ("s" + std::to_string(shards)), s, shards).done;
    CHECK(all == 6);
  }
}

TEST_CASE("ten thousand finished points are found, and nothing is run or changed") {
  const test::TemporaryFolder folder;
  std::string ten = "[1";
  for (int i = 2; i <= 10; ++i) ten += ", " + std::to_string(i);
  ten += "]";
  const Sweep sweep =
      sweep_of(folder.path, "config: fashion-mlp\nset: {workload.images: 1}\ngrid: {periphery.bus_bits: " + ten +
                                ", programming.parallel: " + ten + ", instances: " + ten + ", seed: " + ten + "}\n");
  REQUIRE(sweep.size() == 10000);
  const auto out = folder.path / "out";
  fs::create_directories(out);
  {
    std::ofstream file(out / "points.jsonl");
    Result r;
    for (std::size_t i = 0; i < sweep.size(); ++i) {
      r.quality.value = static_cast<double>(i) / 16;
      file << point_line(sweep, i, r, 0.25) << "\n";
    }
  }
  const std::string before = read_file(out / "points.jsonl");
  CHECK(finished_points(sweep, out) == 10000);
  const SweepOutcome outcome = finish(sweep, out);
  CHECK(outcome.resumed == 10000);
  CHECK(outcome.done == 0);
  CHECK(outcome.missing == 0);
  CHECK(read_file(out / "points.jsonl") == before);
  const CsvTable table = table_of(out);
  REQUIRE(table.rows() == 10000);
  for (std::size_t i = 0; i < 10000; i += 777) CHECK(table.number(i, "quality.value") == static_cast<double>(i) / 16);
}

}  // namespace bitline::resume_test
