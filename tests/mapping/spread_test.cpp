// SPDX-License-Identifier: Apache-2.0
// Blocks that are wanted at the same time go to different arrays, as far as that shortens the longest work.
#include "mapping/spread.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

namespace bitline::spread_test {
using namespace mapping;
using arch::Schedule;

namespace {

struct Block {
  int level;
  double turns;
  int rows = 1, columns = 1;
};

// Packed densely on arrays of 100 x 10, `arrays` of which are there.
struct Case {
  std::vector<BlockNumbers> levels;
  Arrangement arrangement;

  Case(const std::vector<Block>& blocks, int arrays) : Case(blocks, packed(blocks, arrays), arrays) {}
  Case(const std::vector<Block>& blocks, const Packing& packing, int arrays)
      : arrangement(packing, Floor(100, 10, arrays, 1)) {
    for (std::size_t i = 0; i < packing.blocks.size(); ++i) {
      const Block& block = blocks[static_cast<std::size_t>(packing.blocks[i].block.layer)];
      arrangement.set_turns(i, block.turns);
      levels.resize(std::max(levels.size(), static_cast<std::size_t>(block.level) + 1));
      levels[static_cast<std::size_t>(block.level)].push_back(i);
    }
  }
  static Packing packed(const std::vector<Block>& blocks, int arrays) {
    std::vector<Request> requests;
    for (std::size_t i = 0; i < blocks.size(); ++i)
      requests.push_back({static_cast<int>(i), 0, 0, 0, blocks[i].rows, blocks[i].columns});
    return pack(requests, 100, 10, arrays, 1);
  }
  double longest() {
    BlockNumbers all;
    for (const auto& level : levels) all.insert(all.end(), level.begin(), level.end());
    return arrangement.longest(all);
  }
  std::vector<int> arrays() const {
    std::vector<int> list;
    for (const Placed& placed : arrangement.blocks()) list.push_back(placed.array);
    return list;
  }
};

// The shortest longest work of any assignment to so many arrays.
double optimum(const std::vector<double>& turns, int arrays) {
  double best = 1e9;
  std::vector<double> sums(static_cast<std::size_t>(arrays), 0);
  const std::function<void(std::size_t)> assign = [&](std::size_t i) {
    if (i == turns.size()) return void(best = std::min(best, *std::max_element(sums.begin(), sums.end())));
    for (double& sum : sums) {
      sum += turns[i];
      assign(i + 1);
      sum -= turns[i];
      if (sum == 0) break;  // empty arrays are alike
    }
  };
  assign(0);
  return best;
}

bool lies_free(const std::vector<Placed>& blocks) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Placed& a = blocks[i];
    if (a.row < 0 || a.column < 0 || a.row + a.block.rows > 100 || a.column + a.block.columns > 10) return false;
    for (std::size_t k = 0; k < i; ++k) {
      const Placed& b = blocks[k];
      if (a.array == b.array && a.row < b.row + b.block.rows && b.row < a.row + a.block.rows &&
          a.column < b.column + b.block.columns && b.column < a.column + a.block.columns)
        return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("eight equal blocks on two arrays go to as many arrays as there are") {
  const std::vector<Block> blocks(8, {0, 5, 25, 10});
  for (const auto& [arrays, longest] : {std::pair{2, 20.0}, {3, 15.0}, {4, 10.0}, {5, 10.0}, {8, 5.0}, {9, 5.0}}) {
    CAPTURE(arrays);
    Case c(blocks, arrays);
    CHECK(c.arrangement.arrays_used() == 2);
    CHECK(c.longest() == 20);
    spread(c.arrangement, c.levels, Schedule::sequential);
    CHECK(c.longest() == longest);  // ceil(8 / arrays) of 5 each
    CHECK(lies_free(c.arrangement.blocks()));
    CHECK(c.arrangement.arrays_used() == std::min(arrays, 8));
  }
}

TEST_CASE("layers of different levels are not wanted at the same time: one array serves both") {
  Case c({{0, 5, 50, 10}, {1, 5, 50, 10}}, 2);
  spread(c.arrangement, c.levels, Schedule::sequential);
  CHECK(c.arrays() == std::vector<int>{0, 0});
  spread(c.arrangement, c.levels, Schedule::pipelined);  // at once, on successive images
  CHECK(c.arrangement.arrays_used() == 2);
  // Of one level, such as query and key of an attention, they are.
  Case same({{0, 5, 50, 10}, {0, 5, 50, 10}}, 2);
  spread(same.arrangement, same.levels, Schedule::sequential);
  CHECK(same.arrangement.arrays_used() == 2);
}

TEST_CASE("with two arrays for two blocks of ten and one of twenty the schedule decides who shares") {
  // Sequential: the two of one level apart, 10 + 20. Pipelined: no array longer than 20.
  const std::vector<Block> blocks = {{0, 10, 30, 10}, {0, 10, 30, 10}, {1, 20, 30, 10}};
  Case sequential(blocks, 2), pipelined(blocks, 2);
  spread(sequential.arrangement, sequential.levels, Schedule::sequential);
  CHECK(sequential.arrangement.longest(sequential.levels[0]) == 10);
  CHECK(sequential.longest() == 30);
  spread(pipelined.arrangement, pipelined.levels, Schedule::pipelined);
  CHECK(pipelined.longest() == 20);
  CHECK(pipelined.arrangement.longest(pipelined.levels[0]) == 20);
  // With a third array both are as short as can be.
  Case three(blocks, 3);
  spread(three.arrangement, three.levels, Schedule::pipelined);
  CHECK(three.longest() == 20);
  CHECK(three.arrangement.longest(three.levels[0]) == 10);
}

TEST_CASE("moves that in the end shorten nothing are taken back") {
  // Two arrays work 2 each. One block of the first could go to the hole of a third that a later level holds; both of
  // the second are as high as an array, so that the longest work stays 2.
  const std::vector<Block> blocks = {{0, 1, 10, 1}, {0, 1, 10, 1}, {0, 1, 100, 5}, {0, 1, 100, 5}, {1, 1, 90, 10}};
  const std::vector<std::array<int, 3>> places = {{0, 0, 0}, {0, 10, 0}, {1, 0, 0}, {1, 0, 5}, {2, 0, 0}};
  Packing packing = Case::packed(blocks, 0);
  packing.arrays_used = 3;
  for (std::size_t i = 0; i < places.size(); ++i)
    packing.blocks[i].array = places[i][0], packing.blocks[i].row = places[i][1],
    packing.blocks[i].column = places[i][2];
  Case c(blocks, packing, 3);
  spread(c.arrangement, c.levels, Schedule::sequential);
  for (std::size_t i = 0; i < places.size(); ++i) {
    CHECK(c.arrangement.blocks()[i].array == places[i][0]);
    CHECK(c.arrangement.blocks()[i].row == places[i][1]);
    CHECK(c.arrangement.blocks()[i].column == places[i][2]);
  }
}

TEST_CASE("where every block fits everywhere the longest work is within 2 - 2/(m + 1) of the best") {
  // Finn, Horowitz 1979, doi:10.1007/BF01930985: no single move shortens it. Mostly it is the best.
  std::uint64_t state = 5;
  const auto between = [&](int low, int high) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return low + static_cast<int>((state >> 33) % static_cast<std::uint64_t>(high - low + 1));
  };
  int best_met = 0, trials = 300;
  for (int trial = 0; trial < trials; ++trial) {
    const int arrays = between(2, 4);
    std::vector<Block> blocks;
    std::vector<double> turns;
    for (int n = between(2, 8); n > 0; --n) {
      turns.push_back(between(1, 30));
      blocks.push_back({0, turns.back()});
    }
    const double best = optimum(turns, arrays);
    for (const Schedule schedule : {Schedule::sequential, Schedule::pipelined}) {
      Case c(blocks, arrays);
      REQUIRE(c.arrangement.arrays_used() == 1);
      spread(c.arrangement, c.levels, schedule);
      REQUIRE(c.longest() <= best * (2 - 2.0 / (arrays + 1)) * (1 + 1e-12));
      REQUIRE(c.longest() >= best);
      REQUIRE(lies_free(c.arrangement.blocks()));
      best_met += schedule == Schedule::sequential && c.longest() == best;
    }
  }
  CHECK(best_met > trials / 2);
}

TEST_CASE("random blocks: never longer than packed densely, no array left empty between used ones") {
  std::uint64_t state = 9;
  const auto between = [&](int low, int high) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return low + static_cast<int>((state >> 33) % static_cast<std::uint64_t>(high - low + 1));
  };
  for (int trial = 0; trial < 500; ++trial) {
    CAPTURE(trial);
    std::vector<Block> blocks;
    for (int n = between(1, 30); n > 0; --n)
      blocks.push_back({between(0, 4), static_cast<double>(between(1, 9)), between(1, 100), between(1, 10)});
    const int dense = Case::packed(blocks, 0).arrays_used, arrays = dense + between(0, 6);
    const auto schedule = trial % 2 ? Schedule::pipelined : Schedule::sequential;
    Case c(blocks, arrays);
    std::vector<double> before;
    for (const auto& level : c.levels) before.push_back(c.arrangement.longest(level));
    const double all_before = c.longest();
    spread(c.arrangement, c.levels, schedule);
    REQUIRE(lies_free(c.arrangement.blocks()));
    if (schedule == Schedule::pipelined) REQUIRE(c.longest() <= all_before);
    double sum_before = 0, sum = 0;
    for (std::size_t l = 0; l < c.levels.size(); ++l) {
      sum_before += before[l], sum += c.arrangement.longest(c.levels[l]);
      if (schedule == Schedule::sequential) REQUIRE(c.arrangement.longest(c.levels[l]) <= before[l]);
    }
    std::vector<int> used = c.arrays();
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    REQUIRE(used.back() == static_cast<int>(used.size()) - 1);
    REQUIRE(used.back() < arrays);
    Case again(blocks, arrays);
    spread(again.arrangement, again.levels, schedule);
    REQUIRE(again.arrays() == c.arrays());
  }
}

}  // namespace bitline::spread_test
