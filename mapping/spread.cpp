// SPDX-License-Identifier: Apache-2.0
#include "mapping/spread.h"

#include <algorithm>
#include <numeric>

namespace bitline::mapping {
namespace {

struct Move {
  std::size_t block;
  Spot from;
};

class Spreading {
 public:
  // `all`, `most`: of all blocks, whose arrays may work no longer than that; without them any.
  Spreading(Arrangement& arrangement, const BlockNumbers& group)
      : a_(arrangement), holders_(arrangement.holders(group)) {}
  void keep_within(const BlockNumbers& all) { all_ = a_.holders(all), most_ = a_.longest(all); }

  void run() {
    std::vector<Move> moves;
    std::size_t gained = 0;
    double longest = a_.sum(busiest()->second);
    while (const auto move = next()) {
      moves.push_back(*move);
      if (const double now = a_.sum(busiest()->second); is_less(now, longest)) longest = now, gained = moves.size();
    }
    for (; moves.size() > gained; moves.pop_back()) a_.move(moves.back().block, moves.back().from);
  }

 private:
  Holders::iterator busiest() {
    return std::max_element(holders_.begin(), holders_.end(),
                            [&](const auto& x, const auto& y) { return a_.sum(x.second) < a_.sum(y.second); });
  }

  // One block, that works longest first, away from the busiest array.
  std::optional<Move> next() {
    const auto source = busiest();
    BlockNumbers candidates = source->second;
    if (candidates.size() < 2) return {};
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](std::size_t x, std::size_t y) { return a_.turns(x) > a_.turns(y); });
    const double now = a_.sum(source->second);
    const Arrangement::Limit limit{all_, most_};
    const Request* failed = nullptr;
    double failed_turns = 0;
    for (const std::size_t block : candidates) {
      const Request& request = a_.blocks()[block].block;
      const double turns = a_.turns(block);
      if (failed && failed->rows == request.rows && failed->columns == request.columns && failed_turns == turns)
        continue;
      if (const auto to = a_.least_busy(request, turns, holders_, now, most_ > 0 ? &limit : nullptr)) {
        const Placed before = a_.blocks()[block];
        shift(holders_, block, before.array, to->array);
        if (most_ > 0) shift(all_, block, before.array, to->array);
        a_.move(block, *to);
        return Move{block, {0, 0, before.array, before.row, before.column}};
      }
      failed = &request, failed_turns = turns;
    }
    return {};
  }

  static void shift(Holders& holders, std::size_t block, int from, int to) {
    std::erase(holders[from], block);
    if (holders[from].empty()) holders.erase(from);
    BlockNumbers& there = holders[to];
    there.insert(std::upper_bound(there.begin(), there.end(), block), block);
  }

  Arrangement& a_;
  Holders holders_, all_;
  double most_ = 0;
};

}  // namespace

void spread(Arrangement& arrangement, const std::vector<BlockNumbers>& levels, arch::Schedule schedule) {
  BlockNumbers all(arrangement.blocks().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (all.empty()) return;
  const bool pipelined = schedule == arch::Schedule::pipelined;
  if (pipelined) Spreading(arrangement, all).run();
  std::vector<std::pair<double, const BlockNumbers*>> order;
  for (const BlockNumbers& level : levels)
    if (!level.empty()) order.emplace_back(arrangement.longest(level), &level);
  std::stable_sort(order.begin(), order.end(), [](const auto& x, const auto& y) { return x.first > y.first; });
  for (const auto& [longest, level] : order) {
    Spreading one(arrangement, *level);
    if (pipelined) one.keep_within(all);
    one.run();
  }
}

}  // namespace bitline::mapping
