// SPDX-License-Identifier: Apache-2.0
// The inner loop of everything, once for each instruction set: exact sums of integer codes over binary planes. Used by
// product.h alone. Every one gives the same integers; kernels.inl is their one source.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace bitline::array {

constexpr int stripe_columns = 16;  // columns that are summed together
constexpr int word_rows = 64;       // rows whose bits of a plane lie in one word

// One call: the codes of a row group under a batch of planes. Stripes are columns 16 s .. 16 s + 15; the sums of a
// stripe lie together, [stripe][plane][16]. Those of columns that the matrix does not have are unspecified.
struct PlaneSums {
  const std::uint64_t* words;  // [row / 64][plane], bit r % 64: row r is driven; 0 beyond the last row
  std::size_t planes;
  int rows, columns;  // of the packed matrix
  int first_stripe, stripes;
  const void* packed;
  std::int32_t* sums;
};

struct SumKernels {
  // How much a packed matrix of (rows, columns) takes, aligned to 64 bytes.
  std::size_t (*packed_bytes)(int rows, int columns);
  // Codes of (rows, columns), `stride` apart, as the sums want them.
  void (*pack)(const std::int16_t* codes, std::size_t stride, int rows, int columns, void* packed);
  void (*sums)(const PlaneSums& call);
  // The same for codes of 0 .. 1023, which may cost less.
  void (*small_sums)(const PlaneSums& call);
};

// Of a set that isas() lists.
const SumKernels& sum_kernels(Isa isa);

}  // namespace bitline::array
