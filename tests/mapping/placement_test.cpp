// SPDX-License-Identifier: Apache-2.0
// What mapping.prefer, mapping.schedule and duplicate make of small networks whose arrays and turns are counted by
// hand.
#include "mapping/placement.h"

#include <doctest/doctest.h>

#include <ctime>
#include <map>
#include <set>

#include "base/error.h"
#include "mapping/turns.h"
#include "workloads/integer_weights.h"

namespace bitline::placement_test {
using namespace mapping;
using arch::Prefer;
using arch::Schedule;

namespace {

// Arrays of 100 x 10 one-column cells, one-bit planes of 8, four columns for each converter: a block of four columns or
// more takes 8 x 4 turns for each vector.
arch::Config chip(std::optional<int> arrays, Prefer prefer = Prefer::balanced,
                  Schedule schedule = Schedule::sequential) {
  arch::Config c;
  c.chips = arrays;
  c.tiles = c.arrays = 1;
  c.array.rows = 100, c.array.columns = 10;
  c.adc = periphery::SarAdc{.common = {.shared_by = 4}};
  c.mapping.prefer = prefer, c.mapping.schedule = schedule;
  return c;
}

struct Layers {
  std::vector<workloads::IntegerWeights> matrices;
  std::vector<int> duplicate;

  Layers& add(int rows, int columns, std::size_t positions = 1, int copies = 1) {
    const int index = static_cast<int>(matrices.size());
    matrices.push_back(workloads::dense_weights("l" + std::to_string(index), rows, columns, {}, 4, {1, 8, false}));
    matrices.back().index = matrices.back().level = index;
    matrices.back().positions = positions;
    duplicate.push_back(copies);
    return *this;
  }
  Placement on(const arch::Config& config) const {
    std::vector<arch::LayerConfig> settings;
    for (const int copies : duplicate) {
      settings.push_back(common_parts(config));
      settings.back().duplicate = copies;
    }
    return place(config, matrices, settings);
  }
};

int arrays_of(const MappedLayer& layer) {
  std::set<int> arrays;
  for (const Block& block : layer.blocks) arrays.insert(block.array);
  return static_cast<int>(arrays.size());
}

bool says(const std::vector<std::string>& lines, const std::string& what) {
  for (const std::string& line : lines)
    if (line.find(what) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("turns of a vector: planes, row groups, columns of a converter") {
  arch::Config c = chip(1);
  const array::CellLayout cell = layout(c.cell, 4);
  const workloads::InputScale input{1, 8, false};
  CHECK(turns_of_vector(c.array, common_parts(c), cell, input, 100, 10) == 8 * 4);
  CHECK(turns_of_vector(c.array, common_parts(c), cell, input, 100, 3) == 8 * 3);
  c.array.active_rows = 30;
  CHECK(turns_of_vector(c.array, common_parts(c), cell, input, 100, 10) == 4 * 8 * 4);
  CHECK(turns_of_vector(c.array, common_parts(c), cell, input, 30, 10) == 8 * 4);
  c.adc = periphery::IdealAdc{};
  CHECK(turns_of_vector(c.array, common_parts(c), cell, input, 60, 10) == 2 * 8);
  const array::CellLayout differential = layout(array::DifferentialCell{}, 4);
  c = chip(1);
  // Three weights on six columns, each digitised.
  CHECK(turns_of_vector(c.array, common_parts(c), differential, input, 9, 2) == 8 * 2);
  CHECK(turns_of_vector(c.array, common_parts(c), differential, input, 9, 6) == 8 * 4);
}

TEST_CASE("four blocks of a quarter array each: area stacks them, balanced spreads them over idle arrays") {
  const Layers wide = Layers().add(25, 40);
  for (const auto& [arrays, prefer, used] : {std::tuple{1, Prefer::balanced, 1},
                                             {2, Prefer::balanced, 2},
                                             {3, Prefer::balanced, 3},
                                             {9, Prefer::balanced, 4},
                                             {9, Prefer::area, 1},
                                             {9, Prefer::latency, 4}}) {
    CAPTURE(arrays);
    const Placement p = wide.on(chip(arrays, prefer));
    CHECK(p.arrays_used == used);
    CHECK(p.arrays_needed == 1);
    CHECK(p.arrays_total == arrays);
    CHECK(arrays_of(p.layers[0]) == used);
    CHECK(says(p.choices, "blocks of l0 are spread over " + std::to_string(used) +
                              " arrays, so that fewer take turns; mapping.prefer: area would pack them on 1") ==
          (used > 1));
    CHECK(p.warnings.empty());
  }
}

TEST_CASE("chips: auto: balanced keeps to the chips that the cells need, latency builds more") {
  arch::Config c = chip({});
  c.arrays = 3;
  const Layers wide = Layers().add(25, 40);
  const Placement balanced = wide.on(c);
  CHECK(balanced.chips == 1);
  CHECK(balanced.arrays_used == 3);
  c.mapping.prefer = Prefer::latency;
  const Placement latency = wide.on(c);
  CHECK(latency.chips == 2);
  CHECK(latency.arrays_used == 4);
  c.mapping.prefer = Prefer::area;
  CHECK(wide.on(c).chips == 1);
  CHECK(wide.on(c).arrays_used == 1);
}

TEST_CASE("pipelined, layers get arrays of their own while there are any") {
  const Layers three = Layers().add(20, 10).add(20, 10).add(20, 10);
  CHECK(three.on(chip(4)).arrays_used == 1);
  const Placement pipelined = three.on(chip(4, Prefer::balanced, Schedule::pipelined));
  CHECK(pipelined.arrays_used == 3);
  CHECK(says(pipelined.choices, "layers are spread over 3 arrays") != says(pipelined.choices, "blocks of"));
  CHECK(three.on(chip(2, Prefer::balanced, Schedule::pipelined)).arrays_used == 2);
}

TEST_CASE("copies that gain nothing are not placed, and the remedy is told") {
  // Sequential, one vector: none of two copies more.
  const Layers dense = Layers().add(50, 10, 1, 2).add(50, 10, 1, 2);
  const Placement sequential = dense.on(chip({}));
  CHECK(sequential.layers[0].copies.placed == 1);
  CHECK(sequential.arrays_used == 1);
  REQUIRE(sequential.warnings.size() == 1);
  CHECK(says(sequential.warnings, "duplicate: l0 and l1 multiply one vector of an image at a time"));
  CHECK(says(sequential.warnings, "mapping.schedule: pipelined"));
  const Placement pipelined = dense.on(chip({}, Prefer::balanced, Schedule::pipelined));
  CHECK(pipelined.layers[0].copies.placed == 2);
  CHECK(pipelined.layers[1].copies.groups() == 2);
  CHECK(pipelined.warnings.empty());

  // Five positions: four copies take two turns as three do.
  const Placement five = Layers().add(100, 10, 5, 4).on(chip({}));
  CHECK(five.layers[0].copies.placed == 3);
  CHECK(five.arrays_used == 3);
  CHECK(says(five.warnings, "4 copies of l0 would be no faster than 3, which are placed (layers.l0.duplicate: 3)"));

  // On two arrays a third copy would take turns with another.
  const Placement two = Layers().add(50, 10, 6, 3).on(chip(2));
  CHECK(two.layers[0].copies.placed == 2);
  CHECK(arrays_of(two.layers[0]) == 2);
  CHECK(says(two.warnings, "2 of 3 copies of l0 placed"));
}

TEST_CASE("copies go where their layer does not lie, first to arrays in use") {
  // l1 needs an array of its own; copies of l0 find room beside it before a third array is opened.
  const Layers layers = Layers().add(60, 10, 4, 2).add(60, 10);
  const Placement p = layers.on(chip({}));
  CHECK(p.layers[0].copies.placed == 2);
  CHECK(p.arrays_used == 3);  // 60 + 60 rows do not fit on one
  const Placement low = Layers().add(40, 10, 4, 2).add(70, 10).on(chip({}));
  CHECK(low.arrays_needed == 2);
  CHECK(low.arrays_used == 3);  // 70 + 40 rows do not either
  const Placement fits = Layers().add(30, 10, 4, 2).add(71, 10).on(chip({}));
  CHECK(fits.arrays_used == 3);
  CHECK(Layers().add(30, 10, 4, 2).add(70, 10).add(70, 10).on(chip({})).arrays_used == 2);
}

TEST_CASE("latency fills idle arrays with the copies that save most turns for their cells") {
  // One full array each. Eight positions against two: copies of l0 save 8 - 4 = 4, then 4 - 3, 3 - 2 turns, l1 2 - 1.
  const Layers layers = Layers().add(100, 10, 8).add(100, 10, 2);
  const auto copies = [&](int arrays) {
    const Placement p = layers.on(chip(arrays, Prefer::latency));
    return std::pair(p.layers[0].copies.placed, p.layers[1].copies.placed);
  };
  CHECK(copies(2) == std::pair(1, 1));
  CHECK(copies(3) == std::pair(2, 1));
  CHECK(copies(4) == std::pair(3, 1));  // ties: the first layer
  CHECK(copies(5) == std::pair(4, 1));
  CHECK(copies(6) == std::pair(4, 2));  // 2 turns to 1, against 8 copies for the next turn of l0
  CHECK(copies(9) == std::pair(4, 2));  // four more for one turn do not fit
  CHECK(copies(10) == std::pair(8, 2));
  CHECK(copies(99) == std::pair(8, 2));
  const Placement p = layers.on(chip(6, Prefer::latency));
  CHECK(says(p.choices, "copies that were not asked for: 4 of l0 and 2 of l1 in all (mapping.prefer: latency)"));
  const Placement balanced = layers.on(chip(6));
  CHECK(balanced.layers[0].copies.placed == 1);
  CHECK(
      says(balanced.choices, "4 idle arrays could hold copies of layers, for lower latency: mapping.prefer: latency"));
}

TEST_CASE("latency in a pipeline copies the slowest layer as long as it is the slowest") {
  // 32 turns for each vector: l0 takes 8, l1 2 vectors; with four copies of l0 both take 2, with two of l1 too.
  const Layers layers = Layers().add(100, 10, 8).add(100, 10, 2);
  const auto copies = [&](int arrays) {
    const Placement p = layers.on(chip(arrays, Prefer::latency, Schedule::pipelined));
    return std::pair(p.layers[0].copies.placed, p.layers[1].copies.placed);
  };
  CHECK(copies(4) == std::pair(3, 1));
  CHECK(copies(5) == std::pair(4, 1));
}

TEST_CASE("reloaded arrays are packed as they are, without copies") {
  arch::Config c = chip(1);
  c.mapping.reload = true;
  const Placement p = Layers().add(60, 10, 4, 2).add(60, 10).on(c);
  CHECK(p.loads == 2);
  CHECK(p.layers[0].copies.placed == 1);
  CHECK(says(p.warnings, "copies of l0 are not placed, since arrays are written anew for every image (reload)"));
}

TEST_CASE("seven thousand arrays are placed in no time, and the same every time") {
  Layers layers;
  layers.add(27, 100, 1024);
  for (int l = 0; l < 6; ++l) layers.add(1152, 1000, 256);
  layers.add(8192, 100);
  for (const Prefer prefer : {Prefer::balanced, Prefer::latency}) {
    const std::clock_t start = std::clock();
    const Placement p = layers.on(chip(9000, prefer));
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    CHECK(p.arrays_needed > 7000);
    CHECK(p.arrays_used <= 9000);
    CHECK(seconds < 3);  // far above a tenth of a second: machines are slow, sanitizers slower
    const Placement again = layers.on(chip(9000, prefer));
    REQUIRE(again.blocks == p.blocks);
    for (std::size_t l = 0; l < p.layers.size(); ++l)
      for (std::size_t b = 0; b < p.layers[l].blocks.size(); ++b)
        REQUIRE(again.layers[l].blocks[b].array == p.layers[l].blocks[b].array);
  }
}

}  // namespace bitline::placement_test
