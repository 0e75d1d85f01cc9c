// SPDX-License-Identifier: Apache-2.0
// Curved devices in crossbars whose wires couple too strongly for line sweeps, against Newton on the whole network.
#include "array/wires/nonlinear.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/array/crossbar_network.h"
#include "tests/array/random_crossbar.h"

namespace bitline::nonlinear_test {
using namespace device;
using namespace array;
using namespace bitline::test;

TEST_CASE("strongly coupled curved devices are solved by chords and agree with the network") {
  Draws draw(3);
  int chords = 0;
  for (const double beta : {0.5, 2.0, 5.0, 20.0})
    for (const int size : {6, 24}) {
      CAPTURE(beta);
      CAPTURE(size);
      Crossbar x{size, size, {}, {}};
      for (int k = 0; k < size * size; ++k) x.g_S.push_back(draw.chance(0.1) ? 0 : draw.log_uniform(1e-5, 1e-3));
      x.lines.row_ohm = {1000}, x.lines.column_ohm = {1500}, x.lines.driver_ohm = {2000}, x.lines.sense_ohm = {100};
      std::vector<double> v_V;
      for (int i = 0; i < size; ++i) v_V.push_back(draw.uniform(-0.8, 0.8));
      const DeviceLaw law{Sinh{beta}, 0, {}};
      const NonlinearState s = solve_nonlinear(x, law, v_V, {1e-12, 50});
      chords += s.by_chords;
      CHECK(s.state.status.converged);
      CHECK(s.state.status.residual <= 1e-12);
      const CrossbarAnswer truth = CrossbarTruth(x, {}, law).solve(v_V);
      const double scale_A = std::max(largest(truth.sense_A), largest(truth.driver_A));
      CHECK(largest_difference(s.state.sense_A, truth.sense_A) <= 1e-10 * scale_A);
      CHECK(largest_difference(s.state.driver_A, truth.driver_A) <= 1e-10 * scale_A);
      CHECK(std::abs(s.state.source_W - truth.dissipated_W) <= 1e-10 * truth.dissipated_W);
    }
  CHECK(chords >= 4);  // or the case says nothing of them
}

TEST_CASE("what nothing solves says so") {
  // One sweep and no residual above rounding: neither method can reach it, and the better of both answers is returned.
  Crossbar x{8, 8, std::vector<double>(64, 1e-3), {}};
  x.lines.row_ohm = x.lines.column_ohm = {1000};
  const std::vector<double> v_V(8, 0.5);
  const NonlinearState s = solve_nonlinear(x, {Sinh{3}, 0, {}}, v_V, {1e-30, 1});
  CHECK(!s.state.status.converged);
  CHECK(s.state.status.residual > 1e-30);
  CHECK(s.state.status.residual < 1e-10);  // chords came close all the same
}

}  // namespace bitline::nonlinear_test
