// SPDX-License-Identifier: Apache-2.0
// The devices of a block, some rows at a time: who they are and what they are written to.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "array/cell.h"
#include "chip/chip.h"
#include "device/device.h"

namespace bitline::chip {

// Which weight of which copy a draw is for. build_chip() has seen that all of a layer's fit 32 bits.
inline std::uint32_t weight_id(const workloads::IntegerWeights& m, int copy, int row, int column) {
  return static_cast<std::uint32_t>((static_cast<std::size_t>(copy) * m.rows + row) * m.columns + column);
}

// Rows of a block at a time, so that what is only needed on the way stays in the first-level cache.
class BlockStrips {
 public:
  BlockStrips(const device::Device& device, const LayerPlan& plan, const mapping::Block& block)
      : plan_(plan), block_(block), cell_(plan.cell), devices_(cell_.devices_per_slice()) {
    for (int code = -cell_.highest; code <= cell_.highest; ++code)
      for (int s = 0; s < cell_.slices; ++s) table_.push_back(targets(cell_, device, cell_.digit(code, s)));
  }
  std::size_t width() const { return static_cast<std::size_t>(block_.columns * cell_.slices * devices_); }
  std::size_t devices() const { return static_cast<std::size_t>(block_.rows) * width(); }

  // f(strip of the block, number of its first device, identities, targets).
  template <class F>
  void for_each(F&& f) {
    constexpr int devices_at_once = 1024;
    const int rows_at_once = std::max(1, devices_at_once / static_cast<int>(width()));
    for (int first = 0; first < block_.rows; first += rows_at_once) {
      mapping::Block strip = block_;
      strip.row += first, strip.array_row += first, strip.rows = std::min(rows_at_once, block_.rows - first);
      if (devices_ == 2)
        fill<2>(strip);
      else
        fill<1>(strip);
      f(strip, static_cast<std::size_t>(first) * width(), std::span<const device::CellId>(ids_),
        std::span<const double>(target_S_));
    }
  }

 private:
  // An identity is one number, in which the weight counts (CellId).
  template <int devices>
  void fill(const mapping::Block& strip) {
    const workloads::IntegerWeights& m = plan_.matrix;
    const auto slices = static_cast<std::uint16_t>(cell_.slices);
    std::vector<std::uint64_t> first;  // of weight 0, by slice and device
    for (std::uint16_t s = 0; s < slices; ++s)
      for (std::uint8_t d = 0; d < devices; ++d)
        first.push_back(std::bit_cast<std::uint64_t>(device::CellId(static_cast<std::uint16_t>(m.index), 0, s, d)));
    ids_.resize(static_cast<std::size_t>(strip.rows) * width()), target_S_.resize(ids_.size());
    device::CellId* id = ids_.data();
    double* target_S = target_S_.data();
    for (int r = 0; r < strip.rows; ++r) {
      std::uint64_t weight = weight_id(m, block_.copy, strip.row + r, block_.column);
      for (const std::int16_t code : row_codes(plan_, strip, r)) {
        const array::Targets* t = table_.data() + static_cast<std::size_t>(code + cell_.highest) * slices;
        for (std::size_t s = 0; s < slices; ++s, ++t, id += devices, target_S += devices) {
          id[0] = std::bit_cast<device::CellId>(first[s * devices] + weight), target_S[0] = t->positive_S;
          if (devices == 2)
            id[1] = std::bit_cast<device::CellId>(first[s * devices + 1] + weight), target_S[1] = t->negative_S;
        }
        ++weight;
      }
    }
  }

  const LayerPlan& plan_;
  const mapping::Block& block_;
  const array::CellLayout& cell_;
  int devices_;
  std::vector<array::Targets> table_;  // (code + highest, slices)
  std::vector<device::CellId> ids_;
  std::vector<double> target_S_;
};

}  // namespace bitline::chip
