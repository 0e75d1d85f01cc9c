// SPDX-License-Identifier: Apache-2.0
// The shelf: one maker per key, bounded memory, errors that do not stay.
#include "run/shelf.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

#include "base/parallel.h"

namespace bitline::shelf_test {
using namespace run;

namespace {

Key key(std::uint64_t n) { return KeyBuilder("test").add("n", n).key(); }

using Block = std::vector<char>;
constexpr std::size_t kilobyte = 1024;
Block block(char c) {
  Block b(kilobyte - sizeof(Block), c);
  b.shrink_to_fit();
  return b;
}

struct Counted {
  int value = 0;
};
std::size_t bytes_of(const Counted& c) { return sizeof c; }

}  // namespace

TEST_CASE("a value is made once and is the same object for all who ask") {
  Shelf shelf;
  int made = 0;
  const auto make = [&] { return Counted{++made}; };
  const auto a = shelf.get<Counted>(key(1), make), b = shelf.get<Counted>(key(1), make),
             c = shelf.get<Counted>(key(2), make);
  CHECK(a == b);
  CHECK(a->value == 1);
  CHECK(c->value == 2);
  CHECK(made == 2);
  CHECK(shelf.counts().found == 1);
  CHECK(shelf.counts().made == 2);
  CHECK(shelf.counts().values == 2);
}

TEST_CASE("of many who ask at once one makes, the others wait for it") {
  Shelf shelf;
  std::atomic<int> made{0}, sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (std::uint64_t k = 0; k < 50; ++k)
        sum += shelf
                   .get<Counted>(key(k),
                                 [&] {
                                   ++made;
                                   std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                   return Counted{1};
                                 })
                   ->value;
    });
  for (auto& t : threads) t.join();
  CHECK(made == 50);
  CHECK(sum == 8 * 50);
  CHECK(shelf.counts().found == 7 * 50);
}

TEST_CASE("memory is bounded: the longest unused leave, and are made again when asked for") {
  Shelf shelf(3 * kilobyte);
  int made = 0;
  const auto get = [&](std::uint64_t k) {
    return shelf.get<Block>(key(k), [&] {
      ++made;
      return block('x');
    });
  };
  for (std::uint64_t k = 0; k < 3; ++k) get(k);
  get(0);  // 1 is the longest unused now
  get(3);
  CHECK(shelf.counts().bytes == 3 * kilobyte);
  CHECK(shelf.counts().values == 3);
  CHECK(made == 4);
  get(0), get(2), get(3);
  CHECK(made == 4);
  get(1);
  CHECK(made == 5);
  for (std::uint64_t k = 0; k < 1000; ++k) {
    get(k);
    CHECK(shelf.counts().bytes <= 3 * kilobyte);
  }
}

TEST_CASE("values in use stay on the shelf, and outlive it") {
  std::shared_ptr<const Block> kept;
  {
    Shelf shelf(2 * kilobyte);
    kept = shelf.get<Block>(key(0), [] { return block('k'); });
    for (std::uint64_t k = 1; k < 100; ++k) shelf.get<Block>(key(k), [] { return block('x'); });
    bool again = false;
    CHECK(shelf.get<Block>(key(0), [&] {
      again = true;
      return block('k');
    }) == kept);
    CHECK_FALSE(again);
    CHECK(shelf.counts().bytes <= 3 * kilobyte);
  }
  CHECK(kept->front() == 'k');
}

TEST_CASE("a value larger than the shelf is given and then leaves") {
  Shelf shelf(kilobyte);
  CHECK(shelf.get<Block>(key(0), [] { return Block(100 * kilobyte, 'x'); })->size() == 100 * kilobyte);
  shelf.get<Block>(key(1), [] { return block('y'); });
  CHECK(shelf.counts().bytes <= kilobyte);
}

TEST_CASE("what a maker throws reaches all who wait, and the next to ask makes anew") {
  Shelf shelf;
  std::atomic<int> tried{0}, failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      try {
        shelf.get<Counted>(key(1), [&]() -> Counted {
          ++tried;
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          throw std::runtime_error("no");
        });
      } catch (const std::runtime_error& e) {
        failed += std::string(e.what()) == "no";
      }
    });
  for (auto& t : threads) t.join();
  CHECK(failed == 4);
  CHECK(tried >= 1);
  CHECK(shelf.counts().values == 0);
  CHECK(shelf.get<Counted>(key(1), [] { return Counted{7}; })->value == 7);
}

TEST_CASE("stages may ask for other stages, but not for themselves, nor for a value of another type") {
  Shelf shelf;
  const auto outer = shelf.get<Counted>(
      key(1), [&] { return Counted{shelf.get<Counted>(key(2), [] { return Counted{5}; })->value + 1}; });
  CHECK(outer->value == 6);
  CHECK_THROWS_AS(shelf.get<Counted>(key(3), [&] { return *shelf.get<Counted>(key(3), [] { return Counted{}; }); }),
                  std::logic_error);
  CHECK_THROWS_AS(shelf.get<int>(key(1), [] { return 1; }), std::logic_error);
  CHECK(shelf.get<Counted>(key(3), [] { return Counted{9}; })->value == 9);  // the failure left nothing behind
}

TEST_CASE("makers that loop in parallel do not take up work that waits for their own value") {
  Shelf shelf;
  std::atomic<int> sum{0};
  parallel_for(64, [&](std::size_t i) {
    sum += shelf
               .get<Counted>(key(i % 4),
                             [] {
                               std::atomic<int> n{0};
                               parallel_for(1000, [&](std::size_t) { ++n; });
                               return Counted{n};
                             })
               ->value;
  });
  CHECK(sum == 64 * 1000);
}

}  // namespace bitline::shelf_test
