// SPDX-License-Identifier: Apache-2.0
// Which data an experiment is done on: sets by rank, those of the publication first, then what may stand in for them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "experiments/systems/system.h"
#include "run/load_stages.h"

namespace bitline::experiments {

struct RankedSet {
  std::size_t rank = 0;              // among those given
  std::vector<std::string> lacking;  // what sets before it lack, which are there otherwise
  bool stands_in() const { return rank > 0; }
};

// What a set lacks beside its files, such as a network for it; "" = nothing.
using Lacks = std::function<std::string(std::size_t rank)>;

// The first set whose training and test parts are both there and which lacks nothing. Throws InputError: what is wrong
// with a set that is there; if there is none, where each was sought and what it lacks.
RankedSet first_usable_set(std::span<const workloads::DataSource> by_rank, const System& system,
                           const Lacks& lacks = nullptr);

workloads::DataSource known_set(const std::string& name);

// The first `most` samples of a part, or all where it has fewer; how many it has.
struct PartOfSet {
  run::Stage<workloads::Samples> samples;
  std::size_t there = 0;
};
PartOfSet load_part(const arch::Workload& workload, workloads::Split split, std::size_t most, System& system);

}  // namespace bitline::experiments
