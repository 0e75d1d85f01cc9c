// SPDX-License-Identifier: Apache-2.0
// Products of packed panels of dense matrices, once for each instruction set. Used by dense.cpp alone;
// dense_kernels.inl is their one source, and all give the same bits.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>

#include "base/isa.h"

namespace bitline {

// The tile whose sums stay in registers.
struct DenseTile {
  std::size_t rows, columns;
};

// c (rows, columns of the tile or less) += sum over k < inner of a[k][row] * b[k][column], in the order of k. a and b
// are packed: as many numbers for each k as the tile has, 0 beyond the matrix.
template <class Number>
struct TileProduct {
  std::size_t inner;
  const Number *a, *b;
  Number* c;
  std::size_t c_step, rows, columns;
};

template <class Number>
struct DenseKernel {
  DenseTile tile;
  void (*add)(const TileProduct<Number>& product);
};
// The narrow ones are for matrices of few columns.
struct DenseKernels {
  DenseKernel<float> floats, narrow_floats;
  DenseKernel<double> doubles, narrow_doubles;
};

// Of a set that isas() lists.
const DenseKernels& dense_kernels(Isa isa);

}  // namespace bitline
