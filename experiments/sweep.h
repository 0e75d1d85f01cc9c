// SPDX-License-Identifier: Apache-2.0
// Many points around one experiment: a plan names a config and axes over its keys; finished points are kept line by
// line.
//
//     config: fashion-mlp
//     set:  {workload.images: 500}
//     grid: {adc.bits: [4, 6, 8], array.active_rows: [64, all]}   # every combination
//     zip:  {device.g_min: [1 uS, 2 uS], device.g_max: [20 uS, 40 uS]}  # in step
//     seeds: [1, 2, 3]
//     keep: [quality.value, energy.per_inference_J]
//
// The points are every combination of grid x zip x list x random x seeds, the last varying fastest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arch/config.h"
#include "base/schema.h"
#include "base/yaml.h"
#include "sim/run.h"

namespace bitline {

enum class AxisScale { linear, log };
inline constexpr std::string_view axis_scale_names[] = {"linear", "log"};
constexpr std::span<const std::string_view> names_of(AxisScale) { return axis_scale_names; }

struct RandomAxis {
  std::string from, to;  // "1 uS", "100 uS": numbers with the same unit
  AxisScale scale = AxisScale::linear;
  bool whole = false;
};
struct RandomAxes {
  int points = 0;
  std::uint32_t seed = 1;
  std::map<std::string, RandomAxis> axes;
};
struct SweepPlan {
  std::string config;
  Value set, grid, zip, list;
  std::optional<RandomAxes> random;
  std::vector<std::uint32_t> seeds;
  std::vector<std::string> keep;
};
void fields(Visitor&, RandomAxis&);
void fields(Visitor&, RandomAxes&);
void fields(Visitor&, SweepPlan&);

// One value on one axis: a config path, YAML text, and where the plan says so. Empty text (a point of `list` that does
// not name the path): as the config has it.
struct AxisValue {
  std::string path, value;
  Origin origin;
};

struct SweepPoint {
  std::vector<AxisValue> axes;  // like Sweep::axes
  std::string hash;             // of the resolved config: names the point
};

struct Sweep {
  std::filesystem::path config;
  std::vector<AxisValue> fixed;   // set for all points
  std::vector<std::string> axes;  // config paths
  std::vector<std::string> keep;  // paths into result.json: the columns of table.csv
  std::vector<SweepPoint> points;
  std::vector<std::string> warnings;  // of the points' configs (arch/warnings.h)
  ConfigPath where;

  LoadedConfig load(const SweepPoint& point) const;
};

inline constexpr std::size_t max_sweep_points = 1'000'000;

// Whether a YAML file is a plan rather than an experiment: it names a `config`. Throws ConfigError when it cannot be
// read.
bool is_sweep_plan(const std::filesystem::path& file, const ConfigPath& where);

// Reads the plan and loads the config of every point, so that nothing starts when one is wrong. `overrides` apply to
// every point, after the plan's `set`. Throws ConfigError with all problems.
Sweep load_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where);

struct SweepProgress {
  std::size_t done = 0, failed = 0, total = 0;
};

struct SweepOptions {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> merge;  // folders whose finished points count as finished
  int jobs = 1;                              // points at a time
  std::size_t shard = 1, shards = 1;         // of every `shards` points this one takes the `shard`-th
  RunOptions run;
  std::function<std::string(const Result&, const LoadedConfig&, const RunOptions&)> to_json;  // one JSON document
  std::function<void(const SweepProgress&)> progress;  // called from one thread at a time
};

struct SweepOutcome {
  std::size_t points = 0;   // distinct ones in this shard
  std::size_t resumed = 0;  // of them finished before
  std::size_t done = 0;     // finished now
  std::size_t failed = 0;
  std::size_t missing = 0;                    // of the whole plan, after this run
  std::map<std::string, std::size_t> errors;  // message -> how many points
  std::vector<std::string> warnings;
};

// Runs what is missing. FOLDER/points.jsonl gets one line for each finished point, written and synced at once;
// FOLDER/failed.jsonl the failed ones, which the next run tries again; FOLDER/table.csv all finished points of the plan
// in order. Shards may share the folder. Throws Interrupted (finished points are kept), RunError (the folder cannot be
// written).
SweepOutcome run_sweep(const Sweep& sweep, const SweepOptions& options);

// How many distinct points of the plan FOLDER has, without changing it.
std::size_t finished_points(const Sweep& sweep, const std::filesystem::path& folder);

}  // namespace bitline
