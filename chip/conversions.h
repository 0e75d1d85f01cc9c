// SPDX-License-Identifier: Apache-2.0
// Which devices a conversion column sees, and how.
#pragma once

#include <cstddef>
#include <vector>

#include "array/cell.h"
#include "mapping/placement.h"

namespace bitline::chip {

// Signed conductance that one conversion sums for one row, in siemens. Its two parts are rounded to the lattice apart,
// so that ideal levels land on exact codes.
struct Effective {
  double value;  // G+ - G- of a pair, G - G_ref of an offset cell, G - g_min where columns are converted apart
  double base;   // g_min where columns are converted apart, else 0
};

// Calls f(row, conversion column, its Effective, index of its device, index of the negative device or no_device) for
// all cells of a block. seen_S: conductances in the order of BlockDevices, as they are or as wires let them act;
// reference_S: (rows, slices), of offset cells.
constexpr std::size_t no_device = static_cast<std::size_t>(-1);
template <class F>
void for_conversions(const mapping::Block& block, const array::CellLayout& cell, const device::Device& device,
                     const std::vector<double>& seen_S, const std::vector<double>& reference_S, F&& f) {
  const int conversions = cell.conversions_per_weight(), devices = cell.devices_per_slice();
  for (int r = 0; r < block.rows; ++r)
    for (int c = 0; c < block.columns; ++c)
      for (int k = 0; k < conversions; ++k) {
        const int slice = cell.split_columns ? k / 2 : k;
        const std::size_t i = ((static_cast<std::size_t>(r) * block.columns + c) * cell.slices + slice) * devices;
        const int column = c * conversions + k;
        if (cell.split_columns)
          f(r, column, Effective{seen_S[i + k % 2] - device.g_min_S, device.g_min_S}, i + k % 2, no_device);
        else if (cell.pair)
          f(r, column, Effective{seen_S[i] - seen_S[i + 1], 0}, i, i + 1);
        else
          f(r, column, Effective{seen_S[i] - reference_S[static_cast<std::size_t>(r) * cell.slices + slice], 0}, i,
            no_device);
      }
}

}  // namespace bitline::chip
