// SPDX-License-Identifier: Apache-2.0
// Pulses on rows of devices for the instruction set that this is compiled for (BITLINE_ISA; cmake/isa.cmake). Single
// IEEE operations without branches, so that compilers find the vector form and every machine gives the same bits.
#include "device/plasticity/pulse_kernels.h"

namespace bitline::device {
namespace {

// (exp(t) - 1) / t for |t| <= 87, within 3e-7 of it: 1 at t = 0.
inline float growth(float t) {
  constexpr float per_ln2 = 1.44269504f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f, to_integer = 12582912.0f;
  const float m = (t * per_ln2 + to_integer) - to_integer;  // nearest integer
  const float r = (t - m * ln2_high) - m * ln2_low;         // |r| <= ln 2 / 2
  // Series of (exp(r) - 1) / r; the next term is below 2e-8.
  const float p =
      1.0f +
      r * (1 / 2.0f + r * (1 / 6.0f + r * (1 / 24.0f + r * (1 / 120.0f + r * (1 / 720.0f + r * (1 / 5040.0f))))));
  const std::int32_t bits = (static_cast<std::int32_t>(m) + 127) << 23;
  float power;  // 2^m
  __builtin_memcpy(&power, &bits, sizeof power);
  const float whole = ((1.0f + r * p) * power - 1.0f) / t;
  return m == 0.0f ? p : whole;
}

// growth(2 t) from growth(t).
inline float doubled(float t, float growth_of_t) { return growth_of_t * (1.0f + 0.5f * t * growth_of_t); }

struct Step {
  float level, variance;
};

// dy/dn = slope - steepness y over d unit pulses: y + d (slope - steepness y) growth(-steepness d). Noise that a pulse
// adds shrinks with the state's own differences, by exp(-steepness) for each later pulse; so n pulses of one unit u
// each add variance u (1 + q + .. + q^(n-1)), q = exp(-2 steepness u), which is n u growth(2 t n) / growth(2 t).
template <bool noisy>
inline Step step(const PulseLaw& law, float level, float count, float size) {
  const bool up = count >= 0.0f;
  const float slope = up ? law.up.slope : law.down.slope, steepness = up ? law.up.steepness : law.down.steepness;
  const float most = up ? law.up.most : law.down.most;
  const float unit = size * (up ? law.up.drive : law.down.drive);
  const float number = up ? count : -count;
  const float all = unit * number, units = all < most ? all : most;
  const float y = up ? level : 1.0f - level;
  const float t = -steepness * units, g = growth(t);
  float moved = y + units * g * (slope - steepness * y);
  moved = moved < 1.0f ? moved : 1.0f;
  moved = moved > 0.0f ? moved : 0.0f;
  Step out{up ? moved : 1.0f - moved, 0.0f};
  if constexpr (noisy) {
    const float t1 = -steepness * (unit < most ? unit : most);
    out.variance = law.variance * units * doubled(t, g) / doubled(t1, growth(t1));
  }
  return out;
}

void exact(const PulseLaw& law, const std::int16_t* counts, const float* sizes, float* levels, std::size_t n) {
  const PulseLaw l = law;
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) levels[i] = step<false>(l, levels[i], counts[i], sizes[i]).level;
}

void spread(const PulseLaw& law, const std::int16_t* counts, const float* sizes, const float* z, float* levels,
            std::size_t n) {
  const PulseLaw l = law;
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) {
    const Step s = step<true>(l, levels[i], counts[i], sizes[i]);
    float level = s.level + __builtin_sqrtf(s.variance) * z[i];
    level = level < 1.0f ? level : 1.0f;
    levels[i] = level > 0.0f ? level : 0.0f;
  }
}

}  // namespace

#define BITLINE_JOIN(a, b) a##b
#define BITLINE_NAME(a, b) BITLINE_JOIN(a, b)
extern const PulseKernels BITLINE_NAME(pulse_kernels_, BITLINE_ISA);
const PulseKernels BITLINE_NAME(pulse_kernels_, BITLINE_ISA) = {exact, spread};

}  // namespace bitline::device
