// SPDX-License-Identifier: Apache-2.0
#include "array/product.h"

#include <algorithm>
#include <cstring>

namespace bitline {
namespace {

using Lanes = std::int32_t __attribute__((vector_size(32)));
constexpr int lane_count = 8;
constexpr int chunk_columns = 2 * lane_count;  // two registers of sums
constexpr int chunk_nibbles = 24;              // 24 tables of 16 x 16 sums: 24 KiB, inside the first-level cache

}  // namespace

PlaneBatch::PlaneBatch(std::size_t vectors, int rows) : vectors_(vectors), rows_(rows), nibbles_((rows + 3) / 4), data_(vectors * static_cast<std::size_t>(nibbles_), 0) {}

void PlaneBatch::clear() { std::fill(data_.begin(), data_.end(), std::uint8_t{0}); }

void plane_sums(const CodeMatrix& codes, int first_row, const PlaneBatch& planes, std::span<std::int32_t> out) {
  const int columns = codes.columns, rows = planes.rows();
  alignas(32) Lanes table[chunk_nibbles][16][2];
  for (int c0 = 0; c0 < columns; c0 += chunk_columns) {
    const int width = std::min(chunk_columns, columns - c0);
    for (int n0 = 0; n0 == 0 || n0 < planes.nibbles(); n0 += chunk_nibbles) {
      const int n1 = std::min(n0 + chunk_nibbles, planes.nibbles());
      for (int n = n0; n < n1; ++n) {
        auto& t = table[n - n0];
        std::memset(t, 0, sizeof t);
        for (int k = 0; k < 4; ++k) {
          const int r = 4 * n + k;
          alignas(32) std::int32_t line[chunk_columns] = {};
          if (r < rows) {
            const std::int16_t* source = &codes.data[static_cast<std::size_t>(first_row + r) * columns + c0];
            for (int c = 0; c < width; ++c) line[c] = source[c];
          }
          Lanes low, high;
          std::memcpy(&low, line, sizeof low);
          std::memcpy(&high, line + lane_count, sizeof high);
          for (int s = 0; s < (1 << k); ++s) {
            t[s | (1 << k)][0] = t[s][0] + low;
            t[s | (1 << k)][1] = t[s][1] + high;
          }
        }
      }
      for (std::size_t v = 0; v < planes.vectors(); ++v) {
        const std::uint8_t* nibble = planes.row(v) + n0;
        Lanes low{}, high{};
        for (int n = 0; n < n1 - n0; ++n) {
          low += table[n][nibble[n]][0];
          high += table[n][nibble[n]][1];
        }
        std::int32_t* target = out.data() + v * columns + c0;
        if (width == chunk_columns) {
          if (n0 > 0) {
            Lanes a, b;
            std::memcpy(&a, target, sizeof a);
            std::memcpy(&b, target + lane_count, sizeof b);
            low += a, high += b;
          }
          std::memcpy(target, &low, sizeof low);
          std::memcpy(target + lane_count, &high, sizeof high);
        } else {
          for (int c = 0; c < width; ++c) {
            const std::int32_t sum = c < lane_count ? low[c] : high[c - lane_count];
            target[c] = n0 > 0 ? target[c] + sum : sum;
          }
        }
      }
    }
  }
}

}  // namespace bitline
