// SPDX-License-Identifier: Apache-2.0
// Goals of sweeps, one line each, ending in its verdict: what a point costs that is only listed, checked, found
// finished, or whose stages other points have made. Times, as there is nothing to compare them with: the shortest of
// several turns.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "experiments/point_line.h"
#include "experiments/sweep.h"

namespace bitline::bench {

using experiments::Sweep;
using experiments::SweepOptions;
using experiments::SweepOutcome;

namespace {

namespace fs = std::filesystem;

double shortest_s(int turns, const std::function<void()>& work) {
  double best_s = 1e300;
  for (int i = 0; i < turns; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best_s = std::min(best_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best_s;
}

void judge(const std::string& what, double value, const char* unit, double goal) {
  std::printf("%s: %.3g %s, goal at most %.3g %s: %s\n", what.c_str(), value, unit, goal, unit,
              value <= goal ? "pass" : "miss");
  std::fflush(stdout);
}

std::string values(int n, const char* unit, double first, double step) {
  std::string list;
  for (int i = 0; i < n; ++i) list += (i ? ", " : "") + std::to_string(first + step * i) + unit;
  return "[" + list + "]";
}

// The main job over its technology, converters, devices and seeds: n^4 x 10 points.
std::string grid(int n) {
  return "config: fashion-mlp\ngrid:\n  technology.wire_capacitance: " + values(n, " fF/um", 0.1, 0.01) +
         "\n  adc.errors.noise: " + values(n, "", 0.1, 0.1) +
         "\n  device.read_noise.relative: " + values(n, "", 0.01, 0.001) +
         "\n  input.t_read: " + values(n, " ns", 50, 1) + "\nseeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n";
}

// The shipped sweep of costs: one of its points after another has made the stages, and all of them.
void judge_costs(const fs::path& folder, const std::function<Sweep(const std::string&)>& load) {
  const std::string plan = read_file(fs::path(BITLINE_SOURCE_DIR) / "configs/sweep/costs.yaml");
  const Sweep small = load(plan + "set: {workload.images: 200, instances: 2}\n");
  run::Shelf shelf;
  run::run(small.load(0), small.run, shelf);
  std::size_t point = 0;
  const double point_s = shortest_s(20, [&] { run::run(small.load(++point), small.run, shelf); });
  judge("a point whose stages are there", point_s * 1e3, "ms", 10);

  SweepOptions options;
  options.folder = folder / "costs";
  options.jobs = 2;
  SweepOutcome outcome;
  const double all_s = shortest_s(1, [&] { outcome = run_sweep(load(plan), options); });
  if (outcome.done != 500 || outcome.stages_made != 19)  // ten chips, and what they share
    throw RunError("points of the sweep of costs failed, or made stages anew");
  judge("500 points over technology, supply, cost of converters and schedule of the main job", all_s, "s", 20);
}

int main() {
  const fs::path root = BITLINE_SOURCE_DIR, folder = fs::temp_directory_path() / "bitline-bench-sweeps";
  fs::remove_all(folder);
  run::RunOptions run;
  run.model_folders = {root / "models"};
  run.data.folders = {"/usr/share/datasets"};
  const auto load = [&](const std::string& plan) {
    write_file(folder / "plan.yaml", plan);
    return experiments::load_sweep(folder / "plan.yaml", {}, {{root / "configs"}}, run);
  };

  const Sweep small = load(grid(4));
  const std::vector<std::size_t> order = distinct_points(small);
  const double check_s = shortest_s(3, [&] { experiments::check_points(load(grid(4)), order); });
  judge("loading and checking " + std::to_string(small.size()) + " points, as --dry-run does, each",
        check_s / static_cast<double>(small.size()) * 1e6, "us", 100);

  {
    const Sweep sweep = load(grid(10));
    fs::create_directories(folder / "out");
    std::ofstream rows(folder / "out" / "points.jsonl");
    run::Result result;
    for (std::size_t i = 0; i < sweep.size(); ++i) {
      result.quality.value = result.costs.energy_per_inference_J = 1 / (3 + static_cast<double>(i));
      rows << point_line(sweep, i, result, 0.1) << "\n";
    }
  }
  SweepOutcome outcome;
  const double resume_s = shortest_s(1, [&] {
    SweepOptions options;
    options.folder = folder / "out";
    outcome = run_sweep(load(grid(10)), options);
  });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  if (outcome.resumed != 100000 || outcome.done != 0 || outcome.missing != 0) {
    std::fprintf(stderr, "sweeps: finished points were not found\n");
    return 1;
  }
  judge("resuming 100000 finished points", resume_s, "s", 5);
  judge("memory of that", static_cast<double>(usage.ru_maxrss) / 1024, "MiB", 500);
  judge_costs(folder, load);
  fs::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace bitline::bench

int main() { return bitline::bench::main(); }
