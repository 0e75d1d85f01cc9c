// SPDX-License-Identifier: Apache-2.0
#include "workloads/integer_kernel.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bitline::workloads {
namespace {

constexpr std::size_t lanes = PackedWeights::lanes;

// Codes r and r + 1 of a vector in one number, as a pair of weights is multiplied.
struct PairOf {
  std::size_t pair;
  std::int32_t operator()(const std::int16_t* x) const {
    std::int32_t both;
    std::memcpy(&both, x + 2 * pair, sizeof both);
    return both;
  }
};
// The last of an odd number of codes stands beside a 0.
struct LastOf {
  std::size_t pair;
  std::int32_t operator()(const std::int16_t* x) const { return static_cast<std::uint16_t>(x[2 * pair]); }
};

#define BITLINE_AVX2 __attribute__((target("avx2")))
#define BITLINE_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

// One pair of rows times `B` blocks of columns, added to the sums of sizeof...(I) / B vectors. Written without loops,
// so that all sums stay in registers.
template <std::size_t B, class Pair, std::size_t... I>
BITLINE_AVX2_INLINE void add_pair(__m256i (&acc)[sizeof...(I)], const std::int16_t* weights, std::size_t block_size,
                                  const std::int16_t* x, std::size_t x_stride, const Pair& pair,
                                  std::index_sequence<I...>) {
  ((acc[I] = _mm256_add_epi32(
        acc[I], _mm256_madd_epi16(_mm256_set1_epi32(pair(x + I / B * x_stride)),
                                  _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + I % B * block_size))))),
   ...);
}

BITLINE_AVX2_INLINE void add_sums(__m256i acc, double* sums, std::size_t count) {
  alignas(32) std::int32_t values[lanes];
  _mm256_store_si256(reinterpret_cast<__m256i*>(values), acc);
  for (std::size_t i = 0; i < count; ++i) sums[i] += values[i];
}

template <std::size_t B, std::size_t... I>
BITLINE_AVX2_INLINE void add_all_sums(const __m256i (&acc)[sizeof...(I)], const PackedWeights& w,
                                      std::size_t first_block, double* sums, std::size_t sums_stride,
                                      std::index_sequence<I...>) {
  (add_sums(acc[I], sums + I / B * sums_stride + (first_block + I % B) * lanes,
            std::min(lanes, w.columns() - (first_block + I % B) * lanes)),
   ...);
}

template <std::size_t V, std::size_t B>
BITLINE_AVX2 void multiply_avx2(const PackedWeights& w, std::size_t first_block, const std::int16_t* x,
                                std::size_t x_stride, double* sums, std::size_t sums_stride) {
  constexpr auto all = std::make_index_sequence<V * B>();
  __m256i acc[V * B] = {};
  const std::int16_t* weights = w.block(first_block);
  const std::size_t block_size = w.pairs() * 2 * lanes, whole = w.rows() / 2;
  for (std::size_t pair = 0; pair < whole; ++pair)
    add_pair<B>(acc, weights + pair * 2 * lanes, block_size, x, x_stride, PairOf{pair}, all);
  if (whole < w.pairs()) add_pair<B>(acc, weights + whole * 2 * lanes, block_size, x, x_stride, LastOf{whole}, all);
  add_all_sums<B>(acc, w, first_block, sums, sums_stride, all);
}

template <std::size_t V, std::size_t B>
void all_vectors_avx2(const PackedWeights& w, std::size_t first_block, const std::int16_t* x, std::size_t x_stride,
                      std::size_t vectors, double* sums, std::size_t sums_stride) {
  std::size_t v = 0;
  for (; v + V <= vectors; v += V)
    multiply_avx2<V, B>(w, first_block, x + v * x_stride, x_stride, sums + v * sums_stride, sums_stride);
  for (; v < vectors; ++v)
    multiply_avx2<1, B>(w, first_block, x + v * x_stride, x_stride, sums + v * sums_stride, sums_stride);
}

void add_products_avx2(const PackedWeights& w, const std::int16_t* x, std::size_t x_stride, std::size_t vectors,
                       double* sums, std::size_t sums_stride) {
  const std::size_t blocks = (w.columns() + lanes - 1) / lanes;
  std::size_t b = 0;
  for (; b + 2 <= blocks; b += 2) all_vectors_avx2<4, 2>(w, b, x, x_stride, vectors, sums, sums_stride);
  if (b < blocks) all_vectors_avx2<8, 1>(w, b, x, x_stride, vectors, sums, sums_stride);
}

// The same where one instruction multiplies 32 codes and adds them up: two blocks of columns to a vector.
#define BITLINE_VNNI __attribute__((target("avx512f,avx512vnni")))
#define BITLINE_VNNI_INLINE __attribute__((target("avx512f,avx512vnni"), always_inline)) inline

BITLINE_VNNI_INLINE __m512i two_blocks(const std::int16_t* weights, std::size_t block_size) {
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights)),
                second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + block_size));
  return __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7);
}

template <std::size_t B, class Pair, std::size_t... I, std::size_t... J>
BITLINE_VNNI_INLINE void add_pair(__m512i (&acc)[sizeof...(I)], const std::int16_t* weights, std::size_t block_size,
                                  const std::int16_t* x, std::size_t x_stride, const Pair& pair,
                                  std::index_sequence<I...>, std::index_sequence<J...>) {
  const __m512i both[B] = {two_blocks(weights + 2 * J * block_size, block_size)...};
  ((acc[I] = _mm512_dpwssd_epi32(acc[I], _mm512_set1_epi32(pair(x + I / B * x_stride)), both[I % B])), ...);
}

BITLINE_VNNI_INLINE void add_sums(__m512i acc, double* sums, std::size_t count) {
  alignas(64) std::int32_t values[2 * lanes];
  _mm512_store_si512(values, acc);
  for (std::size_t i = 0; i < count; ++i) sums[i] += values[i];
}

template <std::size_t B, std::size_t... I>
BITLINE_VNNI_INLINE void add_all_sums(const __m512i (&acc)[sizeof...(I)], const PackedWeights& w,
                                      std::size_t first_block, double* sums, std::size_t sums_stride,
                                      std::index_sequence<I...>) {
  (add_sums(acc[I], sums + I / B * sums_stride + (first_block + I % B * 2) * lanes,
            std::min(2 * lanes, w.columns() - (first_block + I % B * 2) * lanes)),
   ...);
}

template <std::size_t V, std::size_t B>
BITLINE_VNNI void multiply_vnni(const PackedWeights& w, std::size_t first_block, const std::int16_t* x,
                                std::size_t x_stride, double* sums, std::size_t sums_stride) {
  constexpr auto all = std::make_index_sequence<V * B>();
  constexpr auto vectors = std::make_index_sequence<B>();
  __m512i acc[V * B] = {};
  const std::int16_t* weights = w.block(first_block);
  const std::size_t block_size = w.pairs() * 2 * lanes, whole = w.rows() / 2;
  for (std::size_t pair = 0; pair < whole; ++pair)
    add_pair<B>(acc, weights + pair * 2 * lanes, block_size, x, x_stride, PairOf{pair}, all, vectors);
  if (whole < w.pairs())
    add_pair<B>(acc, weights + whole * 2 * lanes, block_size, x, x_stride, LastOf{whole}, all, vectors);
  add_all_sums<B>(acc, w, first_block, sums, sums_stride, all);
}

template <std::size_t V, std::size_t B>
void all_vectors_vnni(const PackedWeights& w, std::size_t first_block, const std::int16_t* x, std::size_t x_stride,
                      std::size_t vectors, double* sums, std::size_t sums_stride) {
  std::size_t v = 0;
  for (; v + V <= vectors; v += V)
    multiply_vnni<V, B>(w, first_block, x + v * x_stride, x_stride, sums + v * sums_stride, sums_stride);
  for (; v < vectors; ++v)
    multiply_vnni<1, B>(w, first_block, x + v * x_stride, x_stride, sums + v * sums_stride, sums_stride);
}

void add_products_vnni(const PackedWeights& w, const std::int16_t* x, std::size_t x_stride, std::size_t vectors,
                       double* sums, std::size_t sums_stride) {
  const std::size_t blocks = (w.columns() + lanes - 1) / lanes;
  std::size_t b = 0;
  for (; b + 4 <= blocks; b += 4) all_vectors_vnni<8, 2>(w, b, x, x_stride, vectors, sums, sums_stride);
  for (; b + 2 <= blocks; b += 2) all_vectors_vnni<8, 1>(w, b, x, x_stride, vectors, sums, sums_stride);
  if (b < blocks) all_vectors_avx2<8, 1>(w, b, x, x_stride, vectors, sums, sums_stride);
}

// The same by the instructions of every x86-64 processor, half a block at a time.
void add_products_sse2(const PackedWeights& w, const std::int16_t* x, std::size_t x_stride, std::size_t vectors,
                       double* sums, std::size_t sums_stride) {
  for (std::size_t column = 0; column < w.columns(); column += lanes / 2) {
    const std::int16_t* block = w.block(column / lanes) + column % lanes * 2;
    const std::size_t n = std::min(lanes / 2, w.columns() - column);
    for (std::size_t v = 0; v < vectors; ++v) {
      __m128i acc = _mm_setzero_si128();
      for (std::size_t pair = 0; pair < w.pairs(); ++pair) {
        const bool whole = 2 * pair + 1 < w.rows();
        const std::int16_t* from = x + v * x_stride;
        const __m128i both = _mm_set1_epi32(whole ? PairOf{pair}(from) : LastOf{pair}(from));
        const __m128i weights = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + pair * 2 * lanes));
        acc = _mm_add_epi32(acc, _mm_madd_epi16(both, weights));
      }
      alignas(16) std::int32_t values[lanes / 2];
      _mm_store_si128(reinterpret_cast<__m128i*>(values), acc);
      for (std::size_t i = 0; i < n; ++i) sums[v * sums_stride + column + i] += values[i];
    }
  }
}

}  // namespace

PackedWeights::PackedWeights(std::span<const std::int16_t> codes, std::size_t columns, std::size_t first,
                             std::size_t rows)
    : rows_(rows), columns_(columns) {
  const std::size_t blocks = (columns + lanes - 1) / lanes;
  codes_.assign(blocks * pairs() * 2 * lanes, 0);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      codes_[((c / lanes * pairs() + r / 2) * lanes + c % lanes) * 2 + r % 2] = codes[(first + r) * columns + c];
}

void add_code_products(const PackedWeights& w, const std::int16_t* x, std::size_t x_stride, std::size_t vectors,
                       double* sums, std::size_t sums_stride, Isa isa) {
  if (isa == Isa::baseline) {
    add_products_sse2(w, x, x_stride, vectors, sums, sums_stride);
  } else if (isa >= Isa::avx512_vnni) {
    add_products_vnni(w, x, x_stride, vectors, sums, sums_stride);
  } else {
    add_products_avx2(w, x, x_stride, vectors, sums, sums_stride);
  }
}

}  // namespace bitline::workloads
