// SPDX-License-Identifier: Apache-2.0
#include "base/dense.h"

#include <algorithm>
#include <cstring>

#include "base/dense_kernels.h"

namespace bitline {
namespace {

constexpr std::size_t inner_together = 256;    // terms; part of every result
constexpr std::size_t columns_together = 240;  // of b, which stay in the second-level cache; whole tiles of every set

// to[k * width + i] = from[i * step + k], four by four as vectors of 16 bytes.
template <class Number>
void transpose(const Number* from, std::size_t step, std::size_t count, std::size_t inner, std::size_t width,
               Number* to) {
  constexpr std::size_t side = 4;
  const std::size_t whole_k = inner / side * side, whole_i = count / side * side;
  for (std::size_t i = 0; i < whole_i; i += side)
    for (std::size_t k = 0; k < whole_k; k += side) {
      Number block[side][side];
      for (std::size_t a = 0; a < side; ++a)
        for (std::size_t b = 0; b < side; ++b) block[a][b] = from[(i + a) * step + k + b];
      for (std::size_t b = 0; b < side; ++b)
        for (std::size_t a = 0; a < side; ++a) to[(k + b) * width + i + a] = block[a][b];
    }
  for (std::size_t k = 0; k < inner; ++k)
    for (std::size_t i = k < whole_k ? whole_i : 0; i < count; ++i) to[k * width + i] = from[i * step + k];
}

// to[k * width + i] = from[k * step + i], eight numbers at a time: lines are short, and many.
template <class Number>
void copy_lines(const Number* from, std::size_t step, std::size_t count, std::size_t inner, std::size_t width,
                Number* to) {
  constexpr std::size_t piece = 8;
  for (std::size_t k = 0; k < inner; ++k, from += step, to += width) {
    std::size_t i = 0;
    for (; i + piece <= count; i += piece) std::memcpy(to + i, from + i, piece * sizeof(Number));
    for (; i < count; ++i) to[i] = from[i];
  }
}

// How many elements are formed with this tile.
std::size_t formed(std::size_t rows, std::size_t columns, DensePart part, const DenseTile& tile) {
  const std::size_t across = (columns + tile.columns - 1) / tile.columns;
  std::size_t tiles = 0;
  for (std::size_t i = 0; i < rows; i += tile.rows)
    tiles += across - (part == DensePart::upper ? std::min(i / tile.columns, across) : 0);
  return tiles * tile.rows * tile.columns;
}

// Strips of `width` rows or columns side by side: [strip][k][width], 0 beyond the last.
template <class Number>
void pack(const Number* from, std::size_t step, std::size_t k_step, std::size_t count, std::size_t inner,
          std::size_t width, Number* to) {
  for (std::size_t first = 0; first < count; first += width, to += inner * width) {
    const std::size_t here = std::min(width, count - first);
    const Number* const source = from + first * step;
    if (step == 1) {
      copy_lines(source, k_step, here, inner, width, to);
    } else if (k_step == 1) {
      transpose(source, step, here, inner, width, to);
    } else {
      for (std::size_t k = 0; k < inner; ++k)
        for (std::size_t i = 0; i < here; ++i) to[k * width + i] = source[i * step + k * k_step];
    }
    for (std::size_t k = 0; here < width && k < inner; ++k)
      std::fill(to + k * width + here, to + (k + 1) * width, Number{0});
  }
}

template <class Number>
void multiply(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<Number>& a,
              const Strided<Number>& b, Number* c, std::size_t c_step, DenseScratch& scratch, DensePart part,
              const DenseKernel<Number>& wide, const DenseKernel<Number>& narrow) {
  const auto whole = [](std::size_t n, std::size_t of) { return (n + of - 1) / of * of; };
  // Wide tiles do more with what they load, unless too much of them is beyond the matrix or below its diagonal.
  const bool spare = 20 * formed(rows, columns, part, narrow.tile) <= 19 * formed(rows, columns, part, wide.tile);
  const auto& [tile, add] = spare ? narrow : wide;
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
  multiply(rows, inner, columns, a, b, c, c_step, scratch, part, kernels.floats, kernels.narrow_floats);
}

void add_product(std::size_t rows, std::size_t inner, std::size_t columns, const Strided<double>& a,
                 const Strided<double>& b, double* c, std::size_t c_step, DenseScratch& scratch, DensePart part,
                 Isa isa) {
  const DenseKernels& kernels = dense_kernels(isa);
  multiply(rows, inner, columns, a, b, c, c_step, scratch, part, kernels.doubles, kernels.narrow_doubles);
}

}  // namespace bitline
