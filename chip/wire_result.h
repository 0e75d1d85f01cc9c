// SPDX-License-Identifier: Apache-2.0
// What the wires of a chip's arrays do to its reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bitline::chip {

// What the interconnect does, seen on a sample of reads of the first chip.
struct WireResult {
  double row_ohm = 0, column_ohm = 0;  // of a segment
  std::string method;                  // how currents are found
  std::string status = "solved";       // or what did not converge
  std::optional<double> residual;  // of Kirchhoff's current law, the largest met over the largest current; unset: not
                                   // measured, as nothing is iterated
  // Arrays in the sample: with read noise those of each layer's first block, whose noise reads are drawn by; else one,
  // the fullest.
  std::size_t arrays = 0;
  std::size_t reads = 0;         // in the sample
  double current_error_rms = 0;  // current with wires minus without, over the rms current without
  // Voltage left across a cell, of a pair's devices the lesser, over that of its source, with all rows driven: mean and
  // least of the map.
  double drop_mean = 1, drop_min = 1;
  double noise_factor_mean = 1;  // variance of a column's read noise over that of its own cells
  double noise_sigma_error = 0;  // rms relative error that is left in the standard deviation
  // For pictures: voltage left at each cell of the first of these arrays with all rows driven, (rows, columns), of a
  // pair's devices the lesser; currents with and without wires over the largest without.
  int map_array = 0, map_rows = 0, map_columns = 0;
  bool supplied_beside_columns = false;  // supplies enter above the first row (gated ladder), not left of each row
  std::vector<float> drop_map, with_wires, without_wires;
};

// What the metal of the technology, or the given segments, would do to a chip whose wires are ideal: the currents of
// one array, its fullest, with wires and without.
struct MetalEffect {
  double row_ohm = 0, column_ohm = 0;  // of a segment
  int array = 0;
  std::size_t reads = 0;         // in the sample
  double current_error_rms = 0;  // current with wires minus without, over the rms current without
};

}  // namespace bitline::chip
