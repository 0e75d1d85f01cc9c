// SPDX-License-Identifier: Apache-2.0
// Eight floats side by side: how they lie in memory, and as one value of the compiler's vector extension.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bitline::array::simd {

inline constexpr std::size_t wide = 8;

struct alignas(32) Lanes {
  float value[wide];
};

using Vec = float __attribute__((vector_size(32)));

inline Vec load(const Lanes& from) {
  Vec v;
  std::memcpy(&v, from.value, sizeof v);
  return v;
}
inline void store(Lanes& to, Vec v) { std::memcpy(to.value, &v, sizeof v); }

// |v|.
inline Vec magnitude(Vec v) {
  using Bits = std::int32_t __attribute__((vector_size(32)));
  Bits bits;
  std::memcpy(&bits, &v, sizeof v);
  bits &= 0x7fffffff;
  std::memcpy(&v, &bits, sizeof v);
  return v;
}

// Rows become columns.
inline void transpose(Vec (&m)[wide]) {
  Vec pairs[wide], quads[wide];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pairs[i + 1] = __builtin_shufflevector(m[i], m[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int k = 0; k < 2; ++k) {
      quads[i + 2 * k] = __builtin_shufflevector(pairs[i + k], pairs[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      quads[i + 2 * k + 1] = __builtin_shufflevector(pairs[i + k], pairs[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; ++i) {
    m[i] = __builtin_shufflevector(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] = __builtin_shufflevector(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

}  // namespace bitline::array::simd
