// SPDX-License-Identifier: Apache-2.0
// Reads of an array whose input gates whole rows, wires included, for benchmarks: 128 x 128 devices of 1 to 20 uS,
// 1 ohm a segment, half of the rows on, every vector its own circuit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "array/wires/gated_rows.h"

namespace bitline::bench {

class GatedReads {
 public:
  static constexpr int rows = 128, columns = 128, vectors = 64;

  // Devices of up to g_max_S.
  explicit GatedReads(double g_max_S = 20e-6);
  const std::vector<float>& solve();  // (vectors, columns), to a residual of 1e-6 each
  double mean_sweeps() const { return static_cast<double>(sweeps_) / vectors; }  // of the last solve
  bool answers_agree();  // all converged, and some vectors within 1e-6 of sweeps in double

 private:
  array::Crossbar crossbar_;
  array::GatedRows array_;
  array::GatedRows::Workspace workspace_;
  std::vector<float> v_V_, sense_A_;
  std::vector<std::uint8_t> gates_;
  int sweeps_ = 0;
  bool converged_ = false;
};

}  // namespace bitline::bench
