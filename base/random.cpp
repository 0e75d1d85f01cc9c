// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <Random123/philox.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace bitline {
namespace {

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 2>& key, std::uint32_t purpose_layer,
                                    std::uint32_t place, std::uint32_t image, std::uint32_t step) {
  const r123::Philox4x32 generator;
  const r123::Philox4x32::ctr_type c{{purpose_layer, place, image, step}};
  const r123::Philox4x32::key_type k{{key[0], key[1]}};
  const auto out = generator(c, k);
  return {out.v[0], out.v[1], out.v[2], out.v[3]};
}

// The same for 8 consecutive places at once. Random123 has no vector form of Philox and compilers do not find one; the
// rounds are written on 64-bit lanes, whose low halves hold the state (the multiplication reads no more). A test holds
// it against Random123.
using Lanes = std::uint64_t __attribute__((vector_size(32)));
constexpr std::size_t lanes = 4, philox_blocks = 8;
constexpr int philox_rounds = 10, halves = 2;

Lanes all_lanes(std::uint32_t x) { return Lanes{x, x, x, x}; }

// Products of the low halves.
inline Lanes multiply_low(Lanes a, Lanes b) {
#ifdef __AVX2__
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  constexpr std::uint64_t low_half = 0xffffffffu;
  return (a & low_half) * (b & low_half);
#endif
}

// Everything but the place, worked out once for many blocks.
class Philox8 {
 public:
  Philox8(const std::array<std::uint32_t, 2>& key, std::uint32_t purpose_layer, std::uint32_t image, std::uint32_t step)
      : purpose_layer_(all_lanes(purpose_layer)), image_(all_lanes(image)), step_(all_lanes(step)) {
    for (std::uint32_t r = 0; r < philox_rounds; ++r) {
      k0_[r] = all_lanes(key[0] + r * PHILOX_W32_0);
      k1_[r] = all_lanes(key[1] + r * PHILOX_W32_1);
    }
  }

  struct Blocks {
    Lanes front[halves], back[halves];  // words 0 and 1 of each block, and its words 2 and 3
  };
  Blocks operator()(std::uint32_t place) const {
    const Lanes m0 = all_lanes(PHILOX_M4x32_0), m1 = all_lanes(PHILOX_M4x32_1);
    // Both halves go through each round together: one waits for its products while the other's are formed.
    Lanes c0[halves], c1[halves], c2[halves], c3[halves];
    for (std::uint32_t h = 0; h < halves; ++h) {
      c0[h] = purpose_layer_, c1[h] = all_lanes(place) + Lanes{0, 1, 2, 3} + all_lanes(lanes * h);
      c2[h] = image_, c3[h] = step_;
    }
    for (int round = 0; round < philox_rounds; ++round)
      for (int h = 0; h < halves; ++h) {
        const Lanes product0 = multiply_low(c0[h], m0), product1 = multiply_low(c2[h], m1);
        c0[h] = (product1 >> 32) ^ c1[h] ^ k0_[round];
        c1[h] = product1;
        c2[h] = (product0 >> 32) ^ c3[h] ^ k1_[round];
        c3[h] = product0;
      }
    constexpr std::uint64_t low_half = 0xffffffffu;
    Blocks out;
    for (int h = 0; h < halves; ++h) {
      out.front[h] = (c0[h] & low_half) | c1[h] << 32;
      out.back[h] = (c2[h] & low_half) | c3[h] << 32;
    }
    return out;
  }

 private:
  Lanes k0_[philox_rounds], k1_[philox_rounds], purpose_layer_, image_, step_;
};

std::uint32_t first_word(const Counter& c) { return static_cast<std::uint32_t>(c.purpose) << 16 | c.layer; }

// Natural logarithm of a positive normal float, |error| < 2e-7 relative to 1. Written out because it must give the same
// bits on every machine and vectorise; ln m = 2 artanh((m - 1) / (m + 1)) by its series.
inline float log_positive(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  // m in [0.7071, 1.4142)
  const std::int32_t exponent = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
  const float s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
  const float series = s * (2.0f + s2 * (2.0f / 3 + s2 * (2.0f / 5 + s2 * (2.0f / 7 + s2 * (2.0f / 9)))));
  return series + static_cast<float>(exponent) * 0.693147180559945f;
}

// sqrt(2) erfinv(1 - 2p) with the sign of the upper or lower half. Giles 2010, single precision: w = -ln(1 - x^2),
// polynomials for w < 5 and w >= 5.
inline float normal_of(std::uint32_t u) {
  const bool upper = u >> 31;
  const std::uint32_t tail = upper ? ~u : u;  // 0 .. 2^31 - 1
  const float p =
      (static_cast<float>(static_cast<std::int32_t>(tail)) + 0.5f) * 0x1p-32f;  // P(below) or P(above), (0, 1/2]
  const float x = 1.0f - 2.0f * p;
  const float w = -log_positive(4.0f * p * (1.0f - p));
  const float a = w - 2.5f;
  float central = 2.81022636e-08f;
  central = 3.43273939e-07f + central * a;
  central = -3.5233877e-06f + central * a;
  central = -4.39150654e-06f + central * a;
  central = 0.00021858087f + central * a;
  central = -0.00125372503f + central * a;
  central = -0.00417768164f + central * a;
  central = 0.246640727f + central * a;
  central = 1.50140941f + central * a;
  const float b = std::sqrt(w > 0 ? w : 0) - 3.0f;
  float far = -0.000200214257f;
  far = 0.000100950558f + far * b;
  far = 0.00134934322f + far * b;
  far = -0.00367342844f + far * b;
  far = 0.00573950773f + far * b;
  far = -0.0076224613f + far * b;
  far = 0.00943887047f + far * b;
  far = 1.00167406f + far * b;
  far = 2.83297682f + far * b;
  const float z = 1.41421356f * x * (w < 5.0f ? central : far);
  return upper ? z : -z;
}

}  // namespace

std::array<std::uint32_t, 4> Random::bits(const Counter& c) const {
  return philox(key_, first_word(c), c.place, c.image, c.step);
}

std::array<float, 4> Random::normal4(const Counter& c) const {
  const auto u = bits(c);
  return {normal_of(u[0]), normal_of(u[1]), normal_of(u[2]), normal_of(u[3])};
}

std::array<double, 4> Random::uniform4(const Counter& c) const {
  const auto u = bits(c);
  std::array<double, 4> out;
  for (int i = 0; i < 4; ++i) out[i] = (u[i] + 0.5) * 0x1p-32;
  return out;
}

namespace {

// Fills `out` from places in their order, `per_place` words of each; `store(blocks, to)` writes those of 8 places.
template <std::size_t per_place>
void fill(const std::array<std::uint32_t, 2>& key, const Counter& first, std::span<std::uint32_t> out, auto store) {
  constexpr std::size_t chunk = per_place * philox_blocks;
  const Philox8 philox8(key, first_word(first), first.image, first.step);
  std::uint32_t place = first.place;
  for (; out.size() >= chunk; out = out.subspan(chunk), place += philox_blocks) store(philox8(place), out.data());
  if (out.empty()) return;
  std::uint32_t last[chunk];
  store(philox8(place), last);
  std::copy_n(last, out.size(), out.data());
}

void store_lanes(const Lanes& from, std::uint32_t* to) { std::memcpy(to, &from, sizeof from); }

}  // namespace

void Random::words(const Counter& first, std::span<std::uint32_t> out) const {
  fill<4>(key_, first, out, [](const Philox8::Blocks& b, std::uint32_t* to) {
    for (int h = 0; h < halves; ++h) {
      store_lanes(__builtin_shufflevector(b.front[h], b.back[h], 0, 4, 1, 5), to + 16 * h);
      store_lanes(__builtin_shufflevector(b.front[h], b.back[h], 2, 6, 3, 7), to + 16 * h + 8);
    }
  });
}

void Random::word_pairs(const Counter& first, bool second, std::span<std::uint32_t> out) const {
  const auto store = [](const Lanes(&pairs)[halves], std::uint32_t* to) {
    for (int h = 0; h < halves; ++h) store_lanes(pairs[h], to + 8 * h);
  };
  if (second)
    fill<2>(key_, first, out, [=](const Philox8::Blocks& b, std::uint32_t* to) { store(b.back, to); });
  else
    fill<2>(key_, first, out, [=](const Philox8::Blocks& b, std::uint32_t* to) { store(b.front, to); });
}

void Random::normals(const Counter& first, std::span<float> out) const {
  constexpr std::size_t chunk = 256;
  std::uint32_t u[chunk];
  for (std::size_t begin = 0; begin < out.size(); begin += chunk) {
    const std::size_t n = std::min(chunk, out.size() - begin);
    Counter next = first;
    next.place += static_cast<std::uint32_t>(begin / 4);
    words(next, {u, n});
    normal_from_bits({u, n}, out.subspan(begin, n));
  }
}

void normal_from_bits(std::span<const std::uint32_t> u, std::span<float> z) {
  const std::uint32_t* in = u.data();
  float* out = z.data();
  const std::size_t n = z.size();
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) out[i] = normal_of(in[i]);
}

}  // namespace bitline
