// SPDX-License-Identifier: Apache-2.0
// Random crossbars and an independent solution of them: dense nodal analysis in 50 digits, joined nodes made one.
#pragma once

#include <Eigen/Dense>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "array/wires/crossbar.h"
#include "base/random.h"

namespace bitline::test {

using Digits50 = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

// A stream of numbers named by a seed.
class Stream {
 public:
  explicit Stream(std::uint32_t seed) : random_(seed, 0) {}
  double uniform() { return random_.uniform4({.purpose = Purpose::test, .place = next_++})[0]; }
  int integer(int low, int high) { return low + static_cast<int>(uniform() * (high - low + 1)); }
  double log_uniform(double low, double high) { return low * std::exp(uniform() * std::log(high / low)); }
  bool chance(double p) { return uniform() < p; }

 private:
  Random random_;
  std::uint32_t next_ = 0;
};

struct Spread {
  double lowest_ohm = 1e-6, highest_ohm = 1e6;  // of wires
  double zero = 0.1, broken = 0.05;             // share of segments
  double open = 0.1;                            // share of devices; also the chance that a line is open
  bool far = true;
};

inline std::vector<double> resistances(Stream& s, std::size_t n, const Spread& spread, double broken) {
  std::vector<double> r(s.chance(0.3) ? 1 : n);
  for (double& x : r)
    x = s.chance(spread.zero) ? 0
        : s.chance(broken)    ? not_connected_ohm
                              : s.log_uniform(spread.lowest_ohm, spread.highest_ohm);
  return r;
}

inline Crossbar random_crossbar(Stream& s, int rows, int columns, const Spread& spread) {
  Crossbar c{rows, columns, {}, {}};
  const auto m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
  c.g_S.resize(m * n);
  for (double& g : c.g_S) g = s.chance(spread.open) ? 0 : s.log_uniform(1e-9, 1e-3);
  if (s.chance(spread.open)) std::fill_n(c.g_S.begin() + s.integer(0, rows - 1) * columns, n, 0.0);
  if (s.chance(spread.open))
    for (std::size_t i = 0, j = static_cast<std::size_t>(s.integer(0, columns - 1)); i < m; ++i) c.g_S[i * n + j] = 0;
  c.lines.row_ohm = resistances(s, m * n, spread, spread.broken);
  c.lines.column_ohm = resistances(s, m * n, spread, spread.broken);
  c.lines.driver_ohm = resistances(s, m, spread, spread.broken);
  c.lines.sense_ohm = resistances(s, n, spread, spread.broken);
  if (spread.far && s.chance(0.5)) c.lines.driver_far_ohm = resistances(s, m, spread, 0.3);
  if (spread.far && s.chance(0.5)) c.lines.sense_far_ohm = resistances(s, n, spread, 0.3);
  return c;
}

// Nodes: rows, columns, sources, sense nodes; every resistance of the circuit between two of them.
struct Resistor {
  int a, b;
  double ohm;
};
struct Resistors {
  int m, n;
  std::vector<Resistor> resistors;
  int row(int i, int j) const { return i * n + j; }
  int column(int i, int j) const { return m * n + i * n + j; }
  int source(int i) const { return 2 * m * n + i; }
  int sense(int j) const { return 2 * m * n + m + j; }
  int nodes() const { return 2 * m * n + m + n; }
};

inline Resistors circuit_of(const Crossbar& c) {
  Resistors t{c.rows, c.columns, {}};
  const Lines& l = c.lines;
  const auto join = [&](int a, int b, double ohm) {
    if (ohm < not_connected_ohm) t.resistors.push_back({a, b, ohm});
  };
  for (int i = 0; i < t.m; ++i)
    for (int j = 0; j < t.n; ++j) {
      const auto k = static_cast<std::size_t>(i * t.n + j);
      if (c.g_S[k] > 0) join(t.row(i, j), t.column(i, j), 1 / c.g_S[k]);
      if (j > 0) join(t.row(i, j - 1), t.row(i, j), at(l.row_ohm, k));
      if (i + 1 < t.m) join(t.column(i, j), t.column(i + 1, j), at(l.column_ohm, k));
    }
  for (int i = 0; i < t.m; ++i) {
    const auto row = static_cast<std::size_t>(i), first = row * static_cast<std::size_t>(t.n),
               last = first + static_cast<std::size_t>(t.n) - 1;
    join(t.source(i), t.row(i, 0), at(l.driver_ohm, row) + at(l.row_ohm, first));
    join(t.source(i), t.row(i, t.n - 1), at(l.driver_far_ohm, row) + at(l.row_ohm, last));
  }
  for (int j = 0; j < t.n; ++j) {
    const auto column = static_cast<std::size_t>(j);
    const auto last = static_cast<std::size_t>((t.m - 1) * t.n + j);
    join(t.column(t.m - 1, j), t.sense(j), at(l.sense_ohm, column) + at(l.column_ohm, last));
    join(t.column(0, j), t.sense(j), at(l.sense_far_ohm, column) + at(l.column_ohm, column));
  }
  return t;
}

// Each node's voltage for one volt at source `driven` and zero at all other terminals, and the current into every
// terminal's outside.
struct Solution {
  std::vector<Digits50> node_V;
  std::vector<Digits50> sense_A, source_A;  // into the ground behind a column, out of a source
};

class NodalAnalysis {
 public:
  explicit NodalAnalysis(const Crossbar& c) : t_(circuit_of(c)), group_(static_cast<std::size_t>(t_.nodes())) {
    std::iota(group_.begin(), group_.end(), 0);
    for (const auto& r : t_.resistors)
      if (r.ohm == 0) group_[static_cast<std::size_t>(find(r.a))] = find(r.b);
    // Islands without a terminal are at 0 V, as NodeVoltages has it.
    std::vector<int> island(group_.size());
    std::iota(island.begin(), island.end(), 0);
    for (const auto& r : t_.resistors) island[static_cast<std::size_t>(find(island, r.a))] = find(island, r.b);
    std::vector<bool> held(group_.size(), false);
    for (int k = 2 * t_.m * t_.n; k < t_.nodes(); ++k) held[static_cast<std::size_t>(find(island, k))] = true;
    std::vector<bool> terminal(group_.size(), false);
    for (int k = 2 * t_.m * t_.n; k < t_.nodes(); ++k) terminal[static_cast<std::size_t>(find(k))] = true;
    for (int k = 0; k < 2 * t_.m * t_.n; ++k)
      if (find(k) == k && !terminal[static_cast<std::size_t>(k)] && held[static_cast<std::size_t>(find(island, k))])
        unknown_.emplace(k, static_cast<int>(unknown_.size()));
    const auto size = static_cast<Eigen::Index>(unknown_.size());
    Eigen::Matrix<Digits50, -1, -1> y = Eigen::Matrix<Digits50, -1, -1>::Zero(size, size);
    for (const auto& r : t_.resistors) {
      if (find(r.a) == find(r.b)) continue;
      const Digits50 g = 1 / Digits50(r.ohm);
      const auto a = unknown_.find(find(r.a)), b = unknown_.find(find(r.b));
      if (a != unknown_.end()) y(a->second, a->second) += g;
      if (b != unknown_.end()) y(b->second, b->second) += g;
      if (a != unknown_.end() && b != unknown_.end()) y(a->second, b->second) -= g, y(b->second, a->second) -= g;
    }
    factors_.compute(y);
  }

  // Two terminals joined by 0 ohm cannot have different voltages.
  bool terminals_joined() const {
    std::map<int, int> seen;
    for (int k = 2 * t_.m * t_.n; k < t_.nodes(); ++k)
      if (!seen.emplace(find(k), k).second) return true;
    return false;
  }

  Solution drive(int driven) const {
    Eigen::Matrix<Digits50, -1, 1> right =
        Eigen::Matrix<Digits50, -1, 1>::Zero(static_cast<Eigen::Index>(unknown_.size()));
    const auto fixed_V = [&](int node) { return Digits50(find(node) == find(t_.source(driven)) ? 1 : 0); };
    for (const auto& r : t_.resistors) {
      if (find(r.a) == find(r.b)) continue;
      const auto a = unknown_.find(find(r.a)), b = unknown_.find(find(r.b));
      if (a != unknown_.end() && b == unknown_.end()) right(a->second) += fixed_V(r.b) / Digits50(r.ohm);
      if (b != unknown_.end() && a == unknown_.end()) right(b->second) += fixed_V(r.a) / Digits50(r.ohm);
    }
    const Eigen::Matrix<Digits50, -1, 1> v = factors_.solve(right);
    Solution s;
    for (int k = 0; k < t_.nodes(); ++k) {
      const auto u = unknown_.find(find(k));
      s.node_V.push_back(u == unknown_.end() ? fixed_V(k) : v(u->second));
    }
    s.sense_A.assign(static_cast<std::size_t>(t_.n), 0);
    s.source_A.assign(static_cast<std::size_t>(t_.m), 0);
    // Currents through 0 ohm are known only by what leaves the joined nodes otherwise.
    std::map<int, Digits50> out;
    for (const auto& r : t_.resistors) {
      if (find(r.a) == find(r.b)) continue;
      const Digits50 current =
          (s.node_V[static_cast<std::size_t>(r.a)] - s.node_V[static_cast<std::size_t>(r.b)]) / Digits50(r.ohm);
      out[find(r.a)] += current;
      out[find(r.b)] -= current;
    }
    for (int j = 0; j < t_.n; ++j) s.sense_A[static_cast<std::size_t>(j)] = -out[find(t_.sense(j))];
    for (int i = 0; i < t_.m; ++i) s.source_A[static_cast<std::size_t>(i)] = out[find(t_.source(i))];
    return s;
  }
  const Resistors& circuit() const { return t_; }

 private:
  static int find(const std::vector<int>& group, int k) {
    while (group[static_cast<std::size_t>(k)] != k) k = group[static_cast<std::size_t>(k)];
    return k;
  }
  int find(int k) const { return find(group_, k); }
  Resistors t_;
  std::vector<int> group_;
  std::map<int, int> unknown_;
  Eigen::PartialPivLU<Eigen::Matrix<Digits50, -1, -1>> factors_;
};

}  // namespace bitline::test
