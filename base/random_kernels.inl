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
constexpr int sets = vector_bytes == 32 ? 2 : 4;  // as many as there are registers for
constexpr int together = sets * lanes;            // counters
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

constexpr std::size_t batch = 128;  // counters that are laid out at once
static_assert(batch % together == 0);

struct Counters {
  std::uint32_t place[batch], image[batch], step[batch];
};

// The counters of as many reads of few places as there is room for: how many counters.
template <std::size_t places>
inline std::size_t lay_out_few(const PhiloxReads& r, std::size_t& read, Counters& c) {
  const std::size_t reads = batch / places < r.reads - read ? batch / places : r.reads - read;
  for (std::size_t i = 0; i < reads; ++i)
    for (std::size_t k = 0; k < places; ++k) {
      c.place[i * places + k] = r.place + static_cast<std::uint32_t>(k);
      c.image[i * places + k] = r.image[read + i];
      c.step[i * places + k] = r.step[read + i];
    }
  read += reads;
  return reads * places;
}

// The counters that follow place k of `read`.
inline std::size_t lay_out(const PhiloxReads& r, std::size_t& read, std::size_t& k, Counters& c) {
  if (r.places == 1) return lay_out_few<1>(r, read, c);
  if (r.places == 2) return lay_out_few<2>(r, read, c);
  if (r.places == 4) return lay_out_few<4>(r, read, c);
  std::size_t filled = 0;
  while (filled < batch && read < r.reads) {
    const std::size_t n = batch - filled < r.places - k ? batch - filled : r.places - k;
    const auto first = static_cast<std::uint32_t>(r.place + k);
    for (std::size_t i = 0; i < n; ++i) {
      c.place[filled + i] = first + static_cast<std::uint32_t>(i);
      c.image[filled + i] = r.image[read];
      c.step[filled + i] = r.step[read];
    }
    filled += n, k += n;
    if (k == r.places) k = 0, ++read;
  }
  return filled;
}

// `store(blocks, to)` writes `per_place` numbers for each of `together` counters.
template <std::size_t per_place, class Number, class Store>
inline void for_counters(const PhiloxReads& r, Number* out, const Store& store) {
  const Keys keys(r.key);
  Counters c;
  std::size_t read = 0, k = 0;
  while (read < r.reads && r.places > 0) {
    const std::size_t filled = lay_out(r, read, k, c);
    for (std::size_t i = filled; i % together != 0; ++i) c.place[i] = c.image[i] = c.step[i] = 0;
    for (std::size_t i = 0; i < filled; i += together) {
      const Blocks blocks = philox(keys, r.first_word, c.place + i, c.image + i, c.step + i);
      if (filled - i >= together) {
        store(blocks, out);
        out += per_place * together;
      } else {
        Number last[per_place * together];
        store(blocks, last);
        __builtin_memcpy(out, last, (filled - i) * per_place * sizeof(Number));
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
// In pairs (Box and Muller 1958, doi:10.1214/aoms/1177706645): one word is the radius, one the direction. Written with
// single operations, each rounded as IEEE 754 says, so that every machine gives the same bits.

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

inline Floats square_root(Floats x) {
#if defined(__AVX512F__)
  return reinterpret_cast<Floats>(_mm512_maskz_sqrt_ps(0xffff, reinterpret_cast<__m512>(x)));
#elif defined(__AVX2__)
  return reinterpret_cast<Floats>(_mm256_sqrt_ps(reinterpret_cast<__m256>(x)));
#elif defined(__SSE4_1__)
  return reinterpret_cast<Floats>(_mm_sqrt_ps(reinterpret_cast<__m128>(x)));
#else
  for (int i = 0; i < wide; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
#endif
}

// sqrt(-2 ln p) for p = odd / 2^31 of the upper 31 bits, made odd: 0 .. 6.56. ln p = exponent ln 2 + ln(1 + t), 1 + t
// in [0.7071, 1.4142); minimax polynomial of ln(1 + t) / t, 2.2e-6 for the square.
inline Floats radius_of(Integers u) {
  const Integers odd = (u >> 1 & 0x7fffffff) | 1;
  constexpr std::int32_t times_2_31 = 31 << 23, root_half = 0x3f3504f3;  // exponent field; sqrt(1/2)
  const Integers bits = same_bits<Integers>(to_float(odd)) - times_2_31;
  const Integers exponent = (bits - root_half) >> 23;
  const Floats t = same_bits<Floats>(bits - (exponent << 23)) - 1.0f;
  Floats sum = 0.37565461f + -0.24421963f * t;
  sum = -0.40909511f + sum * t;
  sum = 0.49793586f + sum * t;
  sum = -0.66632056f + sum * t;
  sum = 1.00002801f + sum * t;
  sum = -2.00000167f + sum * t;
  return square_root(to_float(exponent) * -1.38629436f + sum * t);
}

// The point of a unit circle that a word names: within an eighth of a turn of the x axis by its value, mirrored to the
// other quarters by its lowest bits. Minimax polynomials, 1.1e-6 of the sine and 3e-8.
struct Direction {
  Floats x, y;
  explicit Direction(Integers u) {
    const Floats a = to_float(u) * 0x1p-31f, t = a * a;  // -1 .. 1 eighths of a turn
    const Floats sine = a * (0.78539705f + t * (-0.08072523f + t * 0.0024360947f));
    const Floats cosine = 1.0f + t * (-0.30842426f + t * (0.015849914f + t * -0.00031888051f));
    const Integers s = same_bits<Integers>(sine), c = same_bits<Integers>(cosine) ^ (u << 31);
    const Integers swapped = (u << 30) >> 31;
    x = same_bits<Floats>((s & swapped) | (c & ~swapped));
    y = same_bits<Floats>((c & swapped) | (s & ~swapped));
  }
};

// Every second number of a and b, from the first or from the second on; the halves of a and b number by number.
#if defined(__AVX512F__)
inline Integers even(Integers a, Integers b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
inline Integers odd(Integers a, Integers b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
inline Floats first_halves(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline Floats second_halves(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
#elif defined(__AVX2__)
inline Integers even(Integers a, Integers b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14); }
inline Integers odd(Integers a, Integers b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15); }
inline Floats first_halves(Floats a, Floats b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
inline Floats second_halves(Floats a, Floats b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#else
inline Integers even(Integers a, Integers b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6); }
inline Integers odd(Integers a, Integers b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7); }
inline Floats first_halves(Floats a, Floats b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
inline Floats second_halves(Floats a, Floats b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#endif

// The numbers of `wide` pairs, one pair after the other.
inline void store_pairs(Integers radii, Integers directions, float* z) {
  const Floats r = radius_of(radii);
  const Direction d(directions);
  const Floats x = r * d.x, y = r * d.y, first = first_halves(x, y), second = second_halves(x, y);
  __builtin_memcpy(z, &first, sizeof first);
  __builtin_memcpy(z + wide, &second, sizeof second);
}

void draws(const PhiloxReads& reads, float* out) {
  for_counters<4>(reads, out, [](const Blocks& b, float* to) {
    for (int h = 0; h < sets; ++h) {
      const Lanes radii = (b.front[h] & low_half) | b.back[h] << 32;  // words 0 and 2 of each
      const Lanes directions = b.front[h] >> 32 | (b.back[h] & ~low_half);
      store_pairs(same_bits<Integers>(radii), same_bits<Integers>(directions), to + 2 * wide * h);
    }
  });
}

void normals(const std::uint32_t* u, float* z, std::size_t n) {
  const auto store = [](const std::uint32_t* from, float* to) {
    Integers a, b;
    __builtin_memcpy(&a, from, sizeof a);
    __builtin_memcpy(&b, from + wide, sizeof b);
    store_pairs(even(a, b), odd(a, b), to);
  };
  constexpr std::size_t together = 2 * wide;
  for (; n >= together; n -= together, u += together, z += together) store(u, z);
  if (n == 0) return;
  std::uint32_t last[together] = {};
  float found[together];
  __builtin_memcpy(last, u, n * sizeof *u);
  store(last, found);
  __builtin_memcpy(z, found, n * sizeof *z);
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const RandomKernels BITLINE_NAME(random_kernels_, BITLINE_ISA);
const RandomKernels BITLINE_NAME(random_kernels_, BITLINE_ISA) = {words, word_pairs, draws, normals};

}  // namespace bitline
