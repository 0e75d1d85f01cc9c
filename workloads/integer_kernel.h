// SPDX-License-Identifier: Apache-2.0
// Products of 16-bit codes with sums in 32 bits, by AVX2 or AVX-512 VNNI where the machine runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/isa.h"

namespace bitline::workloads {

// Weights as the kernels read them: for each block of columns, pairs of rows side by side; missing ones are 0.
class PackedWeights {
 public:
  // Rows first .. first + rows - 1 of a matrix (.., columns).
  PackedWeights(std::span<const std::int16_t> codes, std::size_t columns, std::size_t first, std::size_t rows);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  // Pairs of block `b` of the columns: (pairs, lanes, 2).
  const std::int16_t* block(std::size_t b) const { return codes_.data() + b * pairs() * 2 * lanes; }
  std::size_t pairs() const { return (rows_ + 1) / 2; }

  static constexpr std::size_t lanes = 8;  // columns of a block

 private:
  std::size_t rows_, columns_;
  std::vector<std::int16_t> codes_;
};

// sums (vectors, columns) += x (vectors, rows) W; `x_stride` and `sums_stride` go from one vector to the next. No sum
// may leave 32 bits. `isa`: one that isas() lists; the sums are the same.
void add_code_products(const PackedWeights& weights, const std::int16_t* x, std::size_t x_stride, std::size_t vectors,
                       double* sums, std::size_t sums_stride, Isa isa = isas().front());

}  // namespace bitline::workloads
