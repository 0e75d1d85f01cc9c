// SPDX-License-Identifier: Apache-2.0
// Single-precision sweeps of gated rows against sparse nodal matrices and the double sweeps.
#include "array/wires/gated_rows.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "tests/array/crossbar_network.h"
#include "tests/array/random_crossbar.h"

namespace bitline::gated_rows_test {
using namespace array;
using namespace bitline::test;

namespace {

struct Read {
  std::vector<float> sense_A;
  double source_W = 0;
  SweepStatus status;
};

Read read(const GatedRows& array, const std::vector<double>& v_V, const std::vector<std::uint8_t>& gates, int columns,
          GatedRows::Workspace& workspace, const SweepLimits& limits = {1e-6, 50}) {
  Read r;
  r.sense_A.assign(static_cast<std::size_t>(columns), -1);
  r.status = array.solve(std::vector<float>(v_V.begin(), v_V.end()), gates, r.sense_A, workspace, limits, &r.source_W);
  return r;
}

Crossbar uniform_wires(Draws& draw, int rows, int columns, double ohm) {
  Crossbar x;
  x.rows = rows, x.columns = columns;
  for (int k = 0; k < rows * columns; ++k) x.g_S.push_back(draw.uniform(1e-6, 20e-6));
  x.lines.row_ohm = x.lines.column_ohm = {ohm};
  return x;
}

}  // namespace

TEST_CASE("gated rows agree with the nodal matrix, whatever the lines are") {
  Draws draw(11);
  GatedRows::Workspace workspace;  // also shows that nothing of an earlier, larger array stays
  for (int trial = 0; trial < 400; ++trial) {
    CAPTURE(trial);
    const Crossbar x = coupled_crossbar(draw, draw.uniform(0.01, 1));
    const auto gates = draw.gates(x.rows, draw.uniform(0.2, 1.1));
    const auto v_V = draw.voltages(x.rows);
    const Read r = read(GatedRows(x), v_V, gates, x.columns, workspace, {1e-6, 20000});
    const CrossbarAnswer truth = CrossbarTruth(x, gates).solve(v_V);
    const double scale_A = std::max(largest(truth.sense_A), largest(truth.driver_A));
    GatedRows::Workspace fresh;
    CHECK(read(GatedRows(x), v_V, gates, x.columns, fresh, {1e-6, 20000}).sense_A == r.sense_A);
    CHECK(r.status.converged);
    // Islands that only weak devices tie to a source converge slowly: their error is many residuals. Where nothing is
    // driven or sensed, what is left is the rounding of a device's largest current.
    const double rounding_A = 1e-6 * largest(x.g_S) * largest(v_V);
    CHECK(largest_difference(r.sense_A, truth.sense_A) <= 1e-5 * scale_A + rounding_A);
    CHECK(std::abs(r.source_W - truth.source_W) <= 1e-5 * truth.source_W + rounding_A * largest(v_V));
  }
}

TEST_CASE("gated rows of a network's array are accurate to 1e-6") {
  Draws draw(12);
  GatedRows::Workspace workspace;
  for (const double ohm : {0.0, 0.1, 1.0, 4.0}) {
    CAPTURE(ohm);
    const Crossbar x = uniform_wires(draw, 128, 100, ohm);
    const GatedRows fast(x);
    const LineSweeps exact(x);
    for (const double share : {0.05, 0.5, 1.0}) {
      const auto gates = draw.gates(x.rows, share);
      auto v_V = draw.voltages(x.rows);
      if (draw.chance(0.5)) v_V.assign(v_V.size(), 0.2F);
      const Read r = read(fast, v_V, gates, x.columns, workspace);
      const ArrayState truth = exact.solve(v_V, gates);
      const double scale_A = std::max(largest(truth.sense_A), largest(truth.driver_A));
      CHECK(truth.status.converged);
      CHECK(r.status.converged);
      CHECK(r.status.sweeps <= 6);
      CHECK(largest_difference(r.sense_A, truth.sense_A) <= 1e-6 * scale_A);
      CHECK(std::abs(r.source_W - truth.source_W) <= 4e-6 * truth.source_W);
    }
  }
}

TEST_CASE("gated rows: opposite sources give opposite currents, and no conducting row none") {
  Draws draw(13);
  GatedRows::Workspace workspace;
  const Crossbar x = uniform_wires(draw, 37, 21, 1);
  const GatedRows array(x);
  const auto gates = draw.gates(37, 0.5);
  auto v_V = draw.voltages(37);
  const Read there = read(array, v_V, gates, 21, workspace);
  for (double& v : v_V) v = -v;
  const Read back = read(array, v_V, gates, 21, workspace);
  for (int j = 0; j < 21; ++j) CHECK(there.sense_A[j] == -back.sense_A[j]);
  CHECK(there.source_W == back.source_W);

  const Read none = read(array, v_V, std::vector<std::uint8_t>(37, 0), 21, workspace);
  CHECK(none.status.converged);
  CHECK(largest(none.sense_A) == 0);
  CHECK(none.source_W == 0);
}

TEST_CASE("gated rows of a strongly coupled array say that they have not converged") {
  Draws draw(14);
  GatedRows::Workspace workspace;
  Crossbar x = uniform_wires(draw, 64, 64, 1e3);
  for (double& g : x.g_S) g = 1e-3;
  const Read r = read(GatedRows(x), std::vector<double>(64, 0.2), std::vector<std::uint8_t>(64, 1), 64, workspace);
  CHECK(!r.status.converged);
  CHECK(r.status.sweeps == 50);
  CHECK(std::isfinite(r.status.residual));
}

TEST_CASE("gated rows say what is wrong with their input") {
  Draws draw(15);
  GatedRows::Workspace workspace;
  Crossbar x = uniform_wires(draw, 3, 2, 1);
  const GatedRows array(x);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> out(2);
  const std::vector<std::uint8_t> gates{1, 1, 1};
  CHECK_THROWS_WITH_AS(array.solve(std::vector{0.1F}, gates, out, workspace), doctest::Contains("1 source voltages"),
                       InputError);
  CHECK_THROWS_WITH_AS(array.solve(std::vector{0.1F, 0.1F, nan}, gates, out, workspace),
                       doctest::Contains("row 2 is nan"), InputError);
  x.lines.row_ohm = {-1};
  CHECK_THROWS_WITH_AS(GatedRows{x}, doctest::Contains("row segments"), InputError);
}

}  // namespace bitline::gated_rows_test
