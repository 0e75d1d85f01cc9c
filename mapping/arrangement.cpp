// SPDX-License-Identifier: Apache-2.0
#include "mapping/arrangement.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bitline::mapping {

Arrangement::Arrangement(const Packing& packing, Floor empty)
    : blocks_(packing.blocks), turns_(packing.blocks.size(), 0.0), floor_(std::move(empty)) {
  // Arrays are opened in order.
  std::vector<const Placed*> order;
  for (const Placed& placed : blocks_) order.push_back(&placed);
  std::stable_sort(order.begin(), order.end(), [](const Placed* a, const Placed* b) { return a->array < b->array; });
  for (const Placed* placed : order) floor_.put(*placed);
}

int Arrangement::arrays_used() const {
  std::set<int> arrays;
  for (const Placed& placed : blocks_) arrays.insert(placed.array);
  return static_cast<int>(arrays.size());
}

Holders Arrangement::holders(std::span<const std::size_t> group) const {
  Holders holders;
  for (const std::size_t block : group) holders[blocks_[block].array].push_back(block);
  return holders;
}

double Arrangement::sum(const BlockNumbers& blocks) const {
  double turns = 0;
  for (const std::size_t block : blocks) turns += turns_[block];
  return turns;
}

double Arrangement::longest(std::span<const std::size_t> group) const {
  double longest = 0;
  for (const auto& [array, blocks] : holders(group)) longest = std::max(longest, sum(blocks));
  return longest;
}

void Arrangement::move(std::size_t block, const Spot& to) {
  Placed& placed = blocks_[block];
  floor_.remove(placed);
  placed.array = to.array, placed.row = to.row, placed.column = to.column;
  floor_.put(placed);
}

void Arrangement::add(const Request& block, double turns, const Spot& at) {
  blocks_.push_back({block, at.array, at.row, at.column});
  turns_.push_back(turns);
  floor_.put(blocks_.back());
}

void Arrangement::remove_last() {
  floor_.remove(blocks_.back());
  blocks_.pop_back();
  turns_.pop_back();
}

namespace {

// Turns of one array after another, in the order of arrays.
class Busy {
 public:
  Busy(const Arrangement& arrangement, const Holders& holders)
      : arrangement_(arrangement), next_(holders.begin()), end_(holders.end()) {}
  double operator()(int array) {
    while (next_ != end_ && next_->first < array) ++next_;
    return next_ != end_ && next_->first == array ? arrangement_.sum(next_->second) : 0;
  }

 private:
  const Arrangement& arrangement_;
  Holders::const_iterator next_, end_;
};

}  // namespace

std::optional<Spot> Arrangement::least_busy(const Request& block, double turns, const Holders& holders, double below,
                                            const Limit* limit) {
  std::optional<Spot> best;
  std::pair<double, bool> least;  // turns, whether the array is empty
  Busy busy(*this, holders), all(*this, limit ? limit->all : holders);
  const auto look = [&](int array, bool empty) {
    const std::pair<double, bool> rank{busy(array), empty};
    if (!is_less(rank.first + turns, below) || (best && rank > least)) return;
    if (limit && is_less(limit->most, all(array) + turns)) return;
    const auto spot = floor_.best_on(array, block);
    if (spot && (!best || rank < least || *spot < *best)) best = spot, least = rank;
  };
  bool empty_seen = false;  // empty arrays are all alike
  for (const int array : floor_.open()) {
    const bool empty = floor_.is_empty(array);
    if (!empty || !empty_seen) look(array, empty);
    empty_seen = empty_seen || empty;
  }
  if (!empty_seen && floor_.can_open()) look(floor_.arrays_opened(), true);
  return best;
}

}  // namespace bitline::mapping
