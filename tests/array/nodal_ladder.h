// SPDX-License-Identifier: Apache-2.0
// Nodal analysis in 50 decimal digits, so that twelve decades of resistance leave an answer exact in double.
#pragma once

#include <doctest/doctest.h>

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#include <utility>
#include <vector>

namespace bitline::test {

using Big = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

// A circuit of resistors whose first nodes have given voltages: 0 = ground, 1 = +1 V, 2 = -1 V.
struct Circuit {
  struct Resistor {
    int a, b;
    Big siemens;
  };
  std::vector<int> joined{0, 1, 2};
  std::vector<Resistor> resistors;

  int node() {
    joined.push_back(static_cast<int>(joined.size()));
    return joined.back();
  }
  int root(int n) const { return joined[n] == n ? n : root(joined[n]); }
  void wire(int a, int b, double ohm) {
    if (ohm > 0)
      resistors.push_back({a, b, 1 / Big(ohm)});
    else if (root(a) != root(b))
      joined[std::max(root(a), root(b))] = std::min(root(a), root(b));
  }

  // Voltages of all nodes with the given source voltages.
  std::vector<Big> solve(int plus, int minus) const {
    std::vector<Big> v(joined.size());
    v[1] = plus, v[2] = minus;
    std::vector<int> unknown(joined.size(), -1);
    int size = 0;
    for (std::size_t n = 3; n < joined.size(); ++n)
      if (joined[n] == static_cast<int>(n)) unknown[n] = size++;
    Eigen::SparseMatrix<Big> y(size, size);
    std::vector<Eigen::Triplet<Big>> entries;
    Eigen::Matrix<Big, Eigen::Dynamic, 1> from_sources = Eigen::Matrix<Big, Eigen::Dynamic, 1>::Zero(size);
    for (const Resistor& e : resistors)
      for (const auto& [near, far] : {std::pair{root(e.a), root(e.b)}, std::pair{root(e.b), root(e.a)}}) {
        if (unknown[near] < 0) continue;
        entries.emplace_back(unknown[near], unknown[near], e.siemens);
        if (unknown[far] >= 0)
          entries.emplace_back(unknown[near], unknown[far], -e.siemens);
        else
          from_sources[unknown[near]] += e.siemens * v[far];
      }
    y.setFromTriplets(entries.begin(), entries.end());
    const Eigen::SimplicialLDLT<Eigen::SparseMatrix<Big>> factor(y);
    REQUIRE(factor.info() == Eigen::Success);
    const Eigen::Matrix<Big, Eigen::Dynamic, 1> solved = factor.solve(from_sources);
    for (std::size_t n = 0; n < v.size(); ++n)
      if (const int u = unknown[root(static_cast<int>(n))]; u >= 0) v[n] = solved[u];
    for (std::size_t n = 0; n < v.size(); ++n) v[n] = v[root(static_cast<int>(n))];
    return v;
  }

  // Current that flows out of a node with a given voltage.
  Big out_of(int source, const std::vector<Big>& v) const {
    Big sum = 0;
    for (const Resistor& e : resistors)
      sum += (v[e.a] - v[e.b]) * e.siemens * ((root(e.a) == source) - (root(e.b) == source));
    return sum;
  }
};

}  // namespace bitline::test
