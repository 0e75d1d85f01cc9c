// SPDX-License-Identifier: Apache-2.0
// FOLDER/sweep.json: what the page of a sweep needs beyond its table.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "experiments/sweep.h"

namespace bitline::report {

struct SweepNote {
  std::string name;               // of the plan
  std::string about;              // name of its config
  std::string command;            // runs a point when "--set PATH=VALUE" follows for each axis that sets one
  std::string metric;             // of quality.value
  std::size_t axes = 0;           // columns of the table after point and hash
  std::size_t points = 0;         // of the plan
  std::vector<std::string> list;  // paths that designs of `list` set
  std::vector<std::pair<std::string, std::string>> fixed;
  // By point and path: the config's own value, where a design sets none.
  std::map<std::size_t, std::map<std::string, std::string>> as_config;
  std::vector<experiments::SkippedPoints> skipped;
};

// `options`: of the command line, which every point has: " --data DIR".
SweepNote sweep_note(const experiments::Sweep& sweep, const std::string& name, const std::string& options);

// Throws RunError. An empty metric leaves the one that was noted before.
void write_sweep_note(const std::filesystem::path& folder, SweepNote note);

// The folder's own name and no axes where there is no note.
SweepNote read_sweep_note(const std::filesystem::path& folder);

// What a point's own files stand in: FOLDER/points/ID. `hash`: of points.jsonl.
std::filesystem::path point_folder(const std::filesystem::path& sweep, const std::string& hash);

}  // namespace bitline::report
