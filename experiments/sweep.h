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
//     skip_invalid: true                                          # points that no config takes are left out
//
// The points are every combination of grid x zip x list x random x seeds, the last varying fastest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arch/config.h"
#include "base/key.h"
#include "base/schema.h"
#include "base/yaml.h"
#include "run/run.h"
#include "run/shelf.h"

namespace bitline::experiments {

enum class AxisScale { linear, log };
inline constexpr std::string_view axis_scale_names[] = {"linear", "log"};
constexpr std::span<const std::string_view> names_of(AxisScale) { return axis_scale_names; }

// What points.jsonl holds of a result: the figures that `keep` names, or all of result.json.
enum class RowContent { kept, full };
inline constexpr std::string_view row_content_names[] = {"kept", "full"};
constexpr std::span<const std::string_view> names_of(RowContent) { return row_content_names; }

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
  RowContent results = RowContent::kept;
  bool skip_invalid = false;
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

// Values that are set together, and all those of one axis; each names the same paths in the same order.
using AxisBundle = std::vector<AxisValue>;
struct SweepAxis {
  std::string part;  // of the plan: "grid", "list" ...
  std::vector<std::string> paths;
  std::vector<AxisBundle> bundles;
  std::size_t stride = 1;  // points from one bundle to the next: those of all later axes
};

// Points that are left out for one reason.
struct SkippedPoints {
  std::string reason;
  std::size_t points = 0;
};

struct Sweep {
  std::filesystem::path config;
  std::string config_name;        // as the plan has it where that is found from anywhere, else the file
  std::vector<AxisValue> fixed;   // set for all points
  std::vector<SweepAxis> axes;    // the last varies fastest from point to point
  std::vector<std::string> keep;  // paths into result.json: the columns of table.csv
  RowContent results = RowContent::kept;
  ConfigPath where;
  run::RunOptions run;    // of every point
  Value base;             // the config with `fixed` on top, its nested bases not merged yet
  std::vector<Key> keys;  // by point: of everything its row depends on (run/identity.h); points with one key are one
  std::vector<char> invalid;           // by point: no config takes it, and the plan says to skip such ones
  std::vector<SkippedPoints> skipped;  // why

  std::size_t size() const { return keys.size(); }
  // In the order of the axes and their paths.
  std::vector<std::string> paths() const;
  std::vector<const AxisValue*> values(std::size_t point) const;
  // The number of the point's bundle on an axis.
  std::size_t digit(std::size_t point, std::size_t axis) const {
    return point / axes[axis].stride % axes[axis].bundles.size();
  }
  // Throws ConfigError, saying positions where the plan has them.
  arch::LoadedConfig load(std::size_t point) const;
};

inline constexpr std::size_t max_sweep_points = 1'000'000;

// Whether a YAML file is a plan rather than an experiment: it names a `config`. Throws ConfigError when it cannot be
// read.
bool is_sweep_plan(const std::filesystem::path& file, const ConfigPath& where);

// Reads the plan and finds the key of every point. `overrides` apply to every point, after the plan's `set`; `run`
// tells where data and models are; `skip_invalid`: whatever the plan says of it. Throws ConfigError with all that is
// wrong with the plan, each problem once at its place there: keys, axes, paths of `keep`, points that no config takes
// unless those are skipped.
Sweep load_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where,
                 const run::RunOptions& run, bool skip_invalid = false);

// Loads these points whole, so that nothing starts when one is wrong. Warnings of their configs (arch/warnings.h), one
// for each key. Throws ConfigError with all problems.
std::vector<std::string> check_points(const Sweep& sweep, std::span<const std::size_t> points);

// Points of different keys that are not skipped, in the order in which they run (experiments/sweep_order.h).
std::vector<std::size_t> distinct_points(const Sweep& sweep);

struct SweepProgress {
  std::size_t done = 0, failed = 0, total = 0;
};

struct SweepOptions {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> merge;        // folders whose finished points count as finished
  int jobs = 1;                                    // points at a time
  std::size_t memory = run::Shelf::default_limit;  // bytes of stages that points share (run/shelf.h)
  std::size_t shard = 1, shards = 1;               // the distinct points in `shards` runs of neighbours: the `shard`-th
  std::function<void(const SweepProgress&)> progress;  // called from one thread at a time
  // Takes each result before its line is written; called from any thread. Points that `has_files` denies run again.
  std::function<void(std::size_t point, const arch::LoadedConfig&, const run::Result&)> write_files = nullptr;
  std::function<bool(std::size_t point)> has_files = nullptr;
};

struct SweepOutcome {
  std::size_t points = 0;   // distinct ones in this shard
  std::size_t resumed = 0;  // of them finished before
  std::size_t done = 0;     // finished now
  std::size_t failed = 0;
  std::size_t missing = 0;                    // of the whole plan, after this run
  std::map<std::string, std::size_t> errors;  // message -> how many points
  std::vector<std::string> warnings;
  std::string metric;                             // of quality.value, of the points done now; empty: none was
  std::size_t stages_made = 0, stages_found = 0;  // of the points done now: what they computed, what they shared
};

// Checks and runs what is missing. FOLDER/points.jsonl gets one line for each finished point, written and synced at
// once; FOLDER/failed.jsonl the failed ones, which the next run tries again; FOLDER/table.csv all finished points of
// the plan in order. Shards may share the folder. Throws ConfigError before anything is written, Interrupted (finished
// points are kept), RunError (the folder cannot be written).
SweepOutcome run_sweep(const Sweep& sweep, const SweepOptions& options);

// How many distinct points of the plan FOLDER has, without changing it.
std::size_t finished_points(const Sweep& sweep, const std::filesystem::path& folder);

// "adc.bits=6, seed=1": the values that the axes set.
std::string point_text(const Sweep& sweep, std::size_t point);

}  // namespace bitline::experiments
