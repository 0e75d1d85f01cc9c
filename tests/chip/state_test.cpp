// SPDX-License-Identifier: Apache-2.0
// State is the truth, View is derived: what writing, time and looking do to them.
#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "chip/devices.h"
#include "chip/view.h"
#include "tests/run/helpers.h"

namespace bitline::state_test {
using namespace array;
using namespace arch;
using namespace mapping;
using namespace chip;
using namespace bitline::test;

namespace {

// 100 x 16 weights in two blocks of 50 rows on two arrays.
struct TwoBlocks {
  Config config;
  Chip chip;
  explicit TwoBlocks(const std::string& device)
      : config(config_of("{arrays: 2, array: {rows: 50, columns: 32}, device: {g_min: 2 uS, g_max: 20 uS, " + device +
                         "}}")),
        chip(chip_of(config, random_layer(100, 16, layout(config.cell, 4), 4, {1, 8, false}, 3))) {}
};

double correlation(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& target) {
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] - target[i], y = b[i] - target[i];
    aa += x * x, bb += y * y, ab += x * y;
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("state: a cell that is written again draws a new error, and the same number of writes draws the same") {
  for (const char* how : {"{type: gaussian, sigma: [1 uS]}", "{type: level-accuracy, accuracy: 80 %}",
                          "{type: window, half_width: 1 uS}"}) {
    CAPTURE(how);
    const TwoBlocks two(std::string("write: ") + how);
    REQUIRE(two.chip.placement.blocks == 2);
    State once = new_state(two.chip, 0), twice = new_state(two.chip, 0);
    write(two.chip, once);
    write(two.chip, twice);
    CHECK(once.blocks[0].written_S == twice.blocks[0].written_S);
    write(two.chip, twice, std::vector<BlockId>{0});
    CHECK(once.blocks[1].written_S == twice.blocks[1].written_S);
    CHECK(twice.blocks[0].writes == 2);
    CHECK(twice.blocks[1].writes == 1);
    const LayerPlan& plan = two.chip.layers[0];
    const std::vector<double> meant_S = targets_S(two.config.device, plan, plan.blocks[0]);
    // 1600 pairs of independent errors: |r| stays below 4 / sqrt(1600) in all but 6 of 100,000 cases.
    CHECK(std::abs(correlation(once.blocks[0].written_S, twice.blocks[0].written_S, meant_S)) < 0.1);
    write(two.chip, once, std::vector<BlockId>{0});
    CHECK(once.blocks[0].written_S == twice.blocks[0].written_S);
  }
}

TEST_CASE("state: looking again changes only the blocks that were written") {
  const TwoBlocks two("write: {type: gaussian, sigma: [1 uS]}");
  State state = new_state(two.chip, 0);
  write(two.chip, state);
  View view = look(two.chip, state);
  const std::vector<std::int16_t> first = codes_of(view.blocks[0]).data;
  view.blocks[1].packed.clear();  // shows whether the block is looked at again
  write(two.chip, state, std::vector<BlockId>{0});
  look(two.chip, state, view);
  CHECK(codes_of(view.blocks[0]).data != first);
  CHECK(view.blocks[1].packed.empty());
  // And what it derives is what a look from nothing derives.
  CHECK(codes_of(view.blocks[0]).data == codes_of(look(two.chip, state).blocks[0]).data);
}

TEST_CASE("state: a chip that is written once is read as one that is written, left alone and looked at") {
  const TwoBlocks two(
      "write: {type: gaussian, sigma: [1 uS]}, read_noise: {relative: 2 %}, faults: {stuck_off: 5 %}, "
      "drift: {type: power-law, t0: 1 s, nu_mean: 0.05, nu_sigma: 0.02}");
  State state = new_state(two.chip, 3);
  const WriteReport writing = write(two.chip, state);
  const LevelMap levels = level_map(two.chip, state);
  pass(state, 1000);
  const View looked = look(two.chip, state);
  LevelMap once_levels;
  const WrittenOnce once = write_once(two.chip, 3, 1000, &once_levels);
  REQUIRE(once.view.blocks.size() == looked.blocks.size());
  for (BlockId id = 0; id < looked.blocks.size(); ++id) {
    const BlockView &a = once.view.blocks[id], &b = looked.blocks[id];
    CHECK(codes_of(a).data == codes_of(b).data);
    CHECK(codes_of(a).data.size() == static_cast<std::size_t>(a.rows) * static_cast<std::size_t>(a.columns));
    CHECK(variances_of(a).data == variances_of(b).data);
    CHECK(!variances_of(a).data.empty());
    CHECK(a.row_power_S == b.row_power_S);
    CHECK(a.saturated == b.saturated);
  }
  CHECK(once.writing.squared_error_S2 == writing.squared_error_S2);
  CHECK(once.writing.faulty == writing.faulty);
  CHECK(once.writing.faulty > 0);
  CHECK(once_levels.read_back == levels.read_back);
  CHECK(once_levels.intended == levels.intended);
}

TEST_CASE("state: time that passes in two steps leaves what it leaves in one") {
  const TwoBlocks two("write: exact, drift: {type: power-law, t0: 1 s, nu_mean: 0.05, nu_sigma: 0.02}");
  State a = new_state(two.chip, 0), b = new_state(two.chip, 0);
  write(two.chip, a), write(two.chip, b);
  View view = look(two.chip, a);
  const std::vector<std::int16_t> fresh = codes_of(view.blocks[0]).data;
  pass(a, 1000), pass(a, 9000), pass(b, 10000);
  look(two.chip, a, view);
  CHECK(codes_of(view.blocks[0]).data != fresh);
  CHECK(codes_of(view.blocks[0]).data == codes_of(look(two.chip, b).blocks[0]).data);
  // A block written at 10000 s is young again; the other is not.
  write(two.chip, a, std::vector<BlockId>{0});
  look(two.chip, a, view);
  CHECK(codes_of(view.blocks[0]).data == fresh);
  CHECK(codes_of(view.blocks[1]).data == codes_of(look(two.chip, b).blocks[1]).data);
}

TEST_CASE("lattice: perfect devices use all codes, others leave room, and chips share it") {
  const TwoBlocks perfect("write: exact"), spread("write: {type: gaussian, sigma: [1 uS]}");
  // 7 steps fill 16382 codes: 2340 a step.
  CHECK(perfect.chip.layers[0].lattice.codes_per_step == 2340);
  const int codes = spread.chip.layers[0].lattice.codes_per_step;
  CHECK(codes < 2340 / 1.25);
  CHECK(codes > 2340 / 2.5);
  for (int instance = 0; instance < 20; ++instance) {
    State state = new_state(spread.chip, instance);
    write(spread.chip, state);
    CHECK(look(spread.chip, state).blocks[0].saturated == 0);
  }
}

TEST_CASE("lattice: cells far beyond what the design was probed for are an error that says so") {
  TwoBlocks two("write: exact");
  State state = new_state(two.chip, 0);
  write(two.chip, state);
  for (double& g : state.blocks[0].written_S) g *= 3;
  ++state.blocks[0].version;
  try {
    look(two.chip, state);
    FAIL("accepted");
  } catch (const RunError& e) {
    CHECK(std::string(e.what()).find("conduct more than the lattice") != std::string::npos);
  }
}

TEST_CASE("view: of a perfect chip it is what looking at exactly written cells gives, whatever the cell") {
  for (const char* cell : {"{type: 2t2r}", "{type: 2t2r, slices: 3, pair: two-sided}", "{type: 1t1r-offset}",
                           "{type: 1t1r-offset, slices: 2}", "{type: 1t1r-differential, slices: 2}",
                           "{type: 1t1r-differential, subtract: analog}"}) {
    CAPTURE(cell);
    const Config config = config_of(std::string("{arrays: 12, array: {rows: 50, columns: 32}, cell: ") + cell +
                                    ", device: {g_min: 2 uS, g_max: 20 uS, write: {type: exact}}}");
    const Chip chip = chip_of(config, random_layer(100, 16, layout(config.cell, 4), 4, {1, 8, false}, 3));
    State state = new_state(chip, 0);
    write(chip, state);
    const View looked = look(chip, state), perfect = ideal_view(chip);
    REQUIRE(perfect.blocks.size() == looked.blocks.size());
    for (std::size_t b = 0; b < looked.blocks.size(); ++b) {
      CHECK(perfect.blocks[b].rows == looked.blocks[b].rows);
      CHECK(perfect.blocks[b].columns == looked.blocks[b].columns);
      CHECK(codes_of(perfect.blocks[b]).data == codes_of(looked.blocks[b]).data);
      CHECK(perfect.blocks[b].packed.size() == looked.blocks[b].packed.size());
    }
  }
}

}  // namespace bitline::state_test
