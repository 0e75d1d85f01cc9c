// SPDX-License-Identifier: Apache-2.0
#include "bench/converted_columns.h"

#include <algorithm>
#include <cmath>

namespace bitline::bench {

using periphery::SarAdc;

namespace {

constexpr double full_scale = 2e6, noise_rms = 4e3;  // in codes of the lattice, the size they have in the main job

Counter counter_of(std::uint32_t read) { return {.purpose = Purpose::test, .layer = 2, .step = read}; }

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
      noise_(columns),
      sums_(columns),
      values_(columns) {
  for (int c = 0; c < columns; ++c)  // from below the range to above it
    sums_[static_cast<std::size_t>(c)] = full_scale * (2.2 * c / (columns - 1) - 1.1);
  draw(0);
}

void ConvertedColumns::draw(std::uint32_t read) { random_.normals(counter_of(read), noise_); }

const std::vector<double>& ConvertedColumns::convert() {
  for (std::size_t c = 0; c < values_.size(); ++c) values_[c] = sums_[c] + noise_rms * static_cast<double>(noise_[c]);
  bank_.convert(scale_, 0, values_, kind_ == Kind::plain ? std::span<const float>() : noise_);
  return values_;
}

bool ConvertedColumns::answers_agree() {
  for (std::uint32_t read = 0; read < 50; ++read) {
    draw(read);
    for (std::uint32_t c = 0; c < columns; ++c) {
      Counter counter = counter_of(read);
      counter.place = c / 4;
      if (noise_[c] != random_.normal4(counter)[c % 4]) return false;
    }
    if (kind_ == Kind::with_errors) continue;
    convert();
    for (std::size_t c = 0; c < values_.size(); ++c) {
      const double lsb = full_scale / 127, exact = (sums_[c] + noise_rms * static_cast<double>(noise_[c])) / lsb;
      if (std::abs(values_[c] / lsb - std::clamp(exact, -128.0, 127.0)) > 0.5 + 1e-9) return false;
    }
  }
  return true;
}

}  // namespace bitline::bench
