// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/ranked_sets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "workloads/dataset.h"

namespace bitline::experiments {

using workloads::DataSource;
using workloads::Split;

namespace {

// Where it was sought; "" = it is there.
std::string missing(const DataSource& source, const System& system) {
  try {
    for (const Split part : {Split::train, Split::test}) contents_of(source, part, system.options.data);
    return "";
  } catch (const workloads::MissingSet& e) {
    return e.what();
  }
}

}  // namespace

RankedSet first_usable_set(std::span<const DataSource> by_rank, const System& system, const Lacks& lacks) {
  RankedSet found;
  std::string sought;
  for (; found.rank < by_rank.size(); ++found.rank) {
    std::string problem = missing(by_rank[found.rank], system);
    if (problem.empty() && lacks) {
      problem = lacks(found.rank);
      if (!problem.empty()) found.lacking.push_back(problem);
    }
    if (problem.empty()) return found;
    sought += fmt::format("{}{}", sought.empty() ? "" : "\nor, in its place: ", problem);
  }
  throw InputError(sought.empty() ? "experiment.data names no set" : sought);
}

DataSource known_set(const std::string& name) {
  DataSource source;
  source.name = name;
  return source;
}

PartOfSet load_part(const arch::Workload& workload, Split split, std::size_t most, System& system) {
  const std::size_t there = contents_of(workload.dataset, split, system.options.data).count;
  return {run::load_samples(workload, split, std::min(there, most), system.options, system.shelf), there};
}

}  // namespace bitline::experiments
