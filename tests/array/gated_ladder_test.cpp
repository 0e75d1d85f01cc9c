// SPDX-License-Identifier: Apache-2.0
// Gated ladders against nodal analysis in 50 decimal digits, against power balance, and against reference
// cases where they are at hand.
#include "array/wires/gated_ladder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/array/draws.h"
#include "tests/array/network.h"
#include "tests/device/worst.h"

namespace bitline::gated_ladder_test {
using namespace array;

namespace {

using Bits = std::vector<std::int8_t>;

test::Draws draws(std::uint32_t instance) { return test::Draws(11, instance); }

// What a column should show: currents into ground that each source alone causes, and power of both.
struct Column {
  double plus, minus, power;
  std::vector<double> supply, supply_minus, bit;
};

Column solve_column(const GatedLadder& l, const Bits& x, int column) {
  test::Network circuit;
  const int plus = circuit.held_node(), minus = circuit.held_node(), ground = circuit.held_node();
  std::vector<int> p, n, b;
  for (int i = 0; i < l.rows; ++i) {
    p.push_back(circuit.node());
    n.push_back(circuit.node());
    b.push_back(circuit.node());
  }
  for (const auto& [source, nodes] : {std::pair{plus, &p}, {minus, &n}}) {
    const int between = circuit.node();
    circuit.resistor(source, between, l.supply_ohm);
    circuit.resistor(between, nodes->front(), l.supply_segment_ohm);
    for (int i = 1; i < l.rows; ++i) circuit.resistor((*nodes)[i - 1], (*nodes)[i], l.supply_segment_ohm);
  }
  for (int i = 1; i < l.rows; ++i) circuit.resistor(b[i - 1], b[i], l.bit_segment_ohm);
  const int end = circuit.node();
  circuit.resistor(b.back(), end, l.bit_segment_ohm);
  circuit.resistor(end, ground, l.sense_ohm);
  std::vector<int> on_plus, on_minus, all;
  for (int i = 0; i < l.rows; ++i) {
    const auto device = [&](double g, bool positive) {
      if (g == 0 || x[i] == 0) return;
      all.push_back(circuit.device(positive ? p[i] : n[i], b[i], g, {.access_ohm = l.access_ohm}));
      (positive ? on_plus : on_minus).push_back(all.back());
    };
    const std::size_t cell = static_cast<std::size_t>(i) * l.columns + column;
    device(l.g_S[cell], x[i] > 0);
    if (!l.g_minus_S.empty()) device(l.g_minus_S[cell], x[i] < 0);
  }
  const int into_ground = circuit.meter(all), from_plus = circuit.meter(on_plus), from_minus = circuit.meter(on_minus);
  const auto solver = test::nodal_solver(circuit, test::Digits::fifty);
  const auto solve = [&](double plus_V, double minus_V) { return solver->solve(std::vector{plus_V, minus_V, 0.0}); };
  const test::NetworkAnswer both = solve(1, -1);
  Column result{solve(1, 0).meter_A[into_ground],
                solve(0, 1).meter_A[into_ground],
                both.meter_A[from_plus] - both.meter_A[from_minus],
                {},
                {},
                {}};
  for (int i = 0; i < l.rows; ++i) {
    result.supply.push_back(both.node_V[p[i]]);
    result.supply_minus.push_back(both.node_V[n[i]]);
    result.bit.push_back(both.node_V[b[i]]);
  }
  return result;
}

// Resistances over 12 decades, every third wire 0 ohm, every fifth device open.
GatedLadder wild_ladder(test::Draws& draw, bool minus) {
  GatedLadder l;
  l.rows = 1 + draw.below(24);
  l.columns = 1 + draw.below(9);
  const auto wire = [&] { return draw.uniform() < 1.0 / 3 ? 0 : draw.log_uniform(1e-6, 1e6); };
  l.supply_segment_ohm = wire();
  l.bit_segment_ohm = wire();
  l.supply_ohm = wire();
  l.sense_ohm = wire();
  l.access_ohm = wire();
  const auto conductances = [&] {
    std::vector<double> g(static_cast<std::size_t>(l.rows) * l.columns);
    for (double& v : g) v = draw.uniform() < 0.2 ? 0 : draw.log_uniform(1e-9, 1e3);
    return g;
  };
  l.g_S = conductances();
  if (minus) l.g_minus_S = conductances();
  return l;
}

// 1 to 100 uS and wires of a few ohm.
GatedLadder usual_ladder(int rows, int columns, bool minus, std::uint32_t instance) {
  test::Draws draw = draws(instance);
  GatedLadder l;
  l.rows = rows, l.columns = columns;
  l.supply_segment_ohm = 1.2, l.bit_segment_ohm = 0.8, l.supply_ohm = 20, l.sense_ohm = 30, l.access_ohm = 5000;
  for (int k = 0; k < rows * columns; ++k) l.g_S.push_back(draw.log_uniform(1e-6, 1e-4));
  for (int k = 0; minus && k < rows * columns; ++k) l.g_minus_S.push_back(draw.log_uniform(1e-6, 1e-4));
  return l;
}

// Largest differences of currents and powers from nodal analysis, relative to the currents of both sources and to the
// power of that column. A column without a device that is on must be exactly 0.
struct Differences {
  double current = 0, power = 0;
};

template <class Real>
void compare(const GatedLadder& l, const Bits& x, Differences& worst) {
  const LadderSolver<Real> solver(l);
  std::vector<Real> currents(static_cast<std::size_t>(l.columns)), powers(currents.size());
  solver.currents_S(x, 0, currents, powers);
  for (int c = 0; c < l.columns; ++c) {
    const Column expected = solve_column(l, x, c);
    const double both = expected.plus + expected.minus;
    if (both == 0) {
      CHECK(currents[c] == 0);
      CHECK(powers[c] == 0);
      continue;
    }
    const double difference = std::abs(currents[c] - (expected.plus - expected.minus)) / both;
    const double power = std::abs(powers[c] / expected.power - 1);
    test::keep_worst(worst.current, difference);
    test::keep_worst(worst.power, power);
  }
}

void check_accuracy(const Differences& in_double, const Differences& in_float) {
  MESSAGE("double " << in_double.current << " " << in_double.power << ", float " << in_float.current << " "
                    << in_float.power);
  CHECK(in_double.current < 2e-14);
  CHECK(in_double.power < 2e-14);
  CHECK(in_float.current < 3e-6);
  CHECK(in_float.power < 3e-6);
}

}  // namespace

TEST_CASE("A gated ladder's currents and power are those of nodal analysis over twelve decades of resistance") {
  for (const bool minus : {false, true}) {
    Differences in_double, in_float;
    for (std::uint32_t k = 0; k < 150; ++k) {
      test::Draws draw = draws(100 + k);
      const GatedLadder l = wild_ladder(draw, minus);
      const Bits x = draw.input(l.rows, draw.uniform(), minus);
      compare<double>(l, x, in_double);
      compare<float>(l, x, in_float);
    }
    check_accuracy(in_double, in_float);
  }
}

TEST_CASE("A gated ladder of an array's full height is as exact") {
  for (const bool minus : {false, true}) {
    const GatedLadder l = usual_ladder(576, 3, minus, 1);
    Differences in_double, in_float;
    for (std::uint32_t k = 0; k < 2; ++k) {
      const Bits x = draws(40 + k).input(l.rows, 0.5, minus);
      compare<double>(l, x, in_double);
      compare<float>(l, x, in_float);
    }
    check_accuracy(in_double, in_float);
  }
}

TEST_CASE("A gated ladder whose voltages fall by a millionth from row to row is as exact") {
  // Hundreds of decades from one end to the other: more than a product of transfer matrices can hold.
  GatedLadder l;
  l.rows = 80, l.columns = 2;
  l.g_S.assign(160, 1);
  for (std::size_t k = 0; k < l.g_S.size(); k += 3) l.g_S[k] = 0.5;
  Bits x(80, 1);
  x[17] = x[40] = x[41] = 0;
  for (const auto& [supply_ohm, bit_ohm] : {std::pair{1e6, 1e6}, {1e6, 0.0}, {0.0, 1e6}, {2e3, 1e6}}) {
    l.supply_segment_ohm = supply_ohm, l.bit_segment_ohm = bit_ohm;
    Differences in_double, in_float;
    compare<double>(l, x, in_double);
    compare<float>(l, x, in_float);
    check_accuracy(in_double, in_float);
  }
}

TEST_CASE("Without wire resistance a gated ladder's current is the plain sum of its conductances") {
  for (const bool minus : {false, true}) {
    GatedLadder l = usual_ladder(64, 40, minus, 2);
    l.supply_segment_ohm = l.bit_segment_ohm = l.supply_ohm = l.sense_ohm = l.access_ohm = 0;
    const Bits x = draws(5).input(l.rows, 0.5, minus);
    std::vector<double> currents(40), powers(40);
    const LadderSolver<double> solver(l);
    solver.currents_S(x, 0, currents, powers);
    for (int c = 0; c < l.columns; ++c) {
      // Two wires are scanned from the sense end, one from the supply.
      double plus = 0, other = 0;
      for (int k = 0; k < l.rows; ++k) {
        const int row = minus ? l.rows - 1 - k : k;
        const std::size_t cell = static_cast<std::size_t>(row) * l.columns + c;
        if (x[row] == 0) continue;
        plus += x[row] > 0 ? l.g_S[cell] : l.g_minus_S[cell];
        if (minus) other += x[row] > 0 ? l.g_minus_S[cell] : l.g_S[cell];
      }
      CHECK(currents[c] == plus - other);
      CHECK(powers[c] == plus + other);
    }
    const LadderVoltages v = ladder_voltages(l, x);
    for (std::size_t k = 0; k < l.g_S.size(); ++k) {
      CHECK(v.supply[k] == 1);
      CHECK(v.bit[k] == 0);
      if (minus) CHECK(v.supply_minus[k] == -1);
    }
  }
}

TEST_CASE("Node voltages of a gated ladder are those of nodal analysis") {
  for (const bool minus : {false, true}) {
    double worst = 0;
    for (std::uint32_t k = 0; k < 60; ++k) {
      test::Draws draw = draws(500 + k);
      const GatedLadder l = wild_ladder(draw, minus);
      const Bits x = draw.input(l.rows, draw.uniform(), minus);
      const LadderVoltages v = ladder_voltages(l, x);
      CHECK(v.supply_minus.size() == l.g_minus_S.size());
      for (int c = 0; c < l.columns; ++c) {
        const Column expected = solve_column(l, x, c);
        for (int i = 0; i < l.rows; ++i) {
          const std::size_t cell = static_cast<std::size_t>(i) * l.columns + c;
          test::keep_worst(worst,
                           {std::abs(v.supply[cell] - expected.supply[i]), std::abs(v.bit[cell] - expected.bit[i])});
          if (minus) test::keep_worst(worst, std::abs(v.supply_minus[cell] - expected.supply_minus[i]));
        }
      }
    }
    MESSAGE("volts per volt " << worst);
    CHECK(worst < 1e-13);
  }
}

TEST_CASE("Every resistor of a gated ladder together dissipates what its supplies deliver") {
  for (const bool minus : {false, true}) {
    const GatedLadder l = usual_ladder(48, 9, minus, 3);
    const Bits x = draws(6).input(l.rows, 0.6, minus);
    std::vector<double> currents(9), powers(9);
    LadderSolver<double>(l).currents_S(x, 0, currents, powers);
    const LadderVoltages v = ladder_voltages(l, x);
    for (std::size_t c = 0; c < 9; ++c) {
      double dissipated = 0, into_bit_line = 0;
      double p_above = 1, n_above = -1;
      for (std::size_t i = 0; i < static_cast<std::size_t>(l.rows); ++i) {
        const std::size_t cell = i * 9 + c;
        const double b = v.bit[cell];
        const double supply_ohm = l.supply_segment_ohm + (i == 0 ? l.supply_ohm : 0);
        const auto device = [&](double g, double supply) {
          if (x[i] == 0) return;
          const double siemens = 1 / (1 / g + l.access_ohm);
          dissipated += siemens * (supply - b) * (supply - b);
          into_bit_line += siemens * (supply - b);
        };
        const double n = minus ? v.supply_minus[cell] : 0;
        device(l.g_S[cell], x[i] > 0 ? v.supply[cell] : n);
        if (minus) device(l.g_minus_S[cell], x[i] > 0 ? n : v.supply[cell]);
        dissipated += (p_above - v.supply[cell]) * (p_above - v.supply[cell]) / supply_ohm;
        if (minus) dissipated += (n_above - n) * (n_above - n) / supply_ohm;
        const double next = i + 1 < static_cast<std::size_t>(l.rows) ? v.bit[cell + 9] : 0;
        const double bit_ohm = l.bit_segment_ohm + (next == 0 ? l.sense_ohm : 0);
        dissipated += (b - next) * (b - next) / bit_ohm;
        CHECK((b - next) / bit_ohm == doctest::Approx(into_bit_line).epsilon(1e-9));  // current law at every bit node
        p_above = v.supply[cell], n_above = n;
      }
      CHECK(std::abs(into_bit_line - currents[c]) < 1e-12 * powers[c]);
      CHECK(std::abs(dissipated / powers[c] - 1) < 1e-11);
    }
  }
}

TEST_CASE("Exchanging a two-wire ladder's devices, or its input's signs, turns the current around") {
  const GatedLadder l = usual_ladder(70, 20, true, 4);
  GatedLadder exchanged = l;
  std::swap(exchanged.g_S, exchanged.g_minus_S);
  Bits x = draws(7).input(l.rows, 0.7, true), opposite = x;
  for (auto& v : opposite) v = static_cast<std::int8_t>(-v);
  std::vector<double> a(20), b(20), c(20), a_power(20), b_power(20);
  LadderSolver<double>(l).currents_S(x, 0, a, a_power);
  LadderSolver<double>(l).currents_S(opposite, 0, b, b_power);
  LadderSolver<double>(exchanged).currents_S(x, c);
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(a[k] != 0);
    CHECK(std::abs(a[k] + b[k]) < 1e-14 * a_power[k]);
    CHECK(c[k] == b[k]);
    CHECK(std::abs(a_power[k] / b_power[k] - 1) < 1e-14);
  }
}

TEST_CASE("A ladder's column has the same bits whatever other columns are asked for") {
  for (const bool minus : {false, true}) {
    const GatedLadder l = usual_ladder(33, 77, minus, 5);
    const Bits x = draws(8).input(l.rows, 0.5, minus);
    const LadderSolver<float> solver(l);
    std::vector<float> all(77), all_power(77);
    solver.currents_S(x, 0, all, all_power);
    for (const auto& [first, count] : {std::pair{0, 1}, {5, 40}, {31, 2}, {64, 13}, {76, 1}, {77, 0}, {3, 0}}) {
      std::vector<float> some(static_cast<std::size_t>(count)), power(some.size());
      solver.currents_S(x, first, some, power);
      for (int k = 0; k < count; ++k) {
        CHECK(some[k] == all[first + k]);
        CHECK(power[k] == all_power[first + k]);
      }
    }
  }
}

TEST_CASE("What is wrong with a ladder or its input is said") {
  const GatedLadder good = usual_ladder(3, 2, true, 6);
  const auto broken = [&](auto change) {
    GatedLadder l = good;
    change(l);
    CHECK_THROWS_AS(LadderSolver<double>{l}, InputError);
    CHECK_THROWS_AS(ladder_voltages(l, Bits(3, 1)), InputError);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (double GatedLadder::*const ohm : {&GatedLadder::supply_segment_ohm, &GatedLadder::bit_segment_ohm,
                                         &GatedLadder::supply_ohm, &GatedLadder::sense_ohm, &GatedLadder::access_ohm})
    for (const double value : {-1e-9, nan, infinity}) broken([&](GatedLadder& l) { l.*ohm = value; });
  for (const double value : {-1e-9, nan, infinity}) {
    broken([&](GatedLadder& l) { l.g_S[5] = value; });
    broken([&](GatedLadder& l) { l.g_minus_S[5] = value; });
  }
  broken([](GatedLadder& l) { l.g_S.pop_back(); });
  broken([](GatedLadder& l) { l.g_minus_S.pop_back(); });
  broken([](GatedLadder& l) { l.rows = 0; });
  broken([](GatedLadder& l) { l.columns = -1; });

  const LadderSolver<double> pair(good);
  GatedLadder one = good;
  one.g_minus_S.clear();
  const LadderSolver<double> single(one);
  std::vector<double> out(2), power(1), three(3);
  CHECK_NOTHROW(pair.currents_S(Bits{-1, 0, 1}, out));
  CHECK_THROWS_AS(single.currents_S(Bits{-1, 0, 1}, out), InputError);
  CHECK_THROWS_AS(ladder_voltages(one, Bits{-1, 0, 1}), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{2, 0, 1}, out), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{-2, 0, 1}, out), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{0, 1}, out), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{0, 1, 1}, three), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{0, 1, 1}, 1, out), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{0, 1, 1}, -1, out), InputError);
  CHECK_THROWS_AS(pair.currents_S(Bits{0, 1, 1}, 0, out, power), InputError);

  one.supply_ohm = 1e22;  // beyond float, not beyond double
  CHECK_THROWS_AS(LadderSolver<float>{one}, InputError);
  CHECK_NOTHROW(LadderSolver<double>{one});
  one.supply_ohm = 1e40;
  one.g_S.assign(6, 0);
  CHECK_THROWS_AS(LadderSolver<float>{one}, InputError);
  CHECK_NOTHROW(LadderSolver<double>{one});
  one.supply_ohm = 0;
  one.access_ohm = 0;
  one.g_S[0] = 1e40;
  CHECK_THROWS_AS(LadderSolver<float>{one}, InputError);
  one.supply_ohm = 1e300;
  CHECK_THROWS_AS(LadderSolver<double>{one}, InputError);
  CHECK_THROWS_AS(ladder_voltages(one, Bits(3, 1)), InputError);
}

TEST_CASE("A gated ladder of 64 x 16 is that of the reference solver") {
  const std::filesystem::path file =
      std::filesystem::path(BITLINE_SOURCE_DIR) / "../shared/reference/irdrop/c17_64x16_gated_ladder.json";
  if (!std::filesystem::exists(file)) {
    MESSAGE("not at hand: " << file.string());
    return;
  }
  std::ifstream stream(file);
  const auto reference = nlohmann::json::parse(stream);
  GatedLadder l;
  l.rows = reference["m"], l.columns = reference["n"];
  for (const auto& row : reference["G"])
    for (const double g : row) l.g_S.push_back(g);
  l.supply_segment_ohm = reference["r_s"], l.bit_segment_ohm = reference["r_b"];
  // The reference gives totals up to the first node of each line.
  l.supply_ohm = reference["R_supply"].get<double>() - l.supply_segment_ohm;
  l.sense_ohm = reference["R_out"].get<double>() - l.bit_segment_ohm;
  l.access_ohm = reference["R_on"];
  const double volts = reference["V_read"];
  const LadderSolver<double> solver(l);
  double largest = 0, worst = 0;
  std::vector<double> currents(16);
  for (std::size_t k = 0; k < reference["bits"].size(); ++k) {
    solver.currents_S(reference["bits"][k].get<Bits>(), currents);
    for (std::size_t c = 0; c < 16; ++c) {
      const double expected = reference["I_out"][k][c];
      test::keep_worst(largest, expected);
      test::keep_worst(worst, std::abs(volts * currents[c] - expected));
    }
  }
  REQUIRE(largest > 0);
  MESSAGE("relative to the largest current: " << worst / largest);
  CHECK(worst < 1e-12 * largest);
}

}  // namespace bitline::gated_ladder_test
