// SPDX-License-Identifier: Apache-2.0
// What reads do beside their sums, for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake).
// Every operation is rounded as IEEE 754 says, so that all sets give the same bits.
#include "read/read_kernels.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace bitline::read {
namespace {

// --- inputs to planes

void bits(const std::uint16_t* codes, int bits, std::uint64_t* words) {
#if defined(__AVX512BW__)
  const __m512i low = _mm512_loadu_si512(codes), high = _mm512_loadu_si512(codes + 32);
  for (int b = 0; b < bits; ++b) {
    const __m512i bit = _mm512_set1_epi16(static_cast<std::int16_t>(1 << b));
    words[b] = static_cast<std::uint64_t>(_mm512_test_epi16_mask(high, bit)) << 32 | _mm512_test_epi16_mask(low, bit);
  }
#elif defined(__SSE2__)
  // The sign bits of 16 bytes at a time: low bytes of the codes, then high bytes.
  for (int first = 0; first < bits; first += 8) {
    __m128i bytes[4];
    for (int q = 0; q < 4; ++q) {
      const auto* const from = reinterpret_cast<const __m128i*>(codes + 16 * q);
      const __m128i low_byte = _mm_set1_epi16(255), a = _mm_loadu_si128(from), b = _mm_loadu_si128(from + 1);
      bytes[q] = first == 0 ? _mm_packus_epi16(_mm_and_si128(a, low_byte), _mm_and_si128(b, low_byte))
                            : _mm_packus_epi16(_mm_srli_epi16(a, 8), _mm_srli_epi16(b, 8));
    }
    for (int b = first + 7; b >= first; --b)
      for (std::uint64_t q = 0, word = 0; q < 4; ++q) {
        word |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes[q]))) << 16 * q;
        bytes[q] = _mm_add_epi8(bytes[q], bytes[q]);
        if (q == 3 && b < bits) words[b] = word;
      }
  }
#else
  for (int b = 0; b < bits; ++b) {
    std::uint64_t word = 0;
    for (int r = 0; r < 64; ++r) word |= static_cast<std::uint64_t>(codes[r] >> b & 1) << r;
    words[b] = word;
  }
#endif
}

void count_ones(const std::uint16_t* codes, std::size_t n, std::uint16_t* counts) {
#pragma omp simd
  for (std::size_t r = 0; r < n; ++r) {
    std::uint16_t ones = codes[r];  // sums of 2, 4, 8, 16 bits side by side
    ones = static_cast<std::uint16_t>(ones - (ones >> 1 & 0x5555));
    ones = static_cast<std::uint16_t>((ones & 0x3333) + (ones >> 2 & 0x3333));
    ones = static_cast<std::uint16_t>((ones + (ones >> 4)) & 0x0f0f);
    counts[r] = static_cast<std::uint16_t>(counts[r] + ((ones + (ones >> 8)) & 0x1f));
  }
}

// --- sums to codes

constexpr std::size_t stripe = 16;

template <class Number>
inline double noisy(Number sum, Number variance, float z, float noise_scale) {
  return static_cast<double>(sum) +
         static_cast<double>(z * (noise_scale * __builtin_sqrtf(static_cast<float>(variance))));
}

// Columns of one stripe: all 16 or 8 of them in vectors.
template <class Number, class Columns>
inline void stripe_values(const Number* sums, const Number* variances, const float* z, float noise_scale,
                          Columns columns, double* values) {
  if (variances) {
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c) values[c] = noisy(sums[c], variances[c], z[c], noise_scale);
  } else {
#pragma omp simd
    for (std::size_t c = 0; c < columns; ++c) values[c] = static_cast<double>(sums[c]);
  }
}

template <std::size_t n>
struct Fixed {
  constexpr operator std::size_t() const { return n; }
};

template <class Number>
void noisy_sums(const ReadSums<Number>& r, double* values) {
  for (std::size_t read = 0; read < r.reads; ++read) {
    const Number *sums = r.sums + read * stripe, *variances = r.variances ? r.variances + read * stripe : nullptr;
    const float* z = r.variances ? r.z + read * r.z_step : nullptr;
    for (std::size_t first = 0; first < r.columns; first += stripe) {
      const std::size_t left = r.columns - first;
      if (left >= stripe)
        stripe_values(sums, variances, z, r.noise_scale, Fixed<stripe>(), values);
      else if (left == stripe / 2)
        stripe_values(sums, variances, z, r.noise_scale, Fixed<stripe / 2>(), values);
      else
        stripe_values(sums, variances, z, r.noise_scale, left, values);
      values += left < stripe ? left : stripe;
      sums += r.stripe_step;
      if (r.variances) variances += r.stripe_step, z += stripe;
    }
  }
}

inline double within(double value, double lowest, double highest) {
  const double above = value > lowest ? value : lowest;
  return above < highest ? above : highest;
}

// a / b, correctly rounded, from y = 1 / b correctly rounded: q = a y misses by less than a unit in the last place, and
// one step by its exact remainder rounds it right (Markstein 1990, doi:10.1147/rd.341.0111, theorem 6).
inline double quotient(double a, double b, double y) {
#if defined(__FMA__)
  const double q = a * y;
  return __builtin_fma(__builtin_fma(-b, q, a), y, q);
#else
  static_cast<void>(y);
  return a / b;
#endif
}

template <bool divide>
std::size_t convert_all(const UniformCodes& u, double* values, std::size_t n) {
  const double lsb = u.lsb, inverse = u.inverse_lsb, lowest = u.lowest, highest = u.highest, clamp = u.clamp;
  std::uint64_t clipped = 0;
#pragma omp simd reduction(+ : clipped)
  for (std::size_t c = 0; c < n; ++c) {
    const double current = within(values[c], -clamp, clamp);
    const double code = __builtin_nearbyint(divide ? current / lsb : quotient(current, lsb, inverse));
    const double kept = within(code, lowest, highest);
    clipped += kept != code;
    values[c] = kept * lsb;
  }
  return clipped;
}

std::size_t convert(const UniformCodes& u, double* values, std::size_t n) {
  return u.inverse_lsb == 0 ? convert_all<true>(u, values, n) : convert_all<false>(u, values, n);
}

// One digit: the outputs of a vector stay in registers over its planes.
template <std::size_t together>
inline void accumulate_columns(const Converted& v, std::size_t first, double* target) {
  double sum[together];
  for (std::size_t c = 0; c < together; ++c) sum[c] = target[first + c];
  for (std::size_t p = 0; p < v.planes; ++p)
#pragma omp simd
    for (std::size_t c = 0; c < together; ++c)
      sum[c] += v.plane_weight[p] * v.digit_weight[0] * v.values[p * v.columns + first + c];
  for (std::size_t c = 0; c < together; ++c) target[first + c] = sum[c];
}

void accumulate_digits(const Converted& v, double* target) {
  for (std::size_t c = 0; c < v.columns / v.digits; ++c) {
    double sum = target[c];
    for (std::size_t p = 0; p < v.planes; ++p)
      for (std::size_t d = 0; d < v.digits; ++d)
        sum += v.plane_weight[p] * v.digit_weight[d] * v.values[p * v.columns + c * v.digits + d];
    target[c] = sum;
  }
}

void accumulate(const Converted& v, double* target) {
  if (v.digits > 1) return accumulate_digits(v, target);
  std::size_t c = 0;
  for (; c + 32 <= v.columns; c += 32) accumulate_columns<32>(v, c, target);
  for (; c + 8 <= v.columns; c += 8) accumulate_columns<8>(v, c, target);
  for (; c < v.columns; ++c) accumulate_columns<1>(v, c, target);
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const ReadKernels BITLINE_NAME(read_kernels_, BITLINE_ISA);
const ReadKernels BITLINE_NAME(read_kernels_, BITLINE_ISA) = {
    bits, count_ones, noisy_sums<std::int32_t>, noisy_sums<double>, convert, accumulate};

}  // namespace bitline::read
