// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 on many counters and the normal transform on many words, once for each instruction set. Used by
// random.cpp alone; random_kernels.inl is their one source, and all give the same bits.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace bitline {

// Counters {first word, place + k, image[r], step[r]} for k = 0 .. places - 1 of each read r.
struct PhiloxReads {
  std::uint32_t key[2], first_word, place;
  const std::uint32_t *image, *step;
  std::size_t reads, places;
};

struct RandomKernels {
  // The four words of each counter, [read][place][4].
  void (*words)(const PhiloxReads& reads, std::uint32_t* out);
  // Words 0 and 1, or 2 and 3, of each, [read][place][2].
  void (*word_pairs)(const PhiloxReads& reads, bool second, std::uint32_t* out);
  // The four normal numbers of each counter, two from each of its pairs of words, [read][place][4].
  void (*draws)(const PhiloxReads& reads, float* out);
  // z[2 i], z[2 i + 1]: the two normal numbers of the pair u[2 i], u[2 i + 1]; n is even.
  void (*normals)(const std::uint32_t* u, float* z, std::size_t n);
};

// Of a set that isas() lists.
const RandomKernels& random_kernels(Isa isa);

}  // namespace bitline
