// SPDX-License-Identifier: Apache-2.0
#include "base/dense.h"

#include <algorithm>

#include "base/dense_kernels.h"

namespace bitline {
namespace {

constexpr std::size_t inner_together = 256;    // terms; part of every result
constexpr std::size_t columns_together = 240;  // of b, which stay in the second-level cache; whole tiles of every set

// Strips of `width` rows or columns side by side: [strip][k][width], 0 beyond the last.
template <class Number>
void pack(const Number* from, std::size_t step, std::size_t k_step, std::size_t count, std::size_t inner,
          std::size_t width, Number* to) {
  for (std::size_t first = 0; first < count; first += width) {
    const std::size_t here = std::min(width, count - first);
    for (std::size_t k = 0; k < inner; ++k, to += width) {
      const Number* const source = from + k * k_step + first * step;
      for (std::size_t i = 0; i < here; ++i) to[i] = source[i * step];
      std::fill(to + here, to + width, Number{0});
    }
  }
}

template <class Number>
void multiply(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<Number>& a,
              const Strided<Number>& b, Number* c, std::size_t c_step, DenseScratch& scratch, DensePart part,
              const DenseTile& tile, void (*add)(const TileProduct<Number>&)) {
  const auto whole = [](std::size_t n, std::size_t of) { return (n + of - 1) / of * of; };
  const std::size_t depth = std::min(inner, inner_together), width = std::min(columns, columns_together);
  Number* const packed_b = scratch.get<Number>(depth * (whole(width, tile.columns) + tile.rows));
  Number* const packed_a = packed_b + depth * whole(width, tile.columns);
  for (std::size_t k = 0; k < inner; k += inner_together) {
    const std::size_t terms = std::min(inner_together, inner - k);
    for (std::size_t j0 = 0; j0 < columns; j0 += columns_together) {
      const std::size_t end = std::min(columns, j0 + columns_together);
      pack(b.data + k * b.row_step + j0 * b.column_step, b.column_step, b.row_step, end - j0, terms, tile.columns,
           packed_b);
      for (std::size_t i = 0; i < rows; i += tile.rows) {
        if (part == DensePart::upper && i >= end) break;
        pack(a.data + i * a.row_step + k * a.column_step, a.row_step, a.column_step, std::min(tile.rows, rows - i),
             terms, tile.rows, packed_a);
        for (std::size_t j = j0; j < end; j += tile.columns) {
          if (part == DensePart::upper && j + tile.columns <= i) continue;
          add({terms, packed_a, packed_b + (j - j0) * terms, c + i * c_step + j, c_step, std::min(tile.rows, rows - i),
               std::min(tile.columns, end - j)});
        }
      }
    }
  }
}

}  // namespace

void add_product(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<float>& a,
                 const Strided<float>& b, float* c, std::size_t c_step, DenseScratch& scratch, DensePart part,
                 Isa isa) {
  const DenseKernels& kernels = dense_kernels(isa);
  multiply(rows, inner, columns, a, b, c, c_step, scratch, part, kernels.float_tile, kernels.add_floats);
}

void add_product(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<double>& a,
                 const Strided<double>& b, double* c, std::size_t c_step, DenseScratch& scratch, DensePart part,
                 Isa isa) {
  const DenseKernels& kernels = dense_kernels(isa);
  multiply(rows, inner, columns, a, b, c, c_step, scratch, part, kernels.double_tile, kernels.add_doubles);
}

}  // namespace bitline
