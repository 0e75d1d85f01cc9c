// SPDX-License-Identifier: Apache-2.0
// A crossbar solved another way, to compare with: one sparse nodal matrix over all nodes (Eigen), Newton's iteration
// for devices that are not ohmic, nodes joined by 0 ohm made one.
#pragma once

#include <Eigen/Sparse>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "array/wires/crossbar.h"

namespace bitline::test {

struct NodalAnswer {
  std::vector<double> sense_A, driver_A, row_V, column_V;
  double source_W = 0, dissipated_W = 0, residual_A = 0;
};

class NodalCircuit {
 public:
  // Devices I = G sinh(beta V) / beta (beta = 0: ohmic) behind `access_ohm` each, and behind a selector of the same
  // form if its conductance is not 0.
  explicit NodalCircuit(const Crossbar& x, std::span<const std::uint8_t> gates = {}, double beta_per_V = 0,
                        double access_ohm = 0, double selector_S = 0, double selector_beta_per_V = 0)
      : m_(x.rows), n_(x.columns), group_(4 * m_ * n_ + m_ + 1) {
    std::iota(group_.begin(), group_.end(), 0);
    const int ground = 4 * m_ * n_ + m_;
    for (int i = 0; i < m_; ++i) {
      const int source = 4 * m_ * n_ + i;
      wire(source, u(i, 0), at(x.lines.driver_ohm, i) + at(x.lines.row_ohm, i * n_));
      for (int j = 1; j < n_; ++j) wire(u(i, j - 1), u(i, j), at(x.lines.row_ohm, i * n_ + j));
      wire(source, u(i, n_ - 1), at(x.lines.driver_far_ohm, i) + at(x.lines.row_ohm, i * n_ + n_ - 1));
    }
    for (int j = 0; j < n_; ++j) {
      wire(v(0, j), ground, at(x.lines.sense_far_ohm, j) + at(x.lines.column_ohm, j));
      for (int i = 0; i + 1 < m_; ++i) wire(v(i, j), v(i + 1, j), at(x.lines.column_ohm, i * n_ + j));
      wire(v(m_ - 1, j), ground, at(x.lines.sense_ohm, j) + at(x.lines.column_ohm, (m_ - 1) * n_ + j));
    }
    for (int i = 0; i < m_; ++i)
      for (int j = 0; j < n_; ++j) {
        const double g = gates.empty() || gates[i] ? x.g_S[i * n_ + j] : 0;
        const int inner = 2 * m_ * n_ + i * n_ + j;
        wire(u(i, j), inner, access_ohm);
        const int selected = inner + m_ * n_;
        devices_.push_back({selected, v(i, j), g, beta_per_V});
        if (selector_S > 0)
          selectors_.push_back({inner, selected, selector_S, selector_beta_per_V});
        else
          wire(inner, selected, 0);
      }
  }

  NodalAnswer solve(std::span<const double> v_V) const {
    const int nodes = static_cast<int>(group_.size());
    std::vector<double> voltage(nodes, 0);
    std::vector<char> reached(nodes, 0), fixed(nodes, 0);
    for (int i = 0; i < m_; ++i) voltage[root(4 * m_ * n_ + i)] = v_V[i], fixed[root(4 * m_ * n_ + i)] = 1;
    voltage[root(nodes - 1)] = 0, fixed[root(nodes - 1)] = 1;
    reached = fixed;
    for (bool more = true; more;) {
      more = false;
      const auto join = [&](const Element& e) {
        const int a = root(e.a), b = root(e.b);
        if (e.g_S > 0 && reached[a] != reached[b]) reached[a] = reached[b] = more = true;
      };
      for (const Element& e : wires_) join(e);
      for (const Element& e : devices_) join(e);
      for (const Element& e : selectors_) join(e);
    }
    std::vector<int> unknown(nodes, -1);
    int count = 0;
    for (int k = 0; k < nodes; ++k)
      if (root(k) == k && reached[k] && !fixed[k]) unknown[k] = count++;
    NodalAnswer answer;
    Eigen::VectorXd error(count);
    double last = -1;
    for (int step = 0; count > 0 && step < 200; ++step) {
      std::vector<Eigen::Triplet<double>> entries;
      error.setZero();
      const auto stamp = [&](const Element& e) {
        const int a = root(e.a), b = root(e.b);
        const double drop = voltage[a] - voltage[b];
        const double i = current(e, drop), s = e.g_S * std::cosh(e.beta_per_V * drop);
        const int p = unknown[a], q = unknown[b];
        if (p >= 0) error[p] += i, entries.emplace_back(p, p, s);
        if (q >= 0) error[q] -= i, entries.emplace_back(q, q, s);
        if (p >= 0 && q >= 0 && p != q) entries.emplace_back(p, q, -s), entries.emplace_back(q, p, -s);
      };
      for (const Element& e : wires_) stamp(e);
      for (const Element& e : devices_) stamp(e);
      for (const Element& e : selectors_) stamp(e);
      const double largest = error.lpNorm<Eigen::Infinity>();
      if (last >= 0 && largest >= last && step > 60) break;  // rounding only
      last = largest;
      Eigen::SparseMatrix<double> matrix(count, count);
      matrix.setFromTriplets(entries.begin(), entries.end());
      const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver(matrix);
      Eigen::VectorXd change = solver.solve(error);
      change += solver.solve(error - matrix * change);
      for (int k = 0; k < nodes; ++k)
        if (unknown[k] >= 0) voltage[k] -= change[unknown[k]];
      if (change.lpNorm<Eigen::Infinity>() < 1e-16) break;
    }
    answer.residual_A = last;
    answer.sense_A.assign(n_, 0);
    answer.driver_A.assign(m_, 0);
    for (int k = 0; k < m_ * n_; ++k) {
      const double drop = voltage[root(devices_[k].a)] - voltage[root(devices_[k].b)];
      const double i = current(devices_[k], drop);
      answer.driver_A[k / n_] += i;
      answer.sense_A[k % n_] += i;
      answer.dissipated_W += i * drop;
      answer.row_V.push_back(voltage[root(k)]);
      answer.column_V.push_back(voltage[root(m_ * n_ + k)]);
    }
    for (const Element& e : wires_) {
      const double drop = voltage[root(e.a)] - voltage[root(e.b)];
      answer.dissipated_W += e.g_S * drop * drop;
    }
    for (const Element& e : selectors_) {
      const double drop = voltage[root(e.a)] - voltage[root(e.b)];
      answer.dissipated_W += current(e, drop) * drop;
    }
    for (int i = 0; i < m_; ++i) answer.source_W += v_V[i] * answer.driver_A[i];
    return answer;
  }

 private:
  struct Element {
    int a, b;
    double g_S, beta_per_V = 0;
  };

  int u(int i, int j) const { return i * n_ + j; }
  int v(int i, int j) const { return m_ * n_ + i * n_ + j; }
  int root(int k) const {
    while (group_[k] != k) k = group_[k];
    return k;
  }
  static double current(const Element& e, double drop_V) {
    return e.beta_per_V > 0 ? e.g_S * std::sinh(e.beta_per_V * drop_V) / e.beta_per_V : e.g_S * drop_V;
  }
  void wire(int a, int b, double ohm) {
    if (ohm == 0)
      group_[root(a)] = root(b);
    else if (!std::isinf(ohm))
      wires_.push_back({a, b, 1 / ohm, 0});
  }

  int m_, n_;
  std::vector<int> group_;
  std::vector<Element> wires_, devices_, selectors_;
};

}  // namespace bitline::test
