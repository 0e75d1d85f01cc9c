// SPDX-License-Identifier: Apache-2.0
// Devices of one array as a matrix: what is read is what was written, and what is set is read.
#include "chip/array_state.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "chip/devices.h"
#include "chip/view.h"
#include "tests/run/helpers.h"

namespace bitline::array_state_test {
using namespace array;
using namespace arch;
using namespace chip;
using namespace bitline::test;

namespace {

// 20 x 6 weights in pairs of devices that share a column, on one array of 50 x 32.
struct OneArray {
  Config config = config_of(
      "{arrays: 1, array: {rows: 50, columns: 32}, device: {g_min: 2 uS, g_max: 20 uS, write: {type: "
      "gaussian, sigma: [1 uS]}, drift: {type: power-law, nu_mean: 0.1}}}");
  Chip chip = chip_of(config, random_layer(20, 6, layout(config.cell, 4), 4, {1, 8, false}, 3));
  State state = new_state(chip, 0);
};

std::size_t mapped(const std::vector<double>& g_S) {
  std::size_t n = 0;
  for (const double g : g_S) n += std::isnan(g) ? 0 : 1;
  return n;
}

}  // namespace

TEST_CASE("array state: mapped devices and nothing else, at three moments") {
  OneArray one;
  CHECK_THROWS_WITH_AS(array_conductance_S(one.chip, one.state, 0, Moment::now), "array 0 is not written", InputError);
  write(one.chip, one.state);
  const ArrayShape shape = array_shape(one.chip);
  CHECK(shape.size() == 50 * 32 * 2);
  const auto at = [&](Moment m) { return array_conductance_S(one.chip, one.state, 0, m); };
  const std::vector<double> target = at(Moment::target), written = at(Moment::written);
  CHECK(mapped(written) == 20 * 6 * 2);
  double squares = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    REQUIRE(std::isnan(written[i]) == std::isnan(target[i]));
    if (!std::isnan(written[i])) squares += std::pow(written[i] - target[i], 2);
  }
  // Of 240 draws with a sigma of 1 uS: the root mean square is within 15 % (three standard deviations).
  CHECK(std::sqrt(squares / 240) == doctest::Approx(1e-6).epsilon(0.15));
  pass(one.state, 1e6);
  const std::vector<double> aged = at(Moment::now);
  CHECK(at(Moment::written)[0] == written[0]);
  CHECK(aged[0] < written[0]);
  CHECK_THROWS_AS(array_conductance_S(one.chip, one.state, 1, Moment::now), InputError);
  CHECK_THROWS_AS(array_conductance_S(one.chip, one.state, -1, Moment::now), InputError);
}

TEST_CASE("array state: what is set is read, and looked at") {
  OneArray one;
  write(one.chip, one.state);
  View view = look(one.chip, one.state);
  pass(one.state, 1e6);
  const std::vector<double> target = array_conductance_S(one.chip, one.state, 0, Moment::target);
  set_array_conductance(one.chip, one.state, 0, target);
  const std::vector<double> now = array_conductance_S(one.chip, one.state, 0, Moment::now);
  for (std::size_t i = 0; i < now.size(); ++i) CHECK((std::isnan(now[i]) || now[i] == target[i]));  // not aged yet
  look(one.chip, one.state, view);
  CHECK(codes_of(view.blocks[0]).data == codes_of(ideal_view(one.chip).blocks[0]).data);

  std::vector<double> wrong = target;
  wrong[3] = -1e-6;
  CHECK_THROWS_WITH_AS(set_array_conductance(one.chip, one.state, 0, wrong),
                       "a conductance is -1e-06 S at row 0, column 1, where a weight is mapped", InputError);
  CHECK_THROWS_AS(set_array_conductance(one.chip, one.state, 0, std::vector<double>(7)), InputError);
  CHECK(array_conductance_S(one.chip, one.state, 0, Moment::written)[3] == target[3]);
}

TEST_CASE("missing devices take what conductances_missing says") {
  using arch::MissingCells;
  for (const MissingCells instead :
       {MissingCells::written, MissingCells::target, MissingCells::open, MissingCells::refuse}) {
    OneArray one;
    write(one.chip, one.state);
    one.chip.config.conductances_missing = instead;
    const std::vector<double> before = array_conductance_S(one.chip, one.state, 0, Moment::written),
                              target = array_conductance_S(one.chip, one.state, 0, Moment::target);
    std::vector<double> measured(before.size(), 3e-6);
    measured[3] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE(before[3] != target[3]);
    if (instead == MissingCells::refuse) {
      CHECK_THROWS_WITH_AS(set_array_conductance(one.chip, one.state, 0, measured),
                           doctest::Contains("conductances_missing"), InputError);
      continue;
    }
    CHECK(set_array_conductance(one.chip, one.state, 0, measured) == 1);
    const std::vector<double> after = array_conductance_S(one.chip, one.state, 0, Moment::written);
    CHECK(after[3] == (instead == MissingCells::written ? before[3] : instead == MissingCells::target ? target[3] : 0));
    CHECK(after[2] == 3e-6);
  }
}

}  // namespace bitline::array_state_test
