// SPDX-License-Identifier: Apache-2.0
// Vectors of images dealt to copies, and which numbers of copies save time.
#include "mapping/copies.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace bitline::copies_test {
using namespace mapping;
using arch::Schedule;

namespace {

Copies one(std::size_t positions, std::size_t rounds = 1) {
  workloads::IntegerWeights layer;
  layer.positions = positions, layer.rounds = rounds;
  return one_copy(layer);
}

// Counted one by one.
std::vector<std::size_t> dealt(const Copies& copies, std::size_t sample) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(copies.placed));
  for (std::size_t p = 0; p < copies.in_all; ++p) ++counts[static_cast<std::size_t>(copies.copy_of(sample, p))];
  return counts;
}

}  // namespace

TEST_CASE("five positions on two copies: three and two") {
  const Copies two = with_copies(one(5), 2);
  CHECK(dealt(two, 0) == std::vector<std::size_t>{3, 2});
  CHECK(dealt(two, 1) == std::vector<std::size_t>{3, 2});  // every image alike
  CHECK(two.vectors(0) == 3);
  CHECK(two.vectors(1) == 2);
  CHECK(two.longest() == 3);
  CHECK(two.groups() == 1);
}

TEST_CASE("only numbers of copies that save a turn count: of five positions two, three and five") {
  Copies copies = one(5);
  std::vector<int> useful;
  while (const auto next = more_copies(copies, Schedule::sequential))
    useful.push_back(*next), copies = with_copies(copies, *next);
  CHECK(useful == std::vector<int>{2, 3, 5});
  // Of 1024 positions 32 and 33 copies take 32 turns, 34 take 31.
  CHECK(more_copies(with_copies(one(1024), 32), Schedule::sequential) == 34);
  CHECK(!more_copies(one(1), Schedule::sequential));
}

TEST_CASE("in a pipeline further copies serve images in turn") {
  CHECK(more_copies(one(1), Schedule::pipelined) == 2);
  CHECK(more_copies(with_copies(one(5), 5), Schedule::pipelined) == 10);
  CHECK(more_copies(with_copies(one(5), 3), Schedule::pipelined) == 5);
  const Copies two = with_copies(one(1), 2);
  CHECK(two.groups() == 2);
  CHECK(two.of_image == 1);
  CHECK(dealt(two, 6) == std::vector<std::size_t>{1, 0});
  CHECK(dealt(two, 7) == std::vector<std::size_t>{0, 1});
  const Copies ten = with_copies(one(5), 10);
  CHECK(dealt(ten, 3) == std::vector<std::size_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  CHECK(ten.longest() == 1);
}

TEST_CASE("steps of a loop follow each other: copies share what one step reads") {
  CHECK(!more_copies(one(28, 28), Schedule::sequential));
  CHECK(one(28, 28).longest() == 28);
  const Copies two = with_copies(one(12, 4), 2);  // three in each of four steps
  CHECK(dealt(two, 0) == std::vector<std::size_t>{8, 4});
  CHECK(two.longest() == 8);
  CHECK(two.vectors(1) == 4);
}

TEST_CASE("what copies serve adds up to all positions, however many rounds and copies") {
  for (std::size_t positions = 1; positions < 30; ++positions)
    for (std::size_t rounds = 1; rounds <= positions; ++rounds)
      for (int placed = 1; placed <= static_cast<int>(one(positions, rounds).at_once); ++placed) {
        const Copies copies = with_copies(one(positions, rounds), placed);
        const auto counts = dealt(copies, 0);
        for (int c = 0; c < placed; ++c) REQUIRE(copies.vectors(c) == counts[static_cast<std::size_t>(c)]);
        REQUIRE(std::accumulate(counts.begin(), counts.end(), std::size_t{0}) == positions);
        REQUIRE(copies.longest() == *std::max_element(counts.begin(), counts.end()));
      }
}

}  // namespace bitline::copies_test
