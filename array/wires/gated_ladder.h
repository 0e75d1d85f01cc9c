// SPDX-License-Identifier: Apache-2.0
// A gated array's wires as a circuit: supply and bit line side by side along each column, a row's bit connects its
// devices.
//
//     V_read --supply + segment-- a_0 --segment-- a_1 -- ... -- a_m-1          one column; columns share nothing
//                                  |G_0 + access   |G_1          |G_m-1        but the bits
//                                 b_0 --segment-- b_1 -- ... -- b_m-1 --segment + sense-- 0 V
//
// With a second conductance per cell (2T2R) a second supply wire carries -V_read and its devices join the same bit
// line. The solution is exact (linear, DC) and costs one pass over the driven rows: docs/model/wires.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitline::array {

// Resistances in ohm, finite and >= 0; 0 joins two nodes exactly. Conductances in siemens, finite and >= 0; 0 is an
// open device.
struct GatedLadder {
  int rows = 0, columns = 0;
  std::vector<double> g_S;        // (rows, columns), row-major: devices on the supply wire of +V_read
  std::vector<double> g_minus_S;  // the same for the wire of -V_read; empty: there is none
  double supply_segment_ohm = 0;  // of every supply wire: before row 0 and between rows
  double bit_segment_ohm = 0;     // between rows and after the last row
  double supply_ohm = 0;          // source of each supply wire
  double sense_ohm = 0;           // of each bit line, to virtual ground
  double access_ohm = 0;          // in series with every device
};

// Throws InputError naming the part and the first place that is wrong.
void check(const GatedLadder&);

// Reads of one ladder. An input x holds one value per row: 0 (off), 1, or with two supply wires -1 (the row's devices
// change wires). Results are per volt: a column's current into ground over V_read, and the power its supplies deliver
// over V_read^2, both in siemens. A column's result has the same bits whatever else is asked for.
template <class Real>  // float, or double
class LadderSolver {
 public:
  // Throws InputError if check does, or if the numbers leave the range of Real: for float 1e30 ohm or siemens along a
  // column, or 1e15 for the product of its wires' resistance and its devices' conductance.
  explicit LadderSolver(const GatedLadder&);
  int rows() const { return rows_; }
  int columns() const { return columns_; }

  // out[k] = current of column first_column + k; power_S[k] likewise, if not empty. Throws InputError for a wrong
  // length, range or input value.
  void currents_S(std::span<const std::int8_t> x, int first_column, std::span<Real> out,
                  std::span<Real> power_S = {}) const;
  void currents_S(std::span<const std::int8_t> x, std::span<Real> out) const { currents_S(x, 0, out); }

 private:
  struct alignas(32) Lanes {
    Real value[32 / sizeof(Real)];  // conductances of neighbouring columns
  };

  void read_products(std::span<const std::int8_t> x, int first_column, std::span<Real> out) const;
  void read_meshes(std::span<const std::int8_t> x, int first_column, std::span<Real> out,
                   std::span<Real> power_S) const;

  int rows_, columns_;
  double supply_segment_ohm_, bit_segment_ohm_, feed_ohm_, sense_ohm_;  // both ends with their first segment
  bool minus_;                                                          // two supply wires
  bool products_;           // transfer products stay in range (one supply wire only)
  std::vector<Lanes> g_S_;  // (groups, rows, rails, vectors of a group), zero beyond the last column
};

extern template class LadderSolver<float>;
extern template class LadderSolver<double>;

// Voltages of all nodes for one input, per volt of V_read: (rows, columns) each; supply_minus is empty with one wire.
struct LadderVoltages {
  std::vector<double> supply, supply_minus, bit;
};
// Throws InputError for what LadderSolver<double> would not take.
LadderVoltages ladder_voltages(const GatedLadder&, std::span<const std::int8_t> x);

}  // namespace bitline::array
