// SPDX-License-Identifier: Apache-2.0
#include "array/product.h"

#include <algorithm>
#include <cstring>

namespace bitline::array {
namespace {

using Wide = std::int32_t __attribute__((vector_size(32)));     // 8 sums
using Narrow = std::uint16_t __attribute__((vector_size(32)));  // 16 sums of variances
constexpr int chunk_columns = 16;
constexpr int chunk_nibbles = 16;  // of one set of tables: 24 KiB with variances, inside the first-level cache

// The 16 sums of four rows, for each nibble of a chunk.
struct Tables {
  alignas(32) Wide sums[chunk_nibbles][16][2];
  alignas(32) Narrow variances[chunk_nibbles][16];
};

// One row of at most 16 columns, zero beyond the matrix.
template <class Lane>
void load_row(const CodeMatrix& m, int row, int last_row, int column, int width, Lane (&line)[chunk_columns]) {
  std::fill_n(line, chunk_columns, Lane{0});
  if (row >= last_row) return;
  const std::int16_t* source = m.data.data() + static_cast<std::size_t>(row) * m.columns + column;
  for (int c = 0; c < width; ++c) line[c] = static_cast<Lane>(source[c]);
}

void fill(Tables& t, const CodeMatrix& codes, const CodeMatrix* variances, int row, int last_row, int nibbles,
          int column, int width) {
  for (int n = 0; n < nibbles; ++n) {
    t.sums[n][0][0] = t.sums[n][0][1] = Wide{};
    t.variances[n][0] = Narrow{};
    for (int k = 0; k < 4; ++k) {
      alignas(32) std::int32_t line[chunk_columns];
      load_row(codes, row + 4 * n + k, last_row, column, width, line);
      Wide low, high;
      std::memcpy(&low, line, sizeof low);
      std::memcpy(&high, line + 8, sizeof high);
      for (int s = 0; s < 1 << k; ++s) {
        t.sums[n][s | 1 << k][0] = t.sums[n][s][0] + low;
        t.sums[n][s | 1 << k][1] = t.sums[n][s][1] + high;
      }
      if (!variances) continue;
      alignas(32) std::uint16_t variance_line[chunk_columns];
      load_row(*variances, row + 4 * n + k, last_row, column, width, variance_line);
      Narrow v;
      std::memcpy(&v, variance_line, sizeof v);
      for (int s = 0; s < 1 << k; ++s) t.variances[n][s | 1 << k] = t.variances[n][s] + v;
    }
  }
}

struct Sums {
  Wide low{}, high{};
  Narrow variance{};
};

template <bool with_variance>
inline void add(const Tables& t, int n, unsigned nibble, Sums& sums) {
  sums.low += t.sums[n][nibble][0];
  sums.high += t.sums[n][nibble][1];
  if constexpr (with_variance) sums.variance += t.variances[n][nibble];
}

template <bool with_variance>
Sums sum_chunk(const Tables& t, const std::uint8_t* nibble, int count) {
  Sums sums;
  if (count == chunk_nibbles) {
#pragma GCC unroll 16
    for (int n = 0; n < chunk_nibbles; ++n) add<with_variance>(t, n, nibble[n], sums);
  } else {
    for (int n = 0; n < count; ++n) add<with_variance>(t, n, nibble[n], sums);
  }
  return sums;
}

// target = value, or += value beyond the first chunk of rows.
void store(std::int32_t* target, const std::int32_t (&value)[chunk_columns], int width, bool first) {
  if (width == chunk_columns && first)
    std::memcpy(target, value, sizeof value);
  else if (width == chunk_columns)
    for (int c = 0; c < chunk_columns; ++c) target[c] += value[c];
  else
    for (int c = 0; c < width; ++c) target[c] = first ? value[c] : target[c] + value[c];
}

template <bool with_variance>
void run(const CodeMatrix& codes, const CodeMatrix* variances, int first_row, const PlaneBatch& planes,
         std::span<std::int32_t> out, std::span<std::int32_t> variance_out) {
  Tables tables;
  const int columns = codes.columns;
  if (planes.nibbles() == 0) {
    std::fill(out.begin(), out.end(), 0);
    std::fill(variance_out.begin(), variance_out.end(), 0);
  }
  for (int c0 = 0; c0 < columns; c0 += chunk_columns) {
    const int width = std::min(chunk_columns, columns - c0);
    for (int n0 = 0; n0 < planes.nibbles(); n0 += chunk_nibbles) {
      const int count = std::min(chunk_nibbles, planes.nibbles() - n0);
      fill(tables, codes, variances, first_row + 4 * n0, first_row + planes.rows(), count, c0, width);
      for (std::size_t v = 0; v < planes.vectors(); ++v) {
        const Sums sums = sum_chunk<with_variance>(tables, planes.row(v) + n0, count);
        alignas(32) std::int32_t line[chunk_columns];
        std::memcpy(line, &sums.low, sizeof sums.low);
        std::memcpy(line + 8, &sums.high, sizeof sums.high);
        store(out.data() + v * columns + c0, line, width, n0 == 0);
        if constexpr (with_variance) {
          for (int c = 0; c < chunk_columns; ++c) line[c] = sums.variance[c];
          store(variance_out.data() + v * columns + c0, line, width, n0 == 0);
        }
      }
    }
  }
}

}  // namespace

PlaneBatch::PlaneBatch(std::size_t vectors, int rows)
    : vectors_(vectors),
      rows_(rows),
      nibbles_((rows + 3) / 4),
      data_(vectors * static_cast<std::size_t>(nibbles_), 0) {}

void plane_sums(const CodeMatrix& codes, int first_row, const PlaneBatch& planes, std::span<std::int32_t> out) {
  run<false>(codes, nullptr, first_row, planes, out, {});
}

void plane_sums(const CodeMatrix& codes, const CodeMatrix& variances, int first_row, const PlaneBatch& planes,
                std::span<std::int32_t> out, std::span<std::int32_t> variance_out) {
  run<true>(codes, &variances, first_row, planes, out, variance_out);
}

}  // namespace bitline::array
