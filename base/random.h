// SPDX-License-Identifier: Apache-2.0
// Randomness without order: every draw is a pure function of what it is for. Philox4x32-10 (Salmon et al., SC 2011,
// doi:10.1145/2063384.2063405; Random123) keyed by {seed, chip instance}, so any thread count, batch size, shard or
// placement draws the same numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/isa.h"

namespace bitline {

// What a draw is for. Numbers are part of every result: append, never renumber.
enum class Purpose : std::uint16_t {
  write_error = 1,
  relaxation = 2,
  drift = 3,
  read_noise = 4,
  adc_offset = 5,
  adc_gain = 6,
  adc_noise = 7,
  stuck_cell = 8,
  dead_line = 9,
  device_spread = 10,
  bootstrap = 11,
  reference_noise = 12,
  sweep_sample = 13,
  adc_inl = 14,
  shape_weights = 15,
  shape_inputs = 16,
  slow_noise = 17,
  write_pulses = 18,
  known_inputs = 19,
  pulse_cycle = 30,
  pulse_device = 31,
  start_state = 32,
  stimulus = 33,
  test_reading = 34,
  activation_device = 50,
  activation_noise = 51,
  responsivity = 52,
  training_start = 70,
  training_order = 71,
  training_pulses = 72,
  training_read = 73,
  training_spread = 74,
  training_device = 75,
  mask = 80,
  pick = 81,
  readout_start = 82,
  spike = 60,
  sensor_noise = 61,
  picture = 62,
  picture_noise = 63,
  test = 1000,
};

// Names one draw. `place`: a logical coordinate, never a physical one.
struct Counter {
  Purpose purpose;
  std::uint16_t layer = 0;
  std::uint32_t place = 0;  // logical weight index, or (row piece << 20 | output column / 4)
  std::uint32_t image = 0;
  std::uint32_t step = 0;  // position x planes + plane; or device of the cell and slice
};

// Draws of many reads: {purpose, layer, place, image[r], step[r]} names the first of read r.
struct ReadCounters {
  Purpose purpose;
  std::uint16_t layer = 0;
  std::uint32_t place = 0;
  std::span<const std::uint32_t> image, step;
};

struct RandomKernels;  // base/random_kernels.h

class Random {
 public:
  // By the best instruction set this machine has, or by one that isas() lists: the numbers are the same.
  Random(std::uint32_t seed, std::uint32_t instance);
  Random(std::uint32_t seed, std::uint32_t instance, Isa isa);

  std::array<std::uint32_t, 4> bits(const Counter& counter) const;
  // out[i] is bits({..., place + i / 4})[i % 4], vectorised.
  void words(const Counter& first, std::span<std::uint32_t> out) const;
  // out[i] is bits({..., place + i / 2})[i % 2], or with `second` [i % 2 + 2]: half of each draw.
  void word_pairs(const Counter& first, bool second, std::span<std::uint32_t> out) const;
  // Four independent standard normal numbers (float resolution, |z| < 6.6): two from words 0 and 1, two from words 2
  // and 3.
  std::array<float, 4> normal4(const Counter& counter) const;
  // Four uniform numbers in the open interval (0, 1).
  std::array<double, 4> uniform4(const Counter& counter) const;
  // out[i] is normal4({..., place + i / 4})[i % 4]: a row of columns in one call, vectorised.
  void normals(const Counter& first, std::span<float> out) const;
  // The same for many reads: out[(r * places + k) * 4 + i] is normal4({.., place + k, image[r], step[r]})[i].
  void normals(const ReadCounters& reads, std::size_t places, std::span<float> out) const;

 private:
  std::array<std::uint32_t, 2> key_;
  const RandomKernels* kernels_;
};

// Two standard normal numbers z[2 i], z[2 i + 1] from the words u[2 i], u[2 i + 1] (Box and Muller 1958,
// doi:10.1214/aoms/1177706645): sqrt(-2 ln p) times the cosine and the sine of an angle, p of 30 bits, within 1e-5 of
// exact arithmetic but for the innermost 2e-5 of radii. As many as normal4 gives, with its values.
void normals_from_pairs(std::span<const std::uint32_t> u, std::span<float> z);

}  // namespace bitline
