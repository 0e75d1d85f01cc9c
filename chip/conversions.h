// SPDX-License-Identifier: Apache-2.0
// Which devices a conversion column sees, and how.
#pragma once

#include <cstddef>
#include <span>

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
// all cells of a row of a block. seen_S: conductances in the order of BlockDevices, as they are or as wires let them
// act; reference_S: (rows, slices), of offset cells.
constexpr std::size_t no_device = static_cast<std::size_t>(-1);
template <class F>
void for_conversions(int r, const mapping::Block& block, const array::CellLayout& cell, const device::Device& device,
                     std::span<const double> seen_S, std::span<const double> reference_S, F&& f) {
  const int width = block.columns * cell.conversions_per_weight();
  const auto row = static_cast<std::size_t>(r), n = static_cast<std::size_t>(width);
  if (cell.split_columns) {
    for (int c = 0; c < width; ++c) {
      const std::size_t i = row * n + static_cast<std::size_t>(c);
      f(r, c, Effective{seen_S[i] - device.g_min_S, device.g_min_S}, i, no_device);
    }
  } else if (cell.pair) {
    for (int c = 0; c < width; ++c) {
      const std::size_t i = 2 * (row * n + static_cast<std::size_t>(c));
      f(r, c, Effective{seen_S[i] - seen_S[i + 1], 0}, i, i + 1);
    }
  } else {
    const auto slices = static_cast<std::size_t>(cell.slices);
    for (int c = 0; c < width; ++c) {
      const std::size_t i = row * n + static_cast<std::size_t>(c);
      f(r, c, Effective{seen_S[i] - reference_S[row * slices + static_cast<std::size_t>(c) % slices], 0}, i, no_device);
    }
  }
}
// Of all rows.
template <class F>
void for_conversions(const mapping::Block& block, const array::CellLayout& cell, const device::Device& device,
                     std::span<const double> seen_S, std::span<const double> reference_S, F&& f) {
  for (int r = 0; r < block.rows; ++r) for_conversions(r, block, cell, device, seen_S, reference_S, f);
}

}  // namespace bitline::chip
