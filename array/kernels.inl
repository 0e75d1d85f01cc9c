// SPDX-License-Identifier: Apache-2.0
// Sums of codes over binary planes for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake).
//
// A plane drives each row with 0 or 1. Four rows make a nibble, and the 16 possible sums of four code rows are
// tabulated once for a batch of planes, so that a nibble costs one load from the first-level cache instead of four
// multiply-adds
// ("four Russians": Arlazarov et al. 1970). Sums of a stripe of 16 columns stay together over all rows.
#include "array/kernels.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace bitline::array {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

constexpr int word_nibbles = 16;  // of one set of tables: 16 KiB, inside the first-level cache
constexpr int least(int a, int b) { return a < b ? a : b; }

// --- packing: [stripe][row][16], rows rounded up to whole nibbles

constexpr std::size_t padded_rows(int rows) { return static_cast<std::size_t>(rows + 3) / 4 * 4; }
constexpr std::size_t stripes_of(int columns) {
  return static_cast<std::size_t>(columns + stripe_columns - 1) / stripe_columns;
}

std::size_t packed_bytes(int rows, int columns) {
  return stripes_of(columns) * padded_rows(rows) * stripe_columns * sizeof(std::int16_t);
}

void pack(const std::int16_t* codes, std::size_t stride, int rows, int columns, void* packed) {
  auto* out = static_cast<std::int16_t*>(packed);
  for (int first = 0; first < columns; first += stripe_columns)
    for (std::size_t r = 0; r < padded_rows(rows); ++r)
      for (int c = first; c < first + stripe_columns; ++c)
        *out++ = r < static_cast<std::size_t>(rows) && c < columns ? codes[r * stride + static_cast<std::size_t>(c)]
                                                                   : std::int16_t{0};
}

// --- tables

// A stripe's first `lanes` columns as vectors of sums, in 32 bits; where codes are small in 16 bits, which the sums of
// a word's 64 codes up to 1023 fit.
template <int lanes>
struct Stripe {
  static constexpr int bytes = least(vector_bytes, 4 * lanes), small_bytes = least(vector_bytes, 2 * lanes);
  static constexpr int vectors = 4 * lanes / bytes, small_vectors = 2 * lanes / small_bytes;
  static constexpr int each = bytes / 4, small_each = small_bytes / 2;  // columns of one vector
  typedef std::int32_t Sums __attribute__((vector_size(bytes)));
  typedef std::uint16_t SmallSums __attribute__((vector_size(small_bytes)));
  typedef std::int16_t Codes __attribute__((vector_size(bytes / 2)));        // as many as Sums
  typedef std::uint16_t Half __attribute__((vector_size(small_bytes / 2)));  // of SmallSums
  typedef std::int32_t Wide __attribute__((vector_size(small_bytes)));       // a half in 32 bits
};

// The 16 sums of four rows, for each nibble of a word.
template <class V, int vectors>
struct Tables {
  V entries[word_nibbles][16][vectors];
};

template <class V, class T>
inline void load(V& v, const T* from) {
  __builtin_memcpy(&v, from, sizeof v);
}
template <class V, class T>
inline void store(T* to, const V& v) {
  __builtin_memcpy(to, &v, sizeof v);
}

// The n-th nibble's sums of rows[k] over the bits k of their number.
template <class V, int vectors>
inline void fill_nibble(const V (&rows)[4][vectors], V (&entries)[16][vectors]) {
  for (int q = 0; q < vectors; ++q) {
    V sums[16];
    sums[0] = V{};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k)
#pragma GCC unroll 8
      for (int s = 0; s < 1 << k; ++s) sums[s | 1 << k] = sums[s] + rows[k][q];
    for (int s = 0; s < 16; ++s) entries[s][q] = sums[s];
  }
}

// 16 times the n-th nibble of a word. Written as a rotation, which processors with BMI2 do without a copy.
inline std::uint64_t nibble_16(std::uint64_t word, int n) {
  const int by = (4 * n + 60) % 64;
  return (by == 0 ? word : word >> by | word << (64 - by)) & (15u << 4);
}

// Compilers would keep the address of each nibble's table in a register, and spill them.
template <class T>
inline const char* opaque(const T* pointer) {
  asm("" : "+r"(pointer));
  return reinterpret_cast<const char*>(pointer);
}

// Adds up what a word's nibbles find in their tables.
template <int nibbles, class V, int vectors>
inline void look_up(const char* tables, std::uint64_t word, V (&sum)[vectors]) {
  constexpr std::size_t entry = vectors * sizeof(V);
#pragma GCC unroll 16
  for (int n = 0; n < nibbles; ++n) {
    const char* const found = tables + nibble_16(word, n) * (entry / 16) + n * 16 * entry;
    for (int q = 0; q < vectors; ++q) sum[q] += *reinterpret_cast<const V*>(found + q * sizeof(V));
  }
}

// --- one word of rows of one stripe

template <int lanes>
class Codes {
 public:
  void fill(const std::int16_t* codes, int nibbles) {
    for (int n = 0; n < nibbles; ++n) {
      V rows[4][S::vectors];
      for (int k = 0; k < 4; ++k)
        for (int q = 0; q < S::vectors; ++q) {
          typename S::Codes row;
          load(row, codes + (4 * n + k) * stripe_columns + q * S::each);
          rows[k][q] = __builtin_convertvector(row, V);
        }
      fill_nibble(rows, tables_.entries[n]);
    }
  }
  // sums[plane] (+)= codes of the rows that the plane's word drives.
  template <int nibbles>
  void add(const std::uint64_t* words, std::size_t planes, bool first, std::int32_t* sums) const {
    for (std::size_t v = 0; v < planes; ++v, sums += stripe_columns) {
      V sum[S::vectors] = {};
      if (!first)
        for (int q = 0; q < S::vectors; ++q) load(sum[q], sums + q * S::each);
      look_up<nibbles>(opaque(&tables_), words[v], sum);
      for (int q = 0; q < S::vectors; ++q) store(sums + q * S::each, sum[q]);
    }
  }

 private:
  using S = Stripe<lanes>;
  using V = typename S::Sums;
  Tables<V, S::vectors> tables_;
};

// The same for small codes, such as variances.
template <int lanes>
class SmallCodes {
 public:
  void fill(const std::int16_t* codes, int nibbles) {
    for (int n = 0; n < nibbles; ++n) {
      V rows[4][S::small_vectors];
      for (int k = 0; k < 4; ++k)
        for (int q = 0; q < S::small_vectors; ++q)
          load(rows[k][q], codes + (4 * n + k) * stripe_columns + q * S::small_each);
      fill_nibble(rows, tables_.entries[n]);
    }
  }
  template <int nibbles>
  void add(const std::uint64_t* words, std::size_t planes, bool first, std::int32_t* sums) const {
    for (std::size_t v = 0; v < planes; ++v, sums += stripe_columns) {
      V sum[S::small_vectors] = {};
      look_up<nibbles>(opaque(&tables_), words[v], sum);
      typename S::Half halves[2 * S::small_vectors];
      __builtin_memcpy(halves, sum, sizeof halves);
      for (int h = 0; h < 2 * S::small_vectors; ++h) {
        typename S::Wide wide = {};
        if (!first) load(wide, sums + h * S::small_each / 2);
        wide += __builtin_convertvector(halves[h], typename S::Wide);
        store(sums + h * S::small_each / 2, wide);
      }
    }
  }

 private:
  using S = Stripe<lanes>;
  using V = typename S::SmallSums;
  Tables<V, S::small_vectors> tables_;
};

template <int nibbles, class Kind>
inline void add_as_many(int wanted, const Kind& kind, const std::uint64_t* words, std::size_t planes, bool first,
                        std::int32_t* sums) {
  if (wanted == nibbles)
    kind.template add<nibbles>(words, planes, first, sums);
  else if constexpr (nibbles > 1)
    add_as_many<nibbles - 1>(wanted, kind, words, planes, first, sums);
}

// --- all rows of all stripes

template <class Kind>
void stripe_sums(const PlaneSums& call, const std::int16_t* packed, std::int32_t* sums) {
  alignas(64) Kind kind;
  const int nibbles = (call.rows + 3) / 4;
  const std::uint64_t* words = call.words;
  for (int n = 0; n < nibbles; n += word_nibbles, words += call.planes) {
    const int count = least(word_nibbles, nibbles - n);
    kind.fill(packed + static_cast<std::ptrdiff_t>(4 * n) * stripe_columns, count);
    add_as_many<word_nibbles>(count, kind, words, call.planes, n == 0, sums);
  }
}

template <template <int> class Kind>
void all_sums(const PlaneSums& call) {
  const std::size_t packed_each = padded_rows(call.rows) * stripe_columns, sums_each = call.planes * stripe_columns;
  const auto* packed = static_cast<const std::int16_t*>(call.packed) + call.first_stripe * packed_each;
  for (int s = 0; s < call.stripes; ++s, packed += packed_each)
    if (call.columns - (call.first_stripe + s) * stripe_columns > stripe_columns / 2)
      stripe_sums<Kind<stripe_columns>>(call, packed, call.sums + s * sums_each);
    else
      stripe_sums<Kind<stripe_columns / 2>>(call, packed, call.sums + s * sums_each);
}

#if defined(__AVX512VNNI__)
// --- few planes: tables would cost more than they save

// Up to how many planes products are cheaper than their share of the tables (measured on Zen 4).
constexpr std::size_t few_planes = 24, few_planes_of_small = 8;
constexpr int planes_together = 8;

// Bits of a word as 64 numbers of 16 bits.
struct WordBits {
  alignas(64) std::int16_t bit[word_rows];
};

// sums[plane] (+)= codes of two rows times their bits, for `planes` planes and 16 columns.
template <int planes>
void dot(const std::int16_t* packed, int pairs, const WordBits* bits, bool first, std::int32_t* sums) {
  alignas(64) static constexpr std::int16_t mixed[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                         8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i mix = _mm512_load_si512(mixed);
  __m512i sum[planes];
  for (int v = 0; v < planes; ++v)
    sum[v] = first ? _mm512_setzero_si512() : _mm512_loadu_si512(sums + v * stripe_columns);
  for (int k = 0; k < pairs; ++k) {
    const __m512i two_rows = _mm512_permutexvar_epi16(mix, _mm512_loadu_si512(packed + 2 * k * stripe_columns));
#pragma GCC unroll 8
    for (int v = 0; v < planes; ++v) {
      std::int32_t two_bits;
      __builtin_memcpy(&two_bits, bits[v].bit + 2 * k, sizeof two_bits);
      sum[v] = _mm512_dpwssd_epi32(sum[v], two_rows, _mm512_set1_epi32(two_bits));
    }
  }
  for (int v = 0; v < planes; ++v) _mm512_storeu_si512(sums + v * stripe_columns, sum[v]);
}

template <int planes>
inline void dot_as_many(int wanted, const std::int16_t* packed, int pairs, const WordBits* bits, bool first,
                        std::int32_t* sums) {
  if (wanted == planes)
    dot<planes>(packed, pairs, bits, first, sums);
  else if constexpr (planes > 1)
    dot_as_many<planes - 1>(wanted, packed, pairs, bits, first, sums);
}

void few_sums(const PlaneSums& call) {
  const std::size_t packed_each = padded_rows(call.rows) * stripe_columns, sums_each = call.planes * stripe_columns;
  const auto* packed = static_cast<const std::int16_t*>(call.packed) + call.first_stripe * packed_each;
  const int rows = static_cast<int>(padded_rows(call.rows));
  for (std::size_t first = 0; first < call.planes; first += planes_together) {
    const int planes = call.planes - first < planes_together ? static_cast<int>(call.planes - first) : planes_together;
    for (int row = 0; row < rows; row += word_rows) {
      WordBits bits[planes_together];
      for (int v = 0; v < planes; ++v) {
        const std::uint64_t word = call.words[static_cast<std::size_t>(row / word_rows) * call.planes + first + v];
        for (int half = 0; half < 2; ++half)
          _mm512_store_si512(bits[v].bit + 32 * half,
                             _mm512_maskz_set1_epi16(static_cast<std::uint32_t>(word >> 32 * half), 1));
      }
      for (int s = 0; s < call.stripes; ++s)
        dot_as_many<planes_together>(
            planes, packed + s * packed_each + static_cast<std::ptrdiff_t>(row) * stripe_columns,
            least(rows - row, word_rows) / 2, bits, row == 0, call.sums + s * sums_each + first * stripe_columns);
    }
  }
}

void sums(const PlaneSums& call) { call.planes <= few_planes ? few_sums(call) : all_sums<Codes>(call); }
void small_sums(const PlaneSums& call) {
  call.planes <= few_planes_of_small ? few_sums(call) : all_sums<SmallCodes>(call);
}
#else
void sums(const PlaneSums& call) { all_sums<Codes>(call); }
void small_sums(const PlaneSums& call) { all_sums<SmallCodes>(call); }
#endif

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const SumKernels BITLINE_NAME(sum_kernels_, BITLINE_ISA);
const SumKernels BITLINE_NAME(sum_kernels_, BITLINE_ISA) = {packed_bytes, pack, sums, small_sums};

}  // namespace bitline::array
