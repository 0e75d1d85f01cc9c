// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <Random123/philox.h>

#include <bit>
#include <cmath>

namespace bitline {
namespace {

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 2>& key, std::uint32_t purpose_layer, std::uint32_t place,
                                    std::uint32_t image, std::uint32_t step) {
  const r123::Philox4x32 generator;
  const r123::Philox4x32::ctr_type c{{purpose_layer, place, image, step}};
  const r123::Philox4x32::key_type k{{key[0], key[1]}};
  const auto out = generator(c, k);
  return {out.v[0], out.v[1], out.v[2], out.v[3]};
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
  const std::uint32_t tail = upper ? ~u : u;                                        // 0 .. 2^31 - 1
  const float p = (static_cast<float>(static_cast<std::int32_t>(tail)) + 0.5f) * 0x1p-32f;  // P(below) or P(above), (0, 1/2]
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

std::array<std::uint32_t, 4> Random::bits(const Counter& c) const { return philox(key_, first_word(c), c.place, c.image, c.step); }

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

void Random::normals(const Counter& first, std::span<float> out) const {
  constexpr std::size_t chunk = 256;
  std::uint32_t u[chunk];
  for (std::size_t begin = 0; begin < out.size(); begin += chunk) {
    const std::size_t n = std::min(chunk, out.size() - begin);
    for (std::size_t i = 0; i < n; i += 4) {
      const auto four = philox(key_, first_word(first), first.place + static_cast<std::uint32_t>((begin + i) / 4), first.image, first.step);
      for (std::size_t k = 0; k < 4; ++k) u[i + k] = four[k];
    }
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
