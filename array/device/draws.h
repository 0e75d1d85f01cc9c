// SPDX-License-Identifier: Apache-2.0
// Random words of many devices at once: what array/device's write and age share.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "array/device/device.h"

namespace bitline::device_draws {

inline constexpr std::size_t chunk_size = 256;  // scratch stays on the stack and in the first-level cache

// out[i]: the word of device i for this purpose. A call gives four words: [0] and [1] for the positive and negative
// device of a pair, [2] and [3] (`second`) for a second number of each. Neighbours of one pair share the call.
inline void words(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<std::uint32_t> out,
                  bool second = false) {
  std::array<std::uint32_t, 4> four{};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const CellId& id = ids[i];
    const bool same =
        i > 0 && id.weight == ids[i - 1].weight && id.slice == ids[i - 1].slice && id.layer == ids[i - 1].layer;
    if (!same) four = random.bits({.purpose = purpose, .layer = id.layer, .place = id.weight, .image = id.slice});
    out[i] = four[(id.negative & 1u) + (second ? 2u : 0u)];
  }
}

// The same as standard normal numbers.
inline void normals(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<float> out,
                    bool second = false) {
  std::uint32_t u[chunk_size];
  words(random, purpose, ids, {u, ids.size()}, second);
  normal_from_bits({u, ids.size()}, out);
}

// Uniform in (0, 1), as Random::uniform4 makes it.
inline double uniform(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

// c0 + c1 x + c2 x^2 + ...; 0 for no coefficients.
inline double polynomial(const std::vector<double>& c, double x) {
  double sum = 0;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * x + c[k];
  return sum;
}

// Not negative, but a NaN stays one.
inline double at_least_zero(double g) { return g < 0 ? 0 : g; }

}  // namespace bitline::device_draws
