// SPDX-License-Identifier: Apache-2.0
// The effective matrix and the node voltages of crossbars against nodal analysis and the laws of circuits.
#include "array/wires/reduction.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/array/crossbar_network.h"
#include "tests/array/random_crossbar.h"
#include "tests/device/worst.h"

namespace bitline::reduction_test {
using namespace device;
using namespace array;

namespace bitline {
namespace {

using test::Draws;

double relative(double ours, double exact) {
  // Below this the 50 digits of the oracle, relative to 1 V and the largest conductance, are used up.
  if (std::abs(exact) < 1e-30) return std::abs(ours) < 1e-30 ? 0 : 1;
  return std::abs((ours - exact) / exact);
}

TEST_CASE("every entry agrees with nodal analysis in 50 digits, over 12 orders of magnitude of resistance") {
  double worst_transfer = 0, worst_source = 0, worst_voltage = 0;
  constexpr std::uint32_t circuits = 200;
  for (std::uint32_t seed = 0; seed < circuits; ++seed) {
    Draws draw(seed);
    const Crossbar c = test::wild_crossbar(draw, draw.integer(1, 6), draw.integer(1, 6), {});
    const test::CrossbarTruth nodal(c, {}, {}, test::Digits::fifty);
    const EffectiveMatrix e = effective_matrix(c, true);
    const NodeVoltages voltages(c);
    const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
    std::vector<double> row_V(m * n), column_V(m * n);
    for (std::size_t i = 0; i < m; ++i) {
      std::vector<double> v(m, 0);
      v[i] = 1;
      const test::CrossbarAnswer exact = nodal.solve(v);
      voltages.solve(v, row_V, column_V);
      for (std::size_t j = 0; j < n; ++j)
        test::keep_worst(worst_transfer, relative(e.transfer_S[i * n + j], exact.sense_A[j]));
      for (std::size_t k = 0; k < m; ++k)
        test::keep_worst(worst_source, relative(e.source_S[i * m + k], exact.driver_A[k]));
      for (std::size_t k = 0; k < m * n; ++k) {
        test::keep_worst(worst_voltage, {relative(row_V[k], exact.row_V[k]), relative(column_V[k], exact.column_V[k])});
      }
    }
    CHECK(voltages.effective().transfer_S == e.transfer_S);
  }
  MESSAGE(circuits << " circuits, worst relative errors: transfer " << worst_transfer << ", source " << worst_source
                   << ", voltages " << worst_voltage);
  CHECK(worst_transfer < 1e-14);
  CHECK(worst_source < 1e-14);
  CHECK(worst_voltage < 1e-14);
}

Crossbar moderate(Draws& draw, int rows, int columns, bool far) {
  test::Spread spread{.lowest_ohm = 0.1, .highest_ohm = 100, .zero = 0, .broken = 0, .far = far};
  return test::wild_crossbar(draw, rows, columns, spread);
}

TEST_CASE("larger crossbars agree with a sparse factorization") {
  Draws draw(7);
  for (const auto& [rows, columns] : {std::pair{16, 16}, {17, 40}, {130, 21}, {64, 64}, {5, 200}}) {
    for (const bool far : {false, true}) {
      const Crossbar c = moderate(draw, rows, columns, far);
      const auto m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
      const std::vector<double> v = draw.voltages(rows, 1);
      const test::CrossbarAnswer expected = test::CrossbarTruth(c).solve(v);
      std::vector<double> row_V(m * n), column_V(m * n);
      NodeVoltages(c).solve(v, row_V, column_V);
      double worst = 0;
      for (std::size_t k = 0; k < m * n; ++k)
        test::keep_worst(worst, {std::abs(row_V[k] - expected.row_V[k]), std::abs(column_V[k] - expected.column_V[k])});
      CHECK(worst < 1e-11);  // of 1 V
    }
  }
}

TEST_CASE("Kirchhoff's current law, power balance and superposition") {
  Draws draw(11);
  for (int trial = 0; trial < 12; ++trial) {
    const Crossbar c = moderate(draw, draw.integer(1, 50), draw.integer(1, 50), trial % 2 == 1);
    const test::CrossbarNetwork t(c);
    const test::Network& network = t.network();
    const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
    const NodeVoltages voltages(c);
    std::vector<double> v = draw.voltages(3 * c.rows, 1);
    for (std::size_t i = 0; i < m; ++i) v[2 * m + i] = v[i] + v[m + i];
    std::vector<double> row_V(3 * m * n), column_V(3 * m * n);
    voltages.solve(v, row_V, column_V);
    double superposition = 0;
    for (std::size_t k = 0; k < m * n; ++k)
      test::keep_worst(superposition, std::abs(row_V[k] + row_V[m * n + k] - row_V[2 * m * n + k]));
    CHECK(superposition < 1e-14);

    // The first vector's currents at every node.
    std::vector<double> node_V(row_V.begin(), row_V.begin() + static_cast<std::ptrdiff_t>(m * n));
    node_V.insert(node_V.end(), column_V.begin(), column_V.begin() + static_cast<std::ptrdiff_t>(m * n));
    node_V.insert(node_V.end(), v.begin(), v.begin() + static_cast<std::ptrdiff_t>(m));
    node_V.resize(static_cast<std::size_t>(network.nodes()), 0);
    std::vector<double> sum(node_V.size(), 0), rounding(node_V.size(), 0);
    double dissipated_W = 0;
    for (const auto& r : network.elements()) {
      const double siemens = r.ohm > 0 ? 1 / r.ohm : r.g_S;
      const double a_V = node_V[static_cast<std::size_t>(r.a)], b_V = node_V[static_cast<std::size_t>(r.b)];
      const double current = (a_V - b_V) * siemens;
      sum[static_cast<std::size_t>(r.a)] += current;
      sum[static_cast<std::size_t>(r.b)] -= current;
      for (int node : {r.a, r.b}) rounding[static_cast<std::size_t>(node)] += (std::abs(a_V) + std::abs(b_V)) * siemens;
      dissipated_W += current * (a_V - b_V);
    }
    // In units of what rounding the voltages to doubles makes of a current. A dozen joins add up to 100 terms each, and
    // each term rounds twice: 50 such errors at random, four times as many in the worst of all nodes.
    double worst = 0;
    for (std::size_t k = 0; k < 2 * m * n; ++k)
      if (rounding[k] != 0) test::keep_worst(worst, std::abs(sum[k]) / (rounding[k] * 0x1p-53));
    CHECK(worst < 200);

    const std::span<const double> first(v.data(), m);
    CHECK(source_power_W(voltages.effective(), first) == doctest::Approx(dissipated_W).epsilon(1e-10));
    // Sense currents from the matrix are those of the nodes.
    double largest = 0, difference = 0;
    for (std::size_t j = 0; j < n; ++j) {
      double current = 0;
      for (std::size_t i = 0; i < m; ++i) current += v[i] * voltages.effective().transfer_S[i * n + j];
      test::keep_worst(largest, std::abs(current));
      test::keep_worst(difference, std::abs(current + sum[static_cast<std::size_t>(t.sense(static_cast<int>(j)))]));
    }
    CHECK(difference <= 1e-9 * largest);
  }
}

TEST_CASE("reciprocity: rows and columns may change places") {
  Draws draw(13);
  for (int trial = 0; trial < 10; ++trial) {
    const Crossbar c = test::wild_crossbar(draw, draw.integer(1, 40), draw.integer(1, 40), {});
    // Seen from the sense ends: the last row comes first from the left, the first column last from the top.
    Crossbar turned{c.columns, c.rows, std::vector<double>(c.g_S.size()), {}};
    const auto m = static_cast<std::size_t>(c.rows), n = static_cast<std::size_t>(c.columns);
    const auto turn = [&](const std::vector<double>& list) {
      if (list.size() == 1) return list;
      std::vector<double> out(list.size());
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) out[(n - 1 - j) * m + (m - 1 - i)] = list[i * n + j];
      return out;
    };
    const auto reverse = [](std::vector<double> list) {
      std::reverse(list.begin(), list.end());
      return list;
    };
    turned.g_S = m * n == 1 ? c.g_S : turn(c.g_S);
    turned.lines.row_ohm = turn(c.lines.column_ohm);
    turned.lines.column_ohm = turn(c.lines.row_ohm);
    turned.lines.driver_ohm = reverse(c.lines.sense_ohm);
    turned.lines.sense_ohm = reverse(c.lines.driver_ohm);
    turned.lines.driver_far_ohm = reverse(c.lines.sense_far_ohm);
    turned.lines.sense_far_ohm = reverse(c.lines.driver_far_ohm);
    const EffectiveMatrix a = effective_matrix(c), b = effective_matrix(turned);
    const std::vector<double> expected = m * n == 1 ? a.transfer_S : turn(a.transfer_S);
    double worst = 0;
    for (std::size_t k = 0; k < expected.size(); ++k)
      if (expected[k] != 0 || b.transfer_S[k] != 0)
        test::keep_worst(worst, std::abs(b.transfer_S[k] - expected[k]) / expected[k]);
    CHECK(worst < 1e-11);
  }
}

TEST_CASE("without resistance the matrix is the conductances to the bit, and it tends to them") {
  Draws draw(17);
  Crossbar c = test::wild_crossbar(draw, 20, 30, {});
  c.lines = {};
  const EffectiveMatrix ideal = effective_matrix(c, true);
  CHECK(ideal.transfer_S == c.g_S);
  double power_W = 0;
  const std::vector<double> v = draw.voltages(20, 1);
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = 0; j < 30; ++j) power_W += v[i] * v[i] * c.g_S[i * 30 + j];
  CHECK(source_power_W(ideal, v) == doctest::Approx(power_W).epsilon(1e-13));

  double before = 1;
  for (double ohm = 1; ohm > 1e-9; ohm /= 100) {
    c.lines.row_ohm = c.lines.column_ohm = {ohm};
    const EffectiveMatrix e = effective_matrix(c);
    double difference = 0, largest = 0;
    for (std::size_t k = 0; k < c.g_S.size(); ++k)
      test::keep_worst(difference, std::abs(e.transfer_S[k] - c.g_S[k])), test::keep_worst(largest, c.g_S[k]);
    CHECK(difference / largest < before);
    before = difference / largest / 50;  // linear in the resistance, so nearly 100 times less at the next
  }
}

TEST_CASE("open arrays carry exactly nothing") {
  Crossbar c{3, 4, std::vector<double>(12, 0), {}};
  c.lines.row_ohm = c.lines.column_ohm = {2};
  const EffectiveMatrix e = effective_matrix(c, true);
  CHECK(e.transfer_S == std::vector<double>(12, 0));
  CHECK(e.source_S == std::vector<double>(9, 0));
}

TEST_CASE("wrong circuits are refused with the part and the place") {
  const Crossbar good{2, 3, std::vector<double>(6, 1e-6), {}};
  const auto refuses = [](Crossbar c, const char* part) {
    try {
      effective_matrix(c);
      return false;
    } catch (const InputError& e) {
      return std::string(e.what()).find(part) != std::string::npos;
    }
  };
  const auto with = [&](auto change) {
    Crossbar c = good;
    change(c);
    return c;
  };
  CHECK(refuses(with([](Crossbar& c) { c.rows = 0; }), "rows"));
  CHECK(refuses(with([](Crossbar& c) { c.g_S.pop_back(); }), "5 values"));
  CHECK(refuses(with([](Crossbar& c) { c.g_S[4] = -1; }), "row 1, column 1"));
  CHECK(refuses(with([](Crossbar& c) { c.g_S[4] = std::nan(""); }), "row 1, column 1"));
  CHECK(refuses(with([](Crossbar& c) { c.lines.row_ohm = {-1}; }), "row segments"));
  CHECK(refuses(with([](Crossbar& c) { c.lines.column_ohm = {1, 2}; }), "column segments"));
  CHECK(refuses(with([](Crossbar& c) { c.lines.driver_ohm = {1, std::nan("")}; }), "row drivers"));
  CHECK(refuses(with([](Crossbar& c) { c.lines.sense_far_ohm = {1, 2}; }), "far column sense nodes"));
  CHECK(refuses(with([](Crossbar& c) { c.rows = 20000, c.g_S.assign(60000, 0); }), "16384"));
}

}  // namespace
}  // namespace bitline

}  // namespace bitline::reduction_test
