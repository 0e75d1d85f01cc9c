// SPDX-License-Identifier: Apache-2.0
// Random words of many devices at once: what device's write and age share.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "device/device.h"

namespace bitline::device::device_draws {

inline constexpr std::size_t chunk_size = 256;  // scratch stays on the stack and in the first-level cache

// Length of the longest prefix of `ids` of the form +w, -w, +(w+1), -(w+1), ... (the two devices of neighbouring
// weights): these are drawn in one vectorised call.
inline std::size_t leading_pairs(std::span<const CellId> ids) {
  constexpr std::uint64_t negative = std::uint64_t{1} << 63, next_weight = 1;
  std::size_t n = 0;
  for (auto expected = std::bit_cast<std::uint64_t>(ids[0]) & ~negative;
       n + 1 < ids.size() && std::bit_cast<std::uint64_t>(ids[n]) == expected &&
       std::bit_cast<std::uint64_t>(ids[n + 1]) == (expected | negative);
       n += 2)
    expected += next_weight;
  return n;
}

// out[i]: the word of device i for this purpose. The two devices of a pair share a draw, whose words 0 and 1 are
// theirs, or 2 and 3 for a second number of each. Weights that follow each other are drawn together, fastest in pairs.
inline void words(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<std::uint32_t> out,
                  bool second = false, std::uint32_t step = 0) {
  std::uint32_t buffer[2 * chunk_size];
  for (std::size_t begin = 0, end = 0; begin < ids.size(); begin = end) {
    const CellId first = ids[begin];
    const Counter counter{purpose, first.layer, first.weight, first.slice, step};
    if (const std::size_t pairs = leading_pairs(ids.subspan(begin)); pairs > 0) {
      random.word_pairs(counter, second, out.subspan(begin, pairs));
      end = begin + pairs;
      continue;
    }
    std::uint32_t last = first.weight;
    for (end = begin + 1; end < ids.size() && ids[end].layer == first.layer && ids[end].slice == first.slice &&
                          ids[end].weight - last <= 1;
         ++end)
      last = ids[end].weight;
    random.word_pairs(counter, second, {buffer, 2 * (last - first.weight + std::size_t{1})});
    for (std::size_t i = begin; i < end; ++i) out[i] = buffer[2 * (ids[i].weight - first.weight) + ids[i].negative];
  }
}

// The same as standard normal numbers.
inline void normals(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<float> out,
                    bool second = false, std::uint32_t step = 0) {
  std::uint32_t u[chunk_size];
  words(random, purpose, ids, {u, ids.size()}, second, step);
  normal_from_bits({u, ids.size()}, out);
}

// Counter step of round `round` of write number `number`: writing again draws anew.
inline std::uint32_t step_of(std::uint32_t number, std::uint32_t round = 0) { return number << 8 | round; }

// Uniform in (0, 1), as Random::uniform4 makes it.
inline double uniform(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

// c0 + c1 x + c2 x^2 + ...; 0 for no coefficients.
inline double polynomial(std::span<const double> c, double x) {
  double sum = 0;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * x + c[k];
  return sum;
}

// Not negative, but a NaN stays one.
inline double at_least_zero(double g) { return g < 0 ? 0 : g; }

}  // namespace bitline::device::device_draws
