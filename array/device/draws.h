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

// The four words of each device's call: [0] and [1] for the positive and negative device of a pair, [2] and [3] for a
// second number of each. `f(i, four)`; neighbours of one pair share the call, and weights that follow each other are
// drawn together.
template <class F>
void calls(const Random& random, Purpose purpose, std::span<const CellId> ids, std::uint32_t step, F&& f) {
  std::array<std::uint32_t, 4 * chunk_size> buffer;
  for (std::size_t begin = 0; begin < ids.size();) {
    const CellId& first = ids[begin];
    std::size_t end = begin + 1;
    std::uint32_t last = first.weight;
    while (end < ids.size() && ids[end].layer == first.layer && ids[end].slice == first.slice &&
           (ids[end].weight == last || ids[end].weight == last + 1) && ids[end].weight - first.weight < chunk_size)
      last = ids[end++].weight;
    const Counter counter{purpose, first.layer, first.weight, first.slice, step};
    const std::size_t weights = last - first.weight + 1;
    random.words(counter, {buffer.data(), 4 * weights});
    for (; begin < end; ++begin) f(begin, buffer.data() + 4 * (ids[begin].weight - first.weight));
  }
}

// out[i]: the word of device i for this purpose.
inline void words(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<std::uint32_t> out,
                  bool second = false, std::uint32_t step = 0) {
  calls(random, purpose, ids, step,
        [&](std::size_t i, const std::uint32_t* four) { out[i] = four[(ids[i].negative & 1u) + (second ? 2u : 0u)]; });
}

// The same as standard normal numbers.
inline void normals(const Random& random, Purpose purpose, std::span<const CellId> ids, std::span<float> out,
                    bool second = false, std::uint32_t step = 0) {
  std::uint32_t u[chunk_size];
  words(random, purpose, ids, {u, ids.size()}, second, step);
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
