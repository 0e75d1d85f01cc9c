// SPDX-License-Identifier: Apache-2.0
// What `bitline compare` reads of a run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/json_parts.h"

namespace bitline::app {

struct ComparedRun {
  std::map<std::string, double> numbers;      // by path, without what may differ between runs of one config
  std::map<std::string, std::string> config;  // by path; empty without resolved.yaml
  bool at_least = false;                      // its energy, and its latency perhaps: reloading is not counted
  std::string metric;                         // of quality.value
  bool arrays = true;                         // else an experiment on devices alone
  std::vector<run::ExperimentClaim> claims;   // of an experiment
  std::vector<std::string> figures;           // of an experiment, by name

  const run::ExperimentClaim* claim(const std::string& id) const;
  // By path; unset where the result has none, or where it would be of arrays that there are not.
  std::optional<double> number(const std::string& path) const;
};

// All numbers of a result's document, by path.
std::map<std::string, double> numbers_of(const run::Json& result);

// A run folder or its result.json. Throws InputError.
ComparedRun read_compared_run(const std::string& argument);

}  // namespace bitline::app
