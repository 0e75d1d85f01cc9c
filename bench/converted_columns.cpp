// SPDX-License-Identifier: Apache-2.0
#include "bench/converted_columns.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "read/read_kernels.h"

namespace bitline::bench {

using periphery::SarAdc;

namespace {

// In codes of the lattice, the size they have in the main job.
constexpr double full_scale = 2e6;
constexpr std::int32_t variance = 400;
constexpr float noise_scale = 200;  // noise of 4000 rms

std::size_t place_of(std::size_t read, std::size_t column) {
  return (column / 16 * ConvertedColumns::reads + read) * 16 + column % 16;
}

SarAdc converter(ConvertedColumns::Kind kind) {
  SarAdc adc;
  if (kind == ConvertedColumns::Kind::with_errors) {
    adc.common.errors.offset_sigma_lsb = 0.5;
    adc.common.errors.gain_sigma = 0.01;
    adc.common.errors.noise_lsb = 0.3;
  }
  return adc;
}

}  // namespace

ConvertedColumns::ConvertedColumns(Kind kind)
    : kind_(kind),
      scale_(adc_scale(8, full_scale, true, periphery::AdcCodes::twos_complement)),
      bank_(converter(kind), true, 0, columns, random_),
      noise_(values + 16),
      code_sums_(columns),
      sums_(values),
      variances_(values, variance),
      values_(values) {
  for (std::size_t r = 0; r < reads; ++r)
    for (std::size_t c = 0; c < columns; ++c)  // from below the range to above it
      sums_[place_of(r, c)] =
          static_cast<std::int32_t>(full_scale * (2.2 * static_cast<double>(c) / (columns - 1) - 1.1)) +
          static_cast<std::int32_t>(r);
  draw(0);
}

void ConvertedColumns::draw(std::uint32_t first_read) {
  std::uint32_t image[reads] = {}, step[reads];
  for (std::uint32_t r = 0; r < reads; ++r) step[r] = first_read + r;
  random_.normals({Purpose::test, 2, 0, image, step}, columns / 4, noise_);
}

const std::vector<double>& ConvertedColumns::convert() {
  if (kind_ == Kind::plain) {
    const float weights[reads] = {1, 2, 4, 8, 16, 32, 64, 128};
    const auto lowest = static_cast<float>(scale_.lowest), highest = static_cast<float>(scale_.highest);
    read::read_kernels(isas().front())
        .noisy_codes({{sums_.data(), variances_.data(), std::size_t{16} * reads, noise_.data(), columns, noise_scale,
                       reads, columns},
                      reads,
                      weights,
                      static_cast<float>(1 / scale_.lsb),
                      lowest,
                      highest,
                      static_cast<float>(scale_.clamp / scale_.lsb)},
                     code_sums_.data());
    values_.assign(code_sums_.begin(), code_sums_.end());
    return values_;
  }
  values_.resize(values);
  const double rms = static_cast<double>(noise_scale) * std::sqrt(variance);
  for (std::size_t r = 0; r < reads; ++r) {
    const std::span some(values_.data() + r * columns, columns);
    const std::span<const float> z(noise_.data() + r * columns, columns);
    for (std::size_t c = 0; c < columns; ++c) some[c] = sums_[place_of(r, c)] + rms * static_cast<double>(z[c]);
    bank_.convert(scale_, 0, some, z);
  }
  return values_;
}

bool ConvertedColumns::answers_agree() {
  for (std::uint32_t first = 0; first < 50; ++first) {
    draw(first);
    for (std::uint32_t r = 0; r < reads; ++r)
      for (std::uint32_t c = 0; c < columns; ++c)
        if (noise_[r * columns + c] != random_.normal4({Purpose::test, 2, c / 4, 0, first + r})[c % 4]) return false;
    if (kind_ == Kind::with_errors) continue;
    convert();
    for (std::size_t c = 0; c < columns; ++c) {
      double exact = 0;
      for (std::size_t r = 0; r < reads; ++r) {
        const double rms = static_cast<double>(noise_scale) * std::sqrt(variance);
        const double value = sums_[place_of(r, c)] + rms * static_cast<double>(noise_[r * columns + c]);
        exact += std::ldexp(std::clamp(value * 127 / full_scale, -128.0, 127.0), static_cast<int>(r));
      }
      if (std::abs(values_[c] - exact) > 255 * (0.5 + 1e-4)) return false;
    }
  }
  return true;
}

}  // namespace bitline::bench
