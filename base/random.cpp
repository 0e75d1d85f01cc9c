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

// The same for 8 consecutive places at once, out[4 * block + word]. Random123 has no vector form of Philox and
// compilers do not find one; the rounds are written on 64-bit lanes, whose low halves hold the state (the
// multiplication reads no more). A test holds it against Random123.
constexpr std::size_t philox_blocks = 8;
using Lanes = std::uint64_t __attribute__((vector_size(32)));

// Products of the low halves.
inline Lanes multiply_low(Lanes a, Lanes b) {
#ifdef __AVX2__
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  constexpr std::uint64_t low_half = 0xffffffffu;
  return (a & low_half) * (b & low_half);
#endif
}

constexpr int philox_rounds = 10;

Lanes all_lanes(std::uint32_t x) { return Lanes{x, x, x, x}; }

// The keys of all rounds, worked out once for many blocks.
struct RoundKeys {
  Lanes k0[philox_rounds], k1[philox_rounds];
  explicit RoundKeys(const std::array<std::uint32_t, 2>& key) {
    for (std::uint32_t r = 0; r < philox_rounds; ++r) {
      k0[r] = all_lanes(key[0] + r * PHILOX_W32_0);
      k1[r] = all_lanes(key[1] + r * PHILOX_W32_1);
    }
  }
};

void philox8(const RoundKeys& keys, std::uint32_t purpose_layer, std::uint32_t place, std::uint32_t image,
             std::uint32_t step, std::uint32_t* out) {
  const Lanes m0 = all_lanes(PHILOX_M4x32_0), m1 = all_lanes(PHILOX_M4x32_1);
  // Both halves go through each round together: one waits for its products while the other's are formed.
  constexpr int halves = 2;
  Lanes c0[halves], c1[halves], c2[halves], c3[halves];
  for (int h = 0; h < halves; ++h) {
    const Lanes place4 = all_lanes(place) + Lanes{0, 1, 2, 3} + static_cast<std::uint64_t>(4 * h);
    c0[h] = all_lanes(purpose_layer), c1[h] = place4, c2[h] = all_lanes(image), c3[h] = all_lanes(step);
  }
  for (int round = 0; round < philox_rounds; ++round)
    for (int h = 0; h < halves; ++h) {
      const Lanes product0 = multiply_low(c0[h], m0), product1 = multiply_low(c2[h], m1);
      c0[h] = (product1 >> 32) ^ c1[h] ^ keys.k0[round];
      c1[h] = product1;
      c2[h] = (product0 >> 32) ^ c3[h] ^ keys.k1[round];
      c3[h] = product0;
    }
  for (int h = 0; h < halves; ++h) {
    // Words 0 and 1, and 2 and 3, of each block side by side; then the halves of each block.
    constexpr std::uint64_t low_half = 0xffffffffu;
    const Lanes front = (c0[h] & low_half) | c1[h] << 32, back = (c2[h] & low_half) | c3[h] << 32;
    const Lanes first_two = __builtin_shufflevector(front, back, 0, 4, 1, 5);
    const Lanes last_two = __builtin_shufflevector(front, back, 2, 6, 3, 7);
    std::memcpy(out + 16 * h, &first_two, sizeof first_two);
    std::memcpy(out + 16 * h + 8, &last_two, sizeof last_two);
  }
}

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

void Random::words(const Counter& first, std::span<std::uint32_t> out) const {
  constexpr std::size_t chunk = 4 * philox_blocks;
  std::uint32_t last[chunk];
  const RoundKeys keys(key_);
  const Counter c = first;  // a copy that `out` cannot alter: what does not depend on the place is worked out once
  for (std::size_t i = 0; i < out.size(); i += chunk) {
    const bool whole = out.size() - i >= chunk;
    philox8(keys, first_word(c), c.place + static_cast<std::uint32_t>(i / 4), c.image, c.step,
            whole ? out.data() + i : last);
    if (!whole) std::copy_n(last, out.size() - i, out.data() + i);
  }
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
