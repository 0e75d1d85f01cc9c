// SPDX-License-Identifier: Apache-2.0
// Random numbers for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake).
#include "base/random_kernels.h"

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

namespace bitline {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

// --- Philox4x32-10 (Salmon et al., SC 2011, doi:10.1145/2063384.2063405)
//
// Compilers do not find a vector form; the rounds are written on 64-bit lanes, whose low halves hold the state (the
// multiplication reads no more). A test holds them against Random123.

typedef std::uint64_t Lanes __attribute__((vector_size(vector_bytes)));
constexpr int lanes = vector_bytes / 8;
// Vectors that go through each round together: one waits for its products while another's are formed.
constexpr int sets = vector_bytes == 16 ? 4 : 2;
constexpr int together = sets * lanes;  // counters
constexpr int rounds = 10;
constexpr std::uint64_t low_half = 0xffffffffu;

// Salmon et al., Table 2: multipliers and the steps of the key (golden ratio, sqrt(3) - 1).
constexpr std::uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57, key_step0 = 0x9E3779B9,
                        key_step1 = 0xBB67AE85;

inline Lanes all_lanes(std::uint32_t x) { return Lanes{} + x; }

// Products of the low halves.
inline Lanes multiply_low(Lanes a, Lanes b) {
#if defined(__AVX512F__)
  // With a mask of all lanes: GCC 12 takes the plain form's unused operand for an uninitialized variable.
  return reinterpret_cast<Lanes>(
      _mm512_maskz_mul_epu32(0xff, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE4_1__)
  return reinterpret_cast<Lanes>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  return (a & low_half) * (b & low_half);
#endif
}

struct Keys {
  Lanes k0[rounds], k1[rounds];
  explicit Keys(const std::uint32_t (&key)[2]) {
    for (std::uint32_t r = 0; r < rounds; ++r)
      k0[r] = all_lanes(key[0] + r * key_step0), k1[r] = all_lanes(key[1] + r * key_step1);
  }
};

// Words 0 and 1 of each counter side by side in 64 bits, and its words 2 and 3.
struct Blocks {
  Lanes front[sets], back[sets];
};

struct Counters {
  std::uint32_t place[together], image[together], step[together];
};

inline Lanes widened(const std::uint32_t* from) {
  typedef std::uint32_t Half __attribute__((vector_size(vector_bytes / 2)));
  Half half;
  __builtin_memcpy(&half, from, sizeof half);
  return __builtin_convertvector(half, Lanes);
}

inline Blocks philox(const Keys& keys, std::uint32_t first_word, const std::uint32_t* place, const std::uint32_t* image,
                     const std::uint32_t* step) {
  const Lanes m0 = all_lanes(multiplier0), m1 = all_lanes(multiplier1);
  Lanes c0[sets], c1[sets], c2[sets], c3[sets];
  for (int h = 0; h < sets; ++h) {
    c0[h] = all_lanes(first_word), c1[h] = widened(place + h * lanes);
    c2[h] = widened(image + h * lanes), c3[h] = widened(step + h * lanes);
  }
  for (int round = 0; round < rounds; ++round)
    for (int h = 0; h < sets; ++h) {
      const Lanes product0 = multiply_low(c0[h], m0), product1 = multiply_low(c2[h], m1);
      c0[h] = (product1 >> 32) ^ c1[h] ^ keys.k0[round];
      c1[h] = product1;
      c2[h] = (product0 >> 32) ^ c3[h] ^ keys.k1[round];
      c3[h] = product0;
    }
  Blocks out;
  for (int h = 0; h < sets; ++h) {
    out.front[h] = (c0[h] & low_half) | c1[h] << 32;
    out.back[h] = (c2[h] & low_half) | c3[h] << 32;
  }
  return out;
}

// `store(blocks, to)` writes `per_place` words for each of `together` counters.
template <std::size_t per_place, class Store>
inline void for_counters(const PhiloxReads& r, std::uint32_t* out, const Store& store) {
  constexpr std::size_t batch = 128;  // counters that are laid out at once
  static_assert(batch % together == 0);
  const Keys keys(r.key);
  std::uint32_t place[batch], image[batch], step[batch];
  std::size_t read = 0, k = 0;
  while (read < r.reads && r.places > 0) {
    std::size_t filled = 0;
    while (filled < batch && read < r.reads) {
      const std::size_t n = batch - filled < r.places - k ? batch - filled : r.places - k;
      const auto first = static_cast<std::uint32_t>(r.place + k);
      for (std::size_t i = 0; i < n; ++i) {
        place[filled + i] = first + static_cast<std::uint32_t>(i);
        image[filled + i] = r.image[read];
        step[filled + i] = r.step[read];
      }
      filled += n, k += n;
      if (k == r.places) k = 0, ++read;
    }
    for (std::size_t i = filled; i % together != 0; ++i) place[i] = image[i] = step[i] = 0;
    for (std::size_t i = 0; i < filled; i += together) {
      const Blocks blocks = philox(keys, r.first_word, place + i, image + i, step + i);
      if (filled - i >= together) {
        store(blocks, out);
        out += per_place * together;
      } else {
        std::uint32_t last[per_place * together];
        store(blocks, last);
        __builtin_memcpy(out, last, (filled - i) * per_place * sizeof(std::uint32_t));
        out += per_place * (filled - i);
      }
    }
  }
}

// The lower halves of both side by side, lane by lane; the upper halves.
#if defined(__AVX512F__)
inline Lanes lower(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
inline Lanes upper(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#elif defined(__AVX2__)
inline Lanes lower(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
inline Lanes upper(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#else
inline Lanes lower(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 2); }
inline Lanes upper(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 1, 3); }
#endif

void words(const PhiloxReads& reads, std::uint32_t* out) {
  for_counters<4>(reads, out, [](const Blocks& b, std::uint32_t* to) {
    for (int h = 0; h < sets; ++h) {
      const Lanes first = lower(b.front[h], b.back[h]), second = upper(b.front[h], b.back[h]);
      __builtin_memcpy(to + 4 * lanes * h, &first, sizeof first);
      __builtin_memcpy(to + 4 * lanes * h + 2 * lanes, &second, sizeof second);
    }
  });
}

void word_pairs(const PhiloxReads& reads, bool second, std::uint32_t* out) {
  for_counters<2>(reads, out, [second](const Blocks& b, std::uint32_t* to) {
    __builtin_memcpy(to, second ? b.back : b.front, sizeof b.front);
  });
}

// --- normal numbers
//
// Written with single operations, each rounded as IEEE 754 says, so that every machine gives the same bits; alike for
// one number and for a vector of them.

constexpr int wide = vector_bytes / 4;
typedef float Floats __attribute__((vector_size(vector_bytes)));
typedef std::int32_t Integers __attribute__((vector_size(vector_bytes)));

template <class To, class From>
inline To same_bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
inline float to_float(std::int32_t x) { return static_cast<float>(x); }
inline Floats to_float(Integers x) { return __builtin_convertvector(x, Floats); }

// Natural logarithm of a positive normal float, |error| < 2e-7 relative to 1: ln m = 2 artanh((m - 1) / (m + 1)) by its
// series, m in [0.7071, 1.4142).
template <class F, class I>
inline F log_positive(F x) {
  const I bits = same_bits<I>(x);
  const I exponent = (bits - 0x3f3504f3) >> 23;
  const F m = same_bits<F>(bits - (exponent << 23));
  const F s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
  const F series = s * (2.0f + s2 * (2.0f / 3 + s2 * (2.0f / 5 + s2 * (2.0f / 7 + s2 * (2.0f / 9)))));
  return series + to_float(exponent) * 0.693147180559945f;
}

// sqrt(2) erfinv(x), x = 1 - 2p, with the sign of the upper or lower half: Giles 2010, single precision, polynomials in
// w = -ln(1 - x^2) for w < 5 and w >= 5. p is the probability below or above, (0, 1/2].
template <class F, class I>
struct Quantile {
  I lower;  // all ones in the lower half, else 0
  F x, w;

  explicit Quantile(I u) : lower(~(u >> 31)) {
    const I tail = u ^ ~lower;  // 0 .. 2^31 - 1
    const F p = (to_float(tail) + 0.5f) * 0x1p-32f;
    x = 1.0f - 2.0f * p;
    w = -log_positive<F, I>(4.0f * p * (1.0f - p));
  }
  // Of either polynomial's value.
  F normal(F polynomial) const {
    const F z = 1.41421356f * x * polynomial;
    return same_bits<F>(same_bits<I>(z) ^ (lower & static_cast<std::int32_t>(0x80000000u)));
  }
  F near() const {
    const F a = w - 2.5f;
    F sum = 3.43273939e-07f + 2.81022636e-08f * a;
    sum = -3.5233877e-06f + sum * a;
    sum = -4.39150654e-06f + sum * a;
    sum = 0.00021858087f + sum * a;
    sum = -0.00125372503f + sum * a;
    sum = -0.00417768164f + sum * a;
    sum = 0.246640727f + sum * a;
    return 1.50140941f + sum * a;
  }
};
constexpr float near_below = 5;

// The tail, 0.3 % of all numbers: one by one.
float far_normal(std::uint32_t u) {
  const Quantile<float, std::int32_t> q(static_cast<std::int32_t>(u));
  const float b = __builtin_sqrtf(q.w) - 3.0f;
  float sum = 0.000100950558f + -0.000200214257f * b;
  sum = 0.00134934322f + sum * b;
  sum = -0.00367342844f + sum * b;
  sum = 0.00573950773f + sum * b;
  sum = -0.0076224613f + sum * b;
  sum = 0.00943887047f + sum * b;
  sum = 1.00167406f + sum * b;
  sum = 2.83297682f + sum * b;
  return q.normal(sum);
}

inline Floats normals_of(const std::uint32_t* u) {
  Integers words;
  __builtin_memcpy(&words, u, sizeof words);
  const Quantile<Floats, Integers> q(words);
  Floats z = q.normal(q.near());
  const Integers far = q.w >= near_below;
#if defined(__AVX512F__)
  unsigned which = _mm512_movepi32_mask(reinterpret_cast<__m512i>(far));
#elif defined(__AVX2__)
  unsigned which = static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(far)));
#elif defined(__SSE4_1__)
  unsigned which = static_cast<unsigned>(_mm_movemask_ps(reinterpret_cast<__m128>(far)));
#else
  unsigned which = 0;
  for (int i = 0; i < wide; ++i) which |= (far[i] & 1u) << i;
#endif
  for (; which != 0; which &= which - 1) {
    const int i = __builtin_ctz(which);
    z[i] = far_normal(u[i]);
  }
  return z;
}

void normals(const std::uint32_t* u, float* z, std::size_t n) {
  for (; n >= wide; n -= wide, u += wide, z += wide) {
    const Floats found = normals_of(u);
    __builtin_memcpy(z, &found, sizeof found);
  }
  if (n == 0) return;
  std::uint32_t last[wide] = {};
  __builtin_memcpy(last, u, n * sizeof *u);
  const Floats found = normals_of(last);
  __builtin_memcpy(z, &found, n * sizeof *z);
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const RandomKernels BITLINE_NAME(random_kernels_, BITLINE_ISA);
const RandomKernels BITLINE_NAME(random_kernels_, BITLINE_ISA) = {words, word_pairs, normals};

}  // namespace bitline
