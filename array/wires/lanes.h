// SPDX-License-Identifier: Apache-2.0
// Eight floats side by side, as the loops of array/wires/wire_kernels.h take them.
#pragma once

#include <cstddef>

namespace bitline::array::simd {

inline constexpr std::size_t wide = 8;

struct alignas(32) Lanes {
  float value[wide];
};

}  // namespace bitline::array::simd
