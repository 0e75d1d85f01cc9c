// SPDX-License-Identifier: Apache-2.0
// Line sweeps in single precision for arrays whose input gates whole rows: each input vector is its own circuit.
//
// One vector at a time, and only its conducting rows: in the columns a row that is off is a piece of wire, and the
// resistances of such pieces add up. Eight columns, or eight rows, fill one SIMD register; 128 x 128 devices with half
// of the rows on fit in the second-level cache. What does not depend on the gates (the pivots of the rows, and their
// drops with all columns at 0 V, where the sweeps begin) is computed once for the crossbar.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "array/wires/crossbar.h"
#include "array/wires/lanes.h"
#include "array/wires/line_sweeps.h"
#include "array/wires/wire_kernels.h"

namespace bitline::array {

class GatedRows {
 public:
  using Lanes = simd::Lanes;

  // What one thread needs for a solve; grows to the size of the largest crossbar it served.
  struct Workspace {
    std::vector<int> active;                  // the conducting rows, then the row without devices up to a multiple of 8
    std::vector<float> source_V, driver_A;    // per active row
    std::vector<Lanes> row_drop_V, column_V;  // (active, lanes); drops below the source
    std::vector<Lanes> column_pass, column_lift_ohm, column_far_S, sense_A;
    std::vector<Lanes> row_pass, row_lift_ohm;  // (group of 8 active rows, column)
    std::vector<Lanes> sum_A;                   // of the lines being solved
  };

  // Ohmic devices. Throws InputError for a wrong crossbar.
  explicit GatedRows(const Crossbar&);

  // v_V: source voltage per row, of either sign; gates: per row, 0 opens all its devices; sense_A: per column, the
  // current into its sense nodes (both ends). source_W: if given, sum of source voltage x driver current (both ends).
  // Rounding leaves errors of some 1e-7 of the largest current. The same bits whatever was solved before. Throws
  // InputError for other sizes and voltages that are not finite.
  SweepStatus solve(std::span<const float> v_V, std::span<const std::uint8_t> gates, std::span<float> sense_A,
                    Workspace&, const SweepLimits& = {1e-6, 50}, double* source_W = nullptr) const;

 private:
  void prepare(Workspace&) const;
  wires::GatedSweep sweep_of(Workspace&) const;
  double source_power_W(const Workspace&) const;

  std::size_t rows_, columns_, lanes_;                // lanes: registers that hold one row
  std::vector<Lanes> g_S_, row_pass_, row_lift_ohm_;  // (rows + 1, lanes); the last row has no devices
  std::vector<Lanes> first_S_;                        // (rows, lanes): device current per source volt, columns at 0 V
  std::vector<Lanes> column_ohm_, column_far_ohm_;
  std::vector<float> row_far_S_, first_driver_S_;
  std::vector<bool> driven_;
};

}  // namespace bitline::array
