// SPDX-License-Identifier: Apache-2.0
// Circuits of resistors solved another way, to compare with: one sparse nodal matrix over all nodes, in double or in 50
// decimal digits, Newton's iteration for devices that are not ohmic, nodes joined by 0 ohm made one.
//
// Numbers go in and come out as doubles; all that lies between is computed in the chosen arithmetic.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "device/device_law.h"

namespace bitline::test {

class Network {
 public:
  // Either a resistance or a conductance at zero drop, I = g sinh(beta V) / beta (beta = 0: ohmic).
  struct Element {
    int a, b;
    double ohm, g_S, beta_per_V;
  };

  int node();
  int held_node();  // of given voltage, in order of asking
  void resistor(int a, int b, double ohm);
  // A device of that law with all that is in series with it; returns the device alone, current counted from a to b.
  int device(int a, int b, double g_S, const device::DeviceLaw& law = {});
  // The sum of currents of some elements will be answered; returns its number.
  int meter(std::vector<int> elements);

  int nodes() const { return static_cast<int>(joined_.size()); }
  int root(int node) const;  // of the nodes joined with it
  const std::vector<Element>& elements() const { return elements_; }
  const std::vector<std::vector<int>>& meters() const { return meters_; }
  const std::vector<int>& held() const { return held_; }

 private:
  std::vector<int> joined_, held_;
  std::vector<Element> elements_;
  std::vector<std::vector<int>> meters_;
};

struct NetworkAnswer {
  std::vector<double> node_V;   // 0 where nothing leads to a held node
  std::vector<double> meter_A;  // small differences of large currents keep the digits of the arithmetic
  double dissipated_W = 0;
};

enum class Digits { of_double, fifty };

// Factors an ohmic network once for any number of voltages.
class NodalSolver {
 public:
  virtual ~NodalSolver() = default;
  virtual NetworkAnswer solve(std::span<const double> held_V) const = 0;
};
std::unique_ptr<const NodalSolver> nodal_solver(Network, Digits);

}  // namespace bitline::test
