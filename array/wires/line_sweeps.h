// SPDX-License-Identifier: Apache-2.0
// Operating point of a crossbar by alternating line solves: rows with the column voltages held, columns with the row
// voltages held, until Kirchhoff's current law holds at every node.
//
// Each line is a ladder, solved exactly for ohmic devices and by a safeguarded Newton step for others. Fast where wires
// drop little: with k = mean G x segment resistance x (devices of a line)^2 for rows (kr) and columns (kc), one sweep
// leaves about 1 / ((1 + 2.47 / kr)(1 + 2.47 / kc)) of the error. Strongly coupled arrays need a direct method, which
// the status tells.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "array/wires/crossbar.h"
#include "array/wires/line_resistances.h"
#include "device/device_law.h"

namespace bitline::array {

struct SweepLimits {
  double residual = 1e-12;  // relative; see SweepStatus
  int sweeps = 200;         // at least one is done
};

// `residual`: errors of Kirchhoff's current law at the nodes, |sum of currents|, summed over the row nodes or the
// column nodes of one array column; the largest such sum, over the largest current of a driver or sense node. 0 without
// any current.
//
// It bounds the error, however slowly the sweeps converge: a current injected at a node leaves through drivers and
// sense nodes, all of it and in one direction, so none of their currents is wrong by more than (row nodes' +
// column nodes' errors) <= 2 x columns x residual of the largest. Usually it is less than the residual itself.
struct SweepStatus {
  double residual = 0;
  int sweeps = 0;
  bool converged = true;  // the residual is within its limit
};

// One vector's operating point. Voltages are (rows, columns) like the devices; a node that nothing connects has the
// voltage of its row's source, 0 V without one.
struct ArrayState {
  std::vector<double> sense_A;   // per column, into its sense nodes (both ends)
  std::vector<double> driver_A;  // per row, out of its source (both ends)
  std::vector<double> row_V, column_V;
  double source_W = 0;  // sum of source voltage x driver current: all that the array dissipates
  SweepStatus status;   // check `converged` before using anything else
};

class LineSweeps {
 public:
  // Throws InputError for a wrong crossbar or law.
  explicit LineSweeps(const Crossbar&, const device::DeviceLaw& = {});

  // v_V: source voltage per row. gates: per row, 0 opens all its devices; empty = all conduct. Throws InputError for
  // other sizes and voltages that are not finite.
  ArrayState solve(std::span<const double> v_V, std::span<const std::uint8_t> gates = {},
                   const SweepLimits& = {}) const;

 private:
  int rows_, columns_;
  std::vector<double> g_S_;
  device::DeviceLaw law_;
  LineResistances wires_;
};

}  // namespace bitline::array
