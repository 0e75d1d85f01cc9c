// SPDX-License-Identifier: Apache-2.0
// What mapping.prefer, mapping.schedule and duplicate make of a dense packing: blocks spread over idle arrays, copies.
#pragma once

#include <string>
#include <vector>

#include "mapping/packing.h"
#include "mapping/placement.h"

namespace bitline::mapping {

// A network that is to be placed.
struct Unplaced {
  const arch::Config& config;
  const std::vector<workloads::IntegerWeights>& layers;
  std::vector<MappedLayer> mapped;  // without blocks
  std::vector<Request> requests;    // of one copy of every layer on arrays
};

// Where its blocks and its copies go.
struct Arranged {
  Packing packing;
  std::vector<Copies> copies;         // by layer
  std::vector<std::string> choices;   // made without being asked for, with the key that changes them
  std::vector<std::string> warnings;  // copies that are asked for and not placed
};
Arranged arrange(const Unplaced& network, const Packing& dense);

}  // namespace bitline::mapping
