// SPDX-License-Identifier: Apache-2.0
#include "tests/array/network.h"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "array/wires/crossbar.h"

namespace bitline::test {
namespace {

using Fifty = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

template <class Number>
class Nodal : public NodalSolver {
 public:
  explicit Nodal(Network network) : network_(std::move(network)), unknown_(network_.nodes(), -1) {
    const int nodes = network_.nodes();
    for (int k = 0; k < nodes; ++k) root_.push_back(network_.root(k));
    std::vector<char> reached(nodes, 0);
    for (int k : network_.held()) {
      if (reached[root_[k]]) throw std::logic_error("two nodes of given voltage are joined");
      reached[root_[k]] = 1;
    }
    const std::vector<char> held = reached;
    for (bool more = true; more;) {
      more = false;
      for (const auto& e : network_.elements()) {
        char &a = reached[root_[e.a]], &b = reached[root_[e.b]];
        if (a != b) a = b = more = true;
      }
    }
    for (int k = 0; k < nodes; ++k)
      if (root_[k] == k && reached[k] && !held[k]) unknown_[k] = count_++;
    for (const auto& e : network_.elements()) {
      siemens_.push_back(e.ohm > 0 ? 1 / Number(e.ohm) : Number(e.g_S));
      ohmic_ = ohmic_ && e.beta_per_V == 0;
    }
    if (ohmic_ && count_ > 0) factor(std::vector<Number>(nodes, 0), matrix_, factors_);
  }

  NetworkAnswer solve(std::span<const double> held_V) const override {
    std::vector<Number> voltage(network_.nodes(), 0);  // of roots
    for (std::size_t k = 0; k < network_.held().size(); ++k) voltage[root_[network_.held()[k]]] = held_V[k];
    Number last = -1;
    for (int step = 0; count_ > 0 && step < 200; ++step) {
      const Vector error = errors(voltage);
      const Number largest = norm(error);
      if (last >= 0 && largest >= last && step > 60) break;  // rounding only
      last = largest;
      Matrix matrix;
      Factors factors;
      if (!ohmic_) factor(voltage, matrix, factors);
      const Matrix& y = ohmic_ ? matrix_ : matrix;
      const Factors& inverse = ohmic_ ? factors_ : factors;
      Vector change = inverse.solve(error);
      change += inverse.solve(error - y * change);
      for (int k = 0; k < network_.nodes(); ++k)
        if (unknown_[k] >= 0) voltage[k] -= change[unknown_[k]];
      if (norm(change) < 1e-16) break;
    }
    return answer(voltage);
  }

 private:
  using Vector = Eigen::Matrix<Number, Eigen::Dynamic, 1>;
  using Matrix = Eigen::SparseMatrix<Number>;
  using Factors = Eigen::SimplicialLDLT<Matrix>;

  Number drop(std::size_t k, const std::vector<Number>& voltage) const {
    const auto& e = network_.elements()[k];
    return voltage[root_[e.a]] - voltage[root_[e.b]];
  }
  // Laws other than Ohm's are taken in double.
  Number current(std::size_t k, const Number& drop_V) const {
    const double beta = network_.elements()[k].beta_per_V;
    return siemens_[k] * (beta > 0 ? Number(std::sinh(beta * static_cast<double>(drop_V)) / beta) : drop_V);
  }
  Number slope(std::size_t k, const Number& drop_V) const {
    const double beta = network_.elements()[k].beta_per_V;
    return beta > 0 ? siemens_[k] * std::cosh(beta * static_cast<double>(drop_V)) : siemens_[k];
  }

  Vector errors(const std::vector<Number>& voltage) const {
    Vector error = Vector::Zero(count_);
    for (std::size_t k = 0; k < siemens_.size(); ++k) {
      const auto& e = network_.elements()[k];
      const Number i = current(k, drop(k, voltage));
      if (const int a = unknown_[root_[e.a]]; a >= 0) error[a] += i;
      if (const int b = unknown_[root_[e.b]]; b >= 0) error[b] -= i;
    }
    return error;
  }

  void factor(const std::vector<Number>& voltage, Matrix& matrix, Factors& factors) const {
    std::vector<Eigen::Triplet<Number>> entries;
    for (std::size_t k = 0; k < siemens_.size(); ++k) {
      const auto& e = network_.elements()[k];
      const Number s = slope(k, drop(k, voltage));
      const int a = unknown_[root_[e.a]], b = unknown_[root_[e.b]];
      if (a >= 0) entries.emplace_back(a, a, s);
      if (b >= 0) entries.emplace_back(b, b, s);
      if (a >= 0 && b >= 0) entries.emplace_back(a, b, -s), entries.emplace_back(b, a, -s);
    }
    matrix.resize(count_, count_);
    matrix.setFromTriplets(entries.begin(), entries.end());
    factors.compute(matrix);
    if (factors.info() != Eigen::Success) throw std::runtime_error("a nodal matrix could not be factored");
  }

  static Number norm(const Vector& v) {
    Number largest = 0;
    for (Eigen::Index i = 0; i < v.size(); ++i) largest = std::max<Number>({largest, v[i], -v[i]});
    return largest;
  }

  NetworkAnswer answer(const std::vector<Number>& voltage) const {
    NetworkAnswer out;
    for (int root : root_) out.node_V.push_back(static_cast<double>(voltage[root]));
    for (const auto& elements : network_.meters()) {
      Number sum = 0;
      for (int k : elements) sum += current(k, drop(k, voltage));
      out.meter_A.push_back(static_cast<double>(sum));
    }
    Number power = 0;
    for (std::size_t k = 0; k < siemens_.size(); ++k) {
      const Number d = drop(k, voltage);
      power += current(k, d) * d;
    }
    out.dissipated_W = static_cast<double>(power);
    return out;
  }

  Network network_;
  std::vector<int> root_, unknown_;  // number of each root's unknown voltage, or -1
  int count_ = 0;
  std::vector<Number> siemens_;
  bool ohmic_ = true;
  Matrix matrix_;
  Factors factors_;
};

}  // namespace

int Network::node() {
  joined_.push_back(nodes());
  return joined_.back();
}

int Network::held_node() {
  held_.push_back(node());
  return held_.back();
}

int Network::root(int node) const {
  while (joined_[node] != node) node = joined_[node];
  return node;
}

void Network::resistor(int a, int b, double ohm) {
  if (ohm == 0)
    joined_[root(std::max(a, b))] = root(std::min(a, b));
  else if (ohm < array::not_connected_ohm)
    elements_.push_back({a, b, ohm, 0, 0});
}

int Network::device(int a, int b, double g_S, const device::DeviceLaw& law) {
  if (law.access_ohm > 0) {
    const int inner = node();
    resistor(a, inner, law.access_ohm);
    a = inner;
  }
  if (law.selector) {
    const int inner = node();
    elements_.push_back({a, inner, 0, law.selector->g_S, law.selector->curve.beta_per_V});
    a = inner;
  }
  const auto* sinh = std::get_if<device::Sinh>(&law.curve);
  elements_.push_back({a, b, 0, g_S, sinh ? sinh->beta_per_V : 0});
  return static_cast<int>(elements_.size()) - 1;
}

int Network::meter(std::vector<int> elements) {
  meters_.push_back(std::move(elements));
  return static_cast<int>(meters_.size()) - 1;
}

std::unique_ptr<const NodalSolver> nodal_solver(Network network, Digits digits) {
  if (digits == Digits::fifty) return std::make_unique<Nodal<Fifty>>(std::move(network));
  return std::make_unique<Nodal<double>>(std::move(network));
}

}  // namespace bitline::test
