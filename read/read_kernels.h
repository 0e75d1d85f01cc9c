// SPDX-License-Identifier: Apache-2.0
// What a read does before and behind its sums, once for each instruction set: inputs to bits of planes; noise, codes of
// converters without errors of their own, accumulation. read_kernels.inl is their one source, and all give the same
// bits.
//
// Included by code that is compiled for one instruction set: nothing here may leave an inline function behind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/isa.h"

namespace bitline::read {

// Sums of some reads, [stripe][read][16], and the noise that is added.
template <class Number>
struct ReadSums {
  const Number *sums, *variances;  // of the first read; no variances: no noise
  std::size_t stripe_step;         // numbers from one stripe to the next
  const float* z;                  // standard normal numbers of the first read's columns
  std::size_t z_step;              // from one read to the next
  float noise_scale;               // times the root of a variance: standard deviation
  std::size_t reads, columns;
};

// Codes of converters that differ in nothing. inverse_lsb: 1 / lsb rounded, or 0 where division is needed.
struct UniformCodes {
  double lsb, inverse_lsb, lowest, highest, clamp;
};

// The same in single precision, in units of the lsb: for sums below 2^24, which floats hold exactly, that noise blurs
// by much more than the 2^-24 lost beside it. Weights of planes are integers whose sums with codes are exact, too.
struct NoisyCodes {
  ReadSums<std::int32_t> reads;  // of whole vectors
  std::size_t planes;
  const float* plane_weight;
  float inverse_lsb, lowest, highest, clamp;
};

// Planes of one vector, [plane][column], and the digital weight of each plane and of each conversion of a weight.
struct Converted {
  const double* values;
  std::size_t planes, columns;
  const double *plane_weight, *digit_weight;
  std::size_t digits;  // conversions of a weight
};

struct ReadKernels {
  // words[b], bit r = bit b of codes[r], for 64 codes and up to 16 bits.
  void (*bits)(const std::uint16_t* codes, int bits, std::uint64_t* words);
  // counts[r] += ones among the bits of codes[r].
  void (*count_ones)(const std::uint16_t* codes, std::size_t n, std::uint16_t* counts);
  // values[read][column] = sum + noise.
  void (*noisy_sums)(const ReadSums<std::int32_t>& reads, double* values);
  void (*noisy_real_sums)(const ReadSums<double>& reads, double* values);
  // Values become codes times lsb; how many were clipped.
  std::size_t (*convert)(const UniformCodes& codes, double* values, std::size_t n);
  // sums[vector][column] of plane weight x code of sum + noise; how many were clipped. The numbers z are read up to the
  // end of the last stripe.
  std::size_t (*noisy_codes)(const NoisyCodes& codes, float* sums);
  // target[c / digits] += plane weight x digit weight x value, plane after plane and column after column.
  void (*accumulate)(const Converted& vector, double* target);
};

// Of a set that isas() lists.
const ReadKernels& read_kernels(Isa isa);

// For a scale whose lsb is not 0.
UniformCodes uniform_codes(double lsb, int lowest, int highest, double clamp);

}  // namespace bitline::read
