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

// --- the same in single precision, vector by vector of columns
// --------------------------------------------------------

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
constexpr int wide = vector_bytes / 4;
typedef float Floats __attribute__((vector_size(vector_bytes)));
typedef std::int32_t Integers __attribute__((vector_size(vector_bytes)));

// The smaller, the larger, square root, nearest integer (half to even), which of the first `n` differ. The masks of all
// lanes: GCC 12 takes the plain forms' unused operand for an uninitialized variable.
#if defined(__AVX512F__)
inline Floats smaller(Floats a, Floats b) { return reinterpret_cast<Floats>(_mm512_maskz_min_ps(0xffff, a, b)); }
inline Floats larger(Floats a, Floats b) { return reinterpret_cast<Floats>(_mm512_maskz_max_ps(0xffff, a, b)); }
inline Floats root(Floats a) { return reinterpret_cast<Floats>(_mm512_maskz_sqrt_ps(0xffff, a)); }
inline Floats nearest(Floats a) { return reinterpret_cast<Floats>(_mm512_maskz_roundscale_ps(0xffff, a, 8)); }
inline unsigned different(Floats a, Floats b) { return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ); }
#elif defined(__AVX2__)
inline Floats smaller(Floats a, Floats b) { return _mm256_min_ps(a, b); }
inline Floats larger(Floats a, Floats b) { return _mm256_max_ps(a, b); }
inline Floats root(Floats a) { return _mm256_sqrt_ps(a); }
inline Floats nearest(Floats a) { return _mm256_round_ps(a, 8); }
inline unsigned different(Floats a, Floats b) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_NEQ_UQ)));
}
#elif defined(__SSE4_1__)
inline Floats smaller(Floats a, Floats b) { return _mm_min_ps(a, b); }
inline Floats larger(Floats a, Floats b) { return _mm_max_ps(a, b); }
inline Floats root(Floats a) { return _mm_sqrt_ps(a); }
inline Floats nearest(Floats a) { return _mm_round_ps(a, 8); }
inline unsigned different(Floats a, Floats b) { return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpneq_ps(a, b))); }
#else
template <class F>
inline Floats by_lane(F&& f) {
  Floats out;
  for (int i = 0; i < wide; ++i) out[i] = f(i);
  return out;
}
inline Floats smaller(Floats a, Floats b) {
  return by_lane([&](int i) { return a[i] < b[i] ? a[i] : b[i]; });
}
inline Floats larger(Floats a, Floats b) {
  return by_lane([&](int i) { return a[i] > b[i] ? a[i] : b[i]; });
}
inline Floats root(Floats a) {
  return by_lane([&](int i) { return __builtin_sqrtf(a[i]); });
}
inline Floats nearest(Floats a) {
  return by_lane([&](int i) { return __builtin_nearbyintf(a[i]); });
}
inline unsigned different(Floats a, Floats b) {
  unsigned which = 0;
  for (int i = 0; i < wide; ++i) which |= static_cast<unsigned>(a[i] != b[i]) << i;
  return which;
}
#endif

template <class Vector, class Number>
inline Vector loaded(const Number* from) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
inline Floats loaded_floats(const std::int32_t* from) {
  return __builtin_convertvector(loaded<Integers>(from), Floats);
}
inline Floats all_lanes(float x) { return Floats{} + x; }

// Sums over the planes of one vector, of `wide` columns of which the `valid` ones count.
struct CodeSums {
  const NoisyCodes& n;
  Floats lowest = all_lanes(n.lowest), highest = all_lanes(n.highest), clamp = all_lanes(n.clamp);
  std::size_t clipped = 0;

  inline Floats of(const std::int32_t* sums, const std::int32_t* variances, const float* z, unsigned valid) {
    Floats total{};
    for (std::size_t p = 0; p < n.planes; ++p, sums += stripe, variances += stripe, z += n.reads.z_step) {
      const Floats noise = loaded<Floats>(z) * (n.reads.noise_scale * root(loaded_floats(variances)));
      const Floats value = (loaded_floats(sums) + noise) * n.inverse_lsb;
      const Floats code = nearest(smaller(larger(value, -clamp), clamp));
      const Floats kept = smaller(larger(code, lowest), highest);
      clipped += static_cast<std::size_t>(__builtin_popcount(different(kept, code) & valid));
      total += n.plane_weight[p] * kept;
    }
    return total;
  }
};

std::size_t noisy_codes(const NoisyCodes& n, float* sums) {
  const ReadSums<std::int32_t>& r = n.reads;
  CodeSums codes{n};
  for (std::size_t read = 0; read < r.reads; read += n.planes, sums += r.columns)
    for (std::size_t c = 0; c < r.columns; c += wide) {
      const std::size_t at = c / stripe * r.stripe_step + read * stripe + c % stripe, left = r.columns - c;
      const unsigned valid = left < wide ? (1u << left) - 1 : ~0u;
      const Floats total = codes.of(r.sums + at, r.variances + at, r.z + read * r.z_step + c, valid);
      __builtin_memcpy(sums + c, &total, (left < wide ? left : wide) * sizeof *sums);
    }
  return codes.clipped;
}

// --- codes of values of double precision, and their sums
// --------------------------------------------------------------

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
    bits, count_ones, noisy_sums<std::int32_t>, noisy_sums<double>, convert, noisy_codes, accumulate};

}  // namespace bitline::read
