// SPDX-License-Identifier: Apache-2.0
#include "workloads/delta_rule.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"

namespace bitline::workloads {

TEST_CASE("two steps of the delta rule are those worked out by hand") {
  // 3 and 5 are -1 and 1 when standardized. From weights 0: sample 1 adds 0.05 (-1, 1) to class 0 and takes as much
  // from class 1 (weight, bias); then both answer 0 to sample 2, which takes 0.05 (1, 1) from class 0 and adds it to
  // class 1.
  const LabelledRows rows{1, {3, 5}, {0, 1}};
  const Readout readout({.rate = 0.05, .start = 0}, rows, 2, 1, Random(1, 0), {Purpose::test});
  const auto y = readout.outputs(std::vector{5.0});
  CHECK(y[0] == doctest::Approx(std::tanh(-0.1)).epsilon(1e-12));
  CHECK(y[1] == doctest::Approx(std::tanh(0.1)).epsilon(1e-12));
  CHECK(readout.outputs(std::vector{4.0})[0] == 0);  // biases are back at 0
  CHECK(readout.accuracy(rows) == 1);
}

TEST_CASE("the step shrinks with the slope of tanh") {
  // A third sample at 3: class 0 answers tanh(0.1) there, target 1.
  const LabelledRows rows{1, {3, 5, 3, 5}, {0, 1, 0, 1}};
  const Readout readout({.rate = 0.05, .start = 0}, rows, 2, 1, Random(1, 0), {Purpose::test});
  double w = -0.1, b = 0;
  for (const auto& [x, target] : {std::pair{-1.0, 1.0}, {1.0, -1.0}}) {
    const double y = std::tanh(w * x + b), step = 0.05 * (target - y) * (1 - y * y);
    w += step * x, b += step;
  }
  CHECK(readout.outputs(std::vector{5.0})[0] == doctest::Approx(std::tanh(w + b)).epsilon(1e-12));
}

TEST_CASE("classes that can be parted by lines are learned, whatever the units; a constant column says nothing") {
  LabelledRows rows{3, {}, {}};
  for (int i = 0; i < 30; ++i) {
    const double angle = 2 * 3.14159265358979 * (i % 3) / 3, off = 1e-7 * (i / 3);
    rows.add(std::vector{1e-6 * std::cos(angle) + off, 1e-6 * std::sin(angle), 7.0}, i % 3);
  }
  const Readout readout({}, rows, 3, 100, Random(1, 0), {Purpose::test});
  CHECK(readout.accuracy(rows) == 1);
}

TEST_CASE("a readout without samples or with foreign labels is refused") {
  const auto learn = [](const LabelledRows& rows) { Readout({}, rows, 2, 1, Random(1, 0), {Purpose::test}); };
  CHECK_THROWS_AS(learn({1, {}, {}}), InputError);
  CHECK_THROWS_AS(learn({1, {1, 2}, {0, 2}}), InputError);
}

}  // namespace bitline::workloads
