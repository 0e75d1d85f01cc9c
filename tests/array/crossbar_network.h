// SPDX-License-Identifier: Apache-2.0
// A crossbar as a network to compare with, and how far answers lie apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "array/wires/crossbar.h"
#include "tests/array/network.h"

namespace bitline::test {

struct CrossbarAnswer {
  std::vector<double> sense_A, driver_A, row_V, column_V;
  double source_W = 0, dissipated_W = 0;
};

// Nodes: rows, columns, sources, sense nodes, then what lies within devices behind something in series. Each source
// and sense node is held; meters: the devices of each row, then of each column.
class CrossbarNetwork {
 public:
  // `gates`: 0 opens a row's devices; empty: all conduct.
  explicit CrossbarNetwork(const array::Crossbar& c, std::span<const std::uint8_t> gates = {},
                           const device::DeviceLaw& law = {});

  const Network& network() const { return network_; }
  int row(int i, int j) const { return i * n_ + j; }
  int column(int i, int j) const { return m_ * n_ + i * n_ + j; }
  int source(int i) const { return 2 * m_ * n_ + i; }
  int sense(int j) const { return 2 * m_ * n_ + m_ + j; }

 private:
  int m_, n_;
  Network network_;
};

// Solutions for any number of source voltages.
class CrossbarTruth {
 public:
  explicit CrossbarTruth(const array::Crossbar& c, std::span<const std::uint8_t> gates = {},
                         const device::DeviceLaw& law = {}, Digits digits = Digits::of_double)
      : rows_(static_cast<std::size_t>(c.rows)),
        columns_(static_cast<std::size_t>(c.columns)),
        solver_(nodal_solver(CrossbarNetwork(c, gates, law).network(), digits)) {}
  CrossbarAnswer solve(std::span<const double> v_V) const;

 private:
  std::size_t rows_, columns_;
  std::unique_ptr<const NodalSolver> solver_;
};

template <class T>
double largest(const std::vector<T>& values) {
  double most = 0;
  for (T v : values) most = std::isnan(v) ? HUGE_VAL : std::max(most, std::abs(static_cast<double>(v)));
  return most;
}

template <class A, class B>
double largest_difference(const std::vector<A>& a, const std::vector<B>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  std::vector<double> difference;
  for (std::size_t i = 0; i < a.size(); ++i) difference.push_back(static_cast<double>(a[i]) - b[i]);
  return largest(difference);
}

}  // namespace bitline::test
