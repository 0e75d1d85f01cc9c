// SPDX-License-Identifier: Apache-2.0
// Paths into result.json, before there is one: which of them a run can have.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "run/run.h"

namespace bitline::run {

struct PathProblem {
  std::string message;  // "is no path of result.json: quality has no 'valu'"
  std::string remedy;   // "did you mean 'quality.value'?"
};

// Why no result has this path; nothing when one can. `number`: it must lead to a number. `layers`: names of the
// network's layers; none: any name is taken for one, as are those of nodes, budgets and what experiments find.
std::optional<PathProblem> path_problem(std::string_view path, bool number, std::span<const std::string> layers = {});

// Those names, where one of the paths goes by a layer: the network is read for them. None where there is no network, or
// where it cannot be placed, which the run will tell.
std::vector<std::string> layer_names(std::span<const std::string> paths, const arch::LoadedConfig& loaded,
                                     const RunOptions& options);

}  // namespace bitline::run
