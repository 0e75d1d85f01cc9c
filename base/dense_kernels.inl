// SPDX-License-Identifier: Apache-2.0
// Products of tiles for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake).
#include "base/dense_kernels.h"

namespace bitline {
namespace {

// Rows times vectors of a tile, and of a narrow one: sums that hide each other's latency and stay in registers.
#if defined(__AVX512F__)
constexpr std::size_t vector_bytes = 64, wide_rows = 8, wide_vectors = 3, narrow_rows = 16;  // 32 registers
#elif defined(__AVX2__)
constexpr std::size_t vector_bytes = 32, wide_rows = 6, wide_vectors = 2, narrow_rows = 12;  // 16 registers
#else
constexpr std::size_t vector_bytes = 16, wide_rows = 6, wide_vectors = 2, narrow_rows = 12;
#endif

template <class Number, std::size_t tile_rows, std::size_t tile_vectors>
void add(const TileProduct<Number>& p) {
  typedef Number Vector __attribute__((vector_size(vector_bytes)));
  constexpr std::size_t each = vector_bytes / sizeof(Number), width = tile_vectors * each;
  Vector sum[tile_rows][tile_vectors] = {};
  const Number *a = p.a, *b = p.b;
  for (std::size_t k = 0; k < p.inner; ++k, a += tile_rows, b += width) {
    Vector line[tile_vectors];
#pragma GCC unroll 3
    for (std::size_t q = 0; q < tile_vectors; ++q) __builtin_memcpy(&line[q], b + q * each, vector_bytes);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < tile_rows; ++i)
#pragma GCC unroll 3
      for (std::size_t q = 0; q < tile_vectors; ++q) sum[i][q] += a[i] * line[q];
  }
  if (p.columns == width) {
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t q = 0; q < tile_vectors; ++q) {
        Vector c;
        __builtin_memcpy(&c, p.c + i * p.c_step + q * each, vector_bytes);
        c += sum[i][q];
        __builtin_memcpy(p.c + i * p.c_step + q * each, &c, vector_bytes);
      }
    return;
  }
  Number sums[tile_rows][width];
  __builtin_memcpy(sums, sum, sizeof sums);
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t j = 0; j < p.columns; ++j) p.c[i * p.c_step + j] += sums[i][j];
}

template <class Number, std::size_t rows, std::size_t vectors>
constexpr DenseKernel<Number> kernel = {{rows, vectors* vector_bytes / sizeof(Number)}, add<Number, rows, vectors>};

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const DenseKernels BITLINE_NAME(dense_kernels_, BITLINE_ISA);
const DenseKernels BITLINE_NAME(dense_kernels_, BITLINE_ISA) = {
    kernel<float, wide_rows, wide_vectors>, kernel<float, narrow_rows, 1>, kernel<double, wide_rows, wide_vectors>,
    kernel<double, narrow_rows, 1>};

}  // namespace bitline
