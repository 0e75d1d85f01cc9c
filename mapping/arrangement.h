// SPDX-License-Identifier: Apache-2.0
// Blocks on arrays, and how long each keeps its array busy: blocks of one array take turns.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "mapping/floor.h"

namespace bitline::mapping {

using BlockNumbers = std::vector<std::size_t>;  // in Arrangement::blocks()

// By array: the blocks of a group that it holds.
using Holders = std::map<int, BlockNumbers>;

class Arrangement {
 public:
  // No block keeps its array busy yet.
  Arrangement(const Packing& packing, Floor empty);

  const std::vector<Placed>& blocks() const { return blocks_; }
  double turns(std::size_t block) const { return turns_[block]; }
  void set_turns(std::size_t block, double turns) { turns_[block] = turns; }
  int arrays_used() const;
  Floor& floor() { return floor_; }

  Holders holders(std::span<const std::size_t> group) const;
  // Of all blocks in the list.
  double sum(const BlockNumbers& blocks) const;
  // Of the array that works longest for the group.
  double longest(std::span<const std::size_t> group) const;

  void move(std::size_t block, const Spot& to);
  void add(const Request& block, double turns, const Spot& at);
  void remove_last();

  // Where a block may go: the array that works least for `holders`, if it will then work less than `below`; of several
  // one that is in use, then the best spot. With `most`, no array's `all` may come to work longer.
  struct Limit {
    const Holders& all;
    double most;
  };
  std::optional<Spot> least_busy(const Request& block, double turns, const Holders& holders, double below,
                                 const Limit* limit = nullptr);

 private:
  std::vector<Placed> blocks_;
  std::vector<double> turns_;
  Floor floor_;
};

// Equal sums in another order are no gain.
inline bool is_less(double a, double b) { return a < b * (1 - 1e-9); }

}  // namespace bitline::mapping
