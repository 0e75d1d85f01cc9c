// SPDX-License-Identifier: Apache-2.0
// Line sweeps against sparse nodal matrices, Kirchhoff's law at every node, and cases with a known answer.
#include "array/wires/line_sweeps.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "tests/array/crossbar_network.h"
#include "tests/array/random_crossbar.h"
#include "tests/device/worst.h"

namespace bitline::line_sweeps_test {
using namespace device;
using namespace array;
using namespace bitline::test;

namespace {

double scale_of(const CrossbarAnswer& answer) { return std::max(largest(answer.sense_A), largest(answer.driver_A)); }

void check_currents(const ArrayState& state, const CrossbarAnswer& truth, double tolerance) {
  const double scale_A = scale_of(truth);
  CHECK(state.status.converged);
  CHECK(largest_difference(state.sense_A, truth.sense_A) <= tolerance * scale_A);
  CHECK(largest_difference(state.driver_A, truth.driver_A) <= tolerance * scale_A);
  CHECK(std::abs(state.source_W - truth.dissipated_W) <= tolerance * (std::abs(truth.dissipated_W) + 1e-30));
}

Crossbar uniform(int rows, int columns, double g_S, double ohm) {
  return {rows,
          columns,
          std::vector<double>(static_cast<std::size_t>(rows * columns), g_S),
          {.row_ohm = {ohm}, .column_ohm = {ohm}}};
}

}  // namespace

TEST_CASE("line sweeps agree with the nodal matrix, whatever the lines are") {
  Draws draw(1);
  for (int trial = 0; trial < 300; ++trial) {
    CAPTURE(trial);
    const Crossbar x = coupled_crossbar(draw, draw.uniform(0.01, 1));
    const auto gates = draw.gates(x.rows, draw.uniform(0.3, 1.2));
    const auto v_V = draw.voltages(x.rows);
    const ArrayState state = LineSweeps(x).solve(v_V, gates, {1e-13, 20000});
    check_currents(state, CrossbarTruth(x, gates).solve(v_V), 1e-10);
  }
}

TEST_CASE("line sweeps of plain arrays: voltages, Kirchhoff's law and power at every node") {
  Draws draw(2);
  for (const double k : {0.01, 0.3, 1.0, 3.0}) {
    CAPTURE(k);
    Crossbar x = uniform(20, 14, 0, k / (20e-6 * 400));
    for (double& g : x.g_S) g = draw.uniform(1e-6, 40e-6);
    const double ohm = x.lines.row_ohm[0];
    const auto v_V = draw.voltages(x.rows);
    const ArrayState state = LineSweeps(x).solve(v_V);
    const CrossbarAnswer truth = CrossbarTruth(x).solve(v_V);
    check_currents(state, truth, 1e-11);
    CHECK(largest_difference(state.row_V, truth.row_V) < 1e-12);
    CHECK(largest_difference(state.column_V, truth.column_V) < 1e-12);
    double worst_A = 0;
    const auto u = [&](int i, int j) { return j < 0 ? v_V[i] : state.row_V[i * x.columns + j]; };
    const auto v = [&](int i, int j) { return i == x.rows ? 0 : state.column_V[i * x.columns + j]; };
    for (int i = 0; i < x.rows; ++i)
      for (int j = 0; j < x.columns; ++j) {
        const double device_A = x.g_S[i * x.columns + j] * (u(i, j) - v(i, j));
        const double on_A = j + 1 < x.columns ? (u(i, j) - u(i, j + 1)) / ohm : 0;
        const double from_A = i > 0 ? (v(i - 1, j) - v(i, j)) / ohm : 0;
        test::keep_worst(worst_A, {std::abs((u(i, j - 1) - u(i, j)) / ohm - on_A - device_A),
                                   std::abs(from_A + device_A - (v(i, j) - v(i + 1, j)) / ohm)});
      }
    CHECK(worst_A < 1e-10 * scale_of(truth));
  }
}

TEST_CASE("line sweeps without wire resistance give the sum of G V") {
  Draws draw(3);
  Crossbar x = uniform(30, 20, 0, 0);
  for (double& g : x.g_S) g = draw.uniform(0, 100e-6);
  const auto v_V = draw.voltages(x.rows);
  for (const bool both_ends : {false, true}) {
    if (both_ends) x.lines.driver_far_ohm = x.lines.sense_far_ohm = {0};
    const ArrayState state = LineSweeps(x).solve(v_V);
    CHECK(state.status.converged);
    for (int j = 0; j < x.columns; ++j) {
      double sum_A = 0;
      for (int i = 0; i < x.rows; ++i) sum_A += x.g_S[i * x.columns + j] * v_V[i];
      CHECK(std::abs(state.sense_A[j] - sum_A) < 1e-15 * 30 * 100e-6 * 0.3);
    }
  }
}

TEST_CASE("line sweeps: what nothing connects carries no current") {
  Crossbar x = uniform(3, 2, 10e-6, 1);
  x.lines.driver_ohm = {0, not_connected_ohm, 0};
  const double v_V[] = {0.2, 0.2, 0.2};
  SUBCASE("a row without source whose devices are off") {
    const std::uint8_t gates[] = {1, 0, 1};
    const ArrayState state = LineSweeps(x).solve(v_V, gates);
    CHECK(state.row_V[2] == 0);
    CHECK(state.row_V[3] == 0);
    CHECK(state.driver_A[1] == 0);
    check_currents(state, CrossbarTruth(x, gates).solve(v_V), 1e-12);
  }
  SUBCASE("a row without source, its devices on, is a path between the columns") {
    const ArrayState state = LineSweeps(x).solve(v_V);
    check_currents(state, CrossbarTruth(x).solve(v_V), 1e-12);
    CHECK(std::abs(state.driver_A[1]) < 1e-20);
  }
  SUBCASE("all rows off") {
    const std::uint8_t gates[] = {0, 0, 0};
    const ArrayState state = LineSweeps(x).solve(v_V, gates);
    CHECK(state.status.converged);
    CHECK(state.status.residual == 0);
    CHECK(largest(state.sense_A) == 0);
    CHECK(state.row_V[0] == 0.2);
  }
  SUBCASE("columns without sense nodes") {
    x.lines.sense_ohm = {not_connected_ohm};
    const ArrayState state = LineSweeps(x).solve(v_V);
    CHECK(largest(state.sense_A) < 1e-20);
    CHECK(state.column_V[0] == doctest::Approx(0.2).epsilon(1e-9));
  }
}

TEST_CASE("line sweeps of a strongly coupled array say that they have not converged") {
  const std::vector<double> v_V(64, 0.2);
  const ArrayState state = LineSweeps(uniform(64, 64, 1e-3, 1e3)).solve(v_V);
  CHECK(!state.status.converged);
  CHECK(state.status.sweeps == 200);
  CHECK(state.status.residual > 1e-6);
  CHECK(std::isfinite(state.status.residual));
}

TEST_CASE("the residual bounds the error, however slowly line sweeps converge") {
  Draws draw(6);
  for (int trial = 0; trial < 100; ++trial) {
    CAPTURE(trial);
    const Crossbar x = coupled_crossbar(draw, std::pow(10, draw.uniform(-1, 3)));
    const auto v_V = draw.voltages(x.rows);
    const double beta_per_V = draw.chance(0.5) ? 5 : 0;
    const DeviceLaw law{beta_per_V > 0 ? DeviceCurve{Sinh{beta_per_V}} : DeviceCurve{Ohmic{}}, 0, {}};
    const CrossbarAnswer truth = CrossbarTruth(x, {}, law).solve(v_V);
    const ArrayState state = LineSweeps(x, law).solve(v_V, {}, {1e-4, 20000});
    if (!state.status.converged) continue;
    const double scale_A = std::max(largest(state.sense_A), largest(state.driver_A));
    const double bound_A = 2 * x.columns * state.status.residual * scale_A + 1e-10 * scale_of(truth);
    CHECK(largest_difference(state.sense_A, truth.sense_A) <= bound_A);
    CHECK(largest_difference(state.driver_A, truth.driver_A) <= bound_A);
  }
}

TEST_CASE("line sweeps take as many sweeps as the theory says") {
  const std::vector<double> v_V(64, 0.2);
  for (const double k : {0.05, 0.2, 1.0, 4.0}) {
    const LineSweeps sweeps(uniform(64, 64, 10e-6, k / (10e-6 * 64 * 64)));
    const double early = sweeps.solve(v_V, {}, {0, 3}).status.residual;
    const double late = sweeps.solve(v_V, {}, {0, 4}).status.residual;
    CHECK(late / early < 1.2 / std::pow(1 + 2.467 / k, 2));
  }
}

TEST_CASE("line-Newton sweeps agree with Newton's iteration over all nodes") {
  Draws draw(4);
  for (int trial = 0; trial < 60; ++trial) {
    CAPTURE(trial);
    const Crossbar x = coupled_crossbar(draw, draw.uniform(0.01, 0.3));
    const auto gates = draw.gates(x.rows, 0.7);
    const auto v_V = draw.voltages(x.rows);
    const double beta_per_V = draw.uniform(0.5, 15), access_ohm = draw.chance(0.5) ? draw.uniform(0, 20e3) : 0;
    const DeviceLaw law{Sinh{beta_per_V}, access_ohm, {}};
    const ArrayState state = LineSweeps(x, law).solve(v_V, gates, {1e-13, 20000});
    check_currents(state, CrossbarTruth(x, gates, law).solve(v_V), 1e-10);
  }
}

TEST_CASE("line-Newton sweeps of devices behind selectors agree with Newton's iteration over all nodes") {
  Draws draw(5);
  for (int trial = 0; trial < 40; ++trial) {
    CAPTURE(trial);
    const Crossbar x = coupled_crossbar(draw, draw.uniform(0.01, 0.3));
    const auto v_V = draw.voltages(x.rows);
    const double beta_per_V = draw.chance(0.5) ? draw.uniform(0.5, 8) : 0;
    const double access_ohm = draw.chance(0.5) ? 5e3 : 0;
    const Selector selector{draw.uniform(1e-7, 1e-5), {draw.uniform(5, 25)}};
    DeviceLaw law{Ohmic{}, access_ohm, selector};
    if (beta_per_V > 0) law.curve = Sinh{beta_per_V};
    const ArrayState state = LineSweeps(x, law).solve(v_V, {}, {1e-13, 20000});
    check_currents(state, CrossbarTruth(x, {}, law).solve(v_V), 1e-10);
  }
}

TEST_CASE("line-Newton sweeps survive drops that overflow a sinh") {
  Crossbar x = uniform(6, 6, 1e-9, 50);
  const std::vector<double> v_V{2, -2, 5, 0, 1, -5};
  for (const double beta_per_V : {20.0, 100.0, 1e4}) {
    CAPTURE(beta_per_V);
    const ArrayState state = LineSweeps(x, {Sinh{beta_per_V}, 1e3, {}}).solve(v_V, {}, {1e-10, 20000});
    CHECK(std::isfinite(state.status.residual));
    CHECK(state.status.converged);
    CHECK(largest(state.row_V) <= 5);
    CHECK(largest(state.column_V) <= 5);
    const ArrayState bare = LineSweeps(x, {Sinh{beta_per_V}, 0, {}}).solve(v_V, {}, {1e-10, 2000});
    CHECK(std::isfinite(bare.status.residual));
    CHECK(std::isfinite(largest(bare.row_V)));
  }
}

TEST_CASE("device laws: slopes, series resistance and inverses") {
  for (const double beta_per_V : {0.1, 3.0, 40.0})
    for (const double ohm : {1e-3, 1.0, 1e4, 1e9})
      for (const double drop_V : {-3.0, -1e-6, 0.0, 1e-3, 0.4, 8.0}) {
        CAPTURE(beta_per_V);
        CAPTURE(ohm);
        CAPTURE(drop_V);
        const InSeries<Sinh, SeriesResistor> law{{beta_per_V}, {ohm}};
        const OperatingPoint p = law.at(5e-6, drop_V);
        CHECK(std::abs(law.drop_V(5e-6, p.current_A) - drop_V) <= 1e-12 * std::abs(drop_V));
        const double h = 1e-5 * std::max(std::abs(drop_V), 1e-3) / std::max(1.0, beta_per_V);
        const double slope = (law.at(5e-6, drop_V + h).current_A - law.at(5e-6, drop_V - h).current_A) / (2 * h);
        CHECK(slope == doctest::Approx(p.slope_S).epsilon(1e-5).scale(1e-30));
      }
  const OperatingPoint ohmic = InSeries<Ohmic, SeriesResistor>{{}, {1e4}}.at(50e-6, 0.3);
  CHECK(ohmic.current_A == doctest::Approx(0.3 / 30e3).epsilon(1e-15).scale(1e-30));
  CHECK(InSeries<Sinh, SeriesResistor>{{3}, {1e4}}.at(0, 0.3).current_A == 0);
  CHECK(std::isfinite(Sinh{1e3}.at(1e-3, 1e3).current_A));
  CHECK(Sinh{1e3}.drop_V(1e-3, Sinh{1e3}.at(1e-3, 7).current_A) == doctest::Approx(7).epsilon(1e-12));
}

TEST_CASE("line-Newton sweeps: the reference case of sinh devices, also solved by ngspice") {
  const auto path = std::filesystem::path(BITLINE_SOURCE_DIR) / "../shared/reference/irdrop/c14_8x8_sinh.json";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: the reference file c14_8x8_sinh.json is not beside this source tree");
    return;
  }
  const auto reference = nlohmann::json::parse(std::ifstream(path));
  const double ohm = reference["r_w"];
  Crossbar x = uniform(reference["m"], reference["n"], 0, ohm);
  x.lines.column_ohm = {reference["r_b"].get<double>()};
  for (int k = 0; k < x.rows * x.columns; ++k) x.g_S[k] = reference["G"][k / x.columns][k % x.columns];
  // The reference counts the first row segment and the last column segment within the driver and sense resistances.
  REQUIRE(reference["R_in"][0] == ohm);
  REQUIRE(reference["R_out"][0] == ohm);
  const LineSweeps sweeps(x, {Sinh{reference["sinh_beta"].get<double>()}, 0, {}});
  for (std::size_t q = 0; q < reference["V"].size(); ++q) {
    const ArrayState state = sweeps.solve(reference["V"][q].get<std::vector<double>>());
    CHECK(state.status.converged);
    const auto truth = reference["I_out"][q].get<std::vector<double>>();
    CHECK(largest_difference(state.sense_A, truth) < 1e-12 * largest(truth));
    if (q > 0) continue;
    for (int k = 0; k < x.rows * x.columns; ++k) {
      CHECK(std::abs(state.row_V[k] - reference["u_first_vector"][k / x.columns][k % x.columns].get<double>()) < 1e-12);
      CHECK(std::abs(state.column_V[k] - reference["v_first_vector"][k / x.columns][k % x.columns].get<double>()) <
            1e-12);
    }
  }
}

TEST_CASE("line sweeps say what is wrong with their input") {
  const Crossbar good = uniform(2, 3, 1e-6, 1);
  Crossbar bad = good;
  bad.g_S[4] = -1;
  CHECK_THROWS_WITH_AS(LineSweeps{bad}, doctest::Contains("row 1, column 1"), InputError);
  CHECK_THROWS_WITH_AS(LineSweeps(good, {Sinh{0}, 0, {}}), doctest::Contains("beta"), InputError);
  CHECK_THROWS_WITH_AS(LineSweeps(good, {Ohmic{}, 0, Selector{0, {20}}}), doctest::Contains("selector"), InputError);
  CHECK_THROWS_WITH_AS(LineSweeps(good, {Ohmic{}, -1, {}}), doctest::Contains("access resistance"), InputError);
  const LineSweeps sweeps(good);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(sweeps.solve(std::vector{0.1}), doctest::Contains("1 source voltages for 2 rows"), InputError);
  CHECK_THROWS_WITH_AS(sweeps.solve(std::vector{0.1, nan}), doctest::Contains("row 1 is nan"), InputError);
  CHECK_THROWS_WITH_AS(sweeps.solve(std::vector{0.1, 0.1}, std::vector<std::uint8_t>{1}), doctest::Contains("1 gates"),
                       InputError);
}

}  // namespace bitline::line_sweeps_test
