// SPDX-License-Identifier: Apache-2.0
#include "read/conversion.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace bitline::read {

using chip::BlockView;
using mapping::Block;

namespace {

constexpr std::size_t values_together = 1024;

}  // namespace

Conversion::Conversion(const chip::Chip& chip, const chip::View& view, const chip::LayerPlan& plan,
                       Workspace::Memory& memory, std::span<double> out, Activity* activity, const Tap* tap)
    : view_(view),
      plan_(plan),
      kernels_(read_kernels(chip.isa)),
      m_(memory),
      out_(out),
      activity_(activity),
      tap_(tap),
      outputs_(static_cast<std::size_t>(plan_.matrix.columns)),
      planes_(static_cast<std::size_t>(plan_.planes.planes())),
      digits_(plan_.digit_weight.size()),
      noise_scale_(static_cast<float>(std::sqrt(plan_.lattice.variance_step))),
      together_(plan_.planes.together),
      conversions_(static_cast<std::size_t>(plan_.planes.conversions())),
      plane_weight_(plan_.planes.weight.begin(), plan_.planes.weight.end()) {}

// Some vectors at a time.
void Conversion::convert(std::size_t b, std::size_t g, std::size_t first, std::size_t columns) {
  const std::size_t step = std::max<std::size_t>(1, values_together / (planes_ * columns));
  for (std::size_t begin = 0; begin < numbers_.size(); begin += step) {
    const std::size_t vectors = std::min(step, numbers_.size() - begin);
    const std::size_t read = begin * planes_, reads = vectors * planes_;
    if (in_single_precision(b, g)) {
      add_noisy_codes(b, g, begin, vectors, first, columns);
      continue;
    }
    m_.values.resize(std::max(m_.values.size(), reads * columns));
    add_noise(b, g, read, reads, first, columns);
    if (together_) integrate(vectors, columns);
    const std::size_t conversions = vectors * conversions_;
    if (shows_currents())
      show_currents(b, conversions, columns);
    else
      convert_values(b, g, begin * conversions_, conversions, first, columns);
    const BlockView& cells = cells_of(b);
    apply_gain(cells.gain, conversions, first, columns);
    if (tap_ && tap_->converted) show_converted(b, begin, vectors, first, columns);
    apply_gain(cells.correction.scale, conversions, first, columns);
    for (std::size_t i = 0; i < vectors; ++i) {
      const std::size_t output = static_cast<std::size_t>(plan_.blocks[b].column) + first / digits_;
      double* const target = out_.data() + numbers_[begin + i] * outputs_ + output;
      kernels_.accumulate({m_.values.data() + i * conversions_ * columns, conversions_, columns, weights(),
                           plan_.digit_weight.data(), digits_},
                          target);
      if (g == 0) add_offsets(cells.correction.offset, first, columns, target);
    }
  }
}

// The sums of a vector's planes on the integrators of its columns; each vector's to the place of its first plane in the
// shorter list.
void Conversion::integrate(std::size_t vectors, std::size_t columns) {
  double* const values = m_.values.data();
  for (std::size_t i = 0; i < vectors; ++i) {
    const double* const planes = values + i * planes_ * columns;
    for (std::size_t c = 0; c < columns; ++c) {
      double sum = 0;
      for (std::size_t p = 0; p < planes_; ++p) sum += plan_.planes.weight[p] * planes[p * columns + c];
      values[i * columns + c] = sum;
    }
  }
}

// Noise and conversion of all planes of a vector at once, where single precision loses nothing that noise would not
// hide: sums are exact in it, and converters of up to 12 bits tell no more.
bool Conversion::in_single_precision(std::size_t b, std::size_t g) const {
  constexpr double exact = 1 << 24;
  constexpr int most_codes = 1 << 12;
  const BlockView& cells = cells_of(b);
  const periphery::AdcScale& s = cells.scale;
  if (!noisy(cells) || tap_ || together_ || plan_.cell.offset || !cells.converters.uniform() || s.lsb == 0)
    return false;
  if (!m_.sums.integers() || s.highest - s.lowest >= most_codes) return false;
  double weights = 0;
  for (const double w : plan_.planes.weight) {
    if (w != std::round(w)) return false;
    weights += std::abs(w);
  }
  return weights * most_codes <= exact &&
         plan_.planes.largest * plan_.blocks[b].groups[g].rows * array::largest_code < exact;
}

void Conversion::add_noisy_codes(std::size_t b, std::size_t g, std::size_t begin, std::size_t vectors,
                                 std::size_t first, std::size_t columns) {
  const BlockView& cells = cells_of(b);
  const periphery::AdcScale& s = cells.scale;
  const std::size_t read = begin * planes_, reads = vectors * planes_, skip = skipped(b, first);
  m_.noise.draw(view_.random, counters(Purpose::read_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
  m_.code_sums.resize(std::max(m_.code_sums.size(), vectors * columns));
  const NoisyCodes codes{
      m_.sums.integer_sums(read, reads, columns, m_.noise.numbers.data() + skip, m_.noise.step(), noise_scale_),
      planes_,
      plane_weight_.data(),
      static_cast<float>(1 / s.lsb),
      static_cast<float>(s.lowest),
      static_cast<float>(s.highest),
      static_cast<float>(s.clamp / s.lsb)};
  const std::size_t clipped = kernels_.noisy_codes(codes, m_.code_sums.data());
  if (activity_) activity_->clipped += clipped, activity_->conversions += reads * columns;
  const std::size_t output = static_cast<std::size_t>(plan_.blocks[b].column) + first / digits_;
  for (std::size_t i = 0; i < vectors; ++i) {
    double* const target = out_.data() + numbers_[begin + i] * outputs_ + output;
    add_codes(cells, first, {m_.code_sums.data() + i * columns, columns}, target);
    if (g == 0) add_offsets(cells.correction.offset, first, columns, target);
  }
}

void Conversion::add_codes(const BlockView& cells, std::size_t first, std::span<const float> sums,
                           double* target) const {
  const double lsb = cells.scale.lsb;
  const std::vector<double>& scale = cells.correction.scale;
  if (digits_ == 1 && cells.gain.empty() && scale.empty()) {
    const double factor = lsb * plan_.digit_weight[0];
#pragma omp simd
    for (std::size_t c = 0; c < sums.size(); ++c) target[c] += factor * static_cast<double>(sums[c]);
    return;
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    const double gain = (cells.gain.empty() ? 1 : cells.gain[first + c]) * (scale.empty() ? 1 : scale[first + c]);
    target[c / digits_] += lsb * plan_.digit_weight[c % digits_] * static_cast<double>(sums[c]) * gain;
  }
}

// Names of the draws that belong to columns from `first` on.
ReadCounters Conversion::counters(Purpose purpose, std::size_t b, std::size_t g, std::size_t read, std::size_t reads,
                                  std::size_t first) const {
  const Block& block = plan_.blocks[b];
  const std::size_t conversion = static_cast<std::size_t>(block.column) * digits_ + first;
  return {purpose, static_cast<std::uint16_t>(plan_.matrix.index),
          static_cast<std::uint32_t>(block.groups[g].id) << 20 | static_cast<std::uint32_t>(conversion / 4),
          std::span(m_.image).subspan(read, reads), std::span(m_.step).subspan(read, reads)};
}

// Of conversions: those of planes converted together are called as their first plane.
ReadCounters Conversion::conversion_counters(std::size_t b, std::size_t g, std::size_t from, std::size_t count,
                                             std::size_t first) const {
  ReadCounters names = counters(Purpose::adc_noise, b, g, 0, 0, first);
  const auto& [image, step] = together_ ? std::tie(m_.vector_image, m_.vector_step) : std::tie(m_.image, m_.step);
  names.image = std::span(image).subspan(from, count), names.step = std::span(step).subspan(from, count);
  return names;
}

// Where the draws of a block's columns begin among the four of their first place.
std::size_t Conversion::skipped(std::size_t b, std::size_t first) const {
  return (static_cast<std::size_t>(plan_.blocks[b].column) * digits_ + first) % 4;
}

void Conversion::add_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                           std::size_t columns) {
  const std::size_t skip = skipped(b, first);
  const bool noise = noisy(cells_of(b));
  if (noise)
    m_.noise.draw(view_.random, counters(Purpose::read_noise, b, g, read, reads, first), (columns + skip + 3) / 4);
  if (noise) average_noise(m_.noise, reads);
  m_.sums.values(kernels_, read, reads, columns, noise ? m_.noise.numbers.data() + skip : nullptr, m_.noise.step(),
                 noise_scale_, m_.values.data());
  if (noise && plan_.cell.offset) add_reference_noise(b, g, read, reads, first, columns);
}

// White noise of a plane that is driven w times as long, or w times, is the mean of w reads.
void Conversion::average_noise(Workspace::Memory::Noise& noise, std::size_t reads) const {
  if (!plan_.planes.weighted_in_time()) return;
  for (std::size_t i = 0; i < reads; ++i) {
    const auto less = static_cast<float>(1 / std::sqrt(plan_.planes.duration(static_cast<int>(i % planes_))));
    float* const numbers = noise.numbers.data() + i * noise.step();
    for (std::size_t k = 0; k < noise.step(); ++k) numbers[k] *= less;
  }
}

// The reference column's noise is one draw per read and slice, common to every column.
void Conversion::add_reference_noise(std::size_t b, std::size_t g, std::size_t read, std::size_t reads,
                                     std::size_t first, std::size_t columns) {
  const auto slices = static_cast<std::size_t>(plan_.cell.slices);
  ReadCounters names = counters(Purpose::reference_noise, b, g, read, reads, 0);
  const std::uint16_t layer = names.layer;
  for (std::size_t s = 0; s < slices; ++s) {
    names.layer = static_cast<std::uint16_t>(layer | s << 12);
    m_.reference_noise.draw(view_.random, names, 1);
    average_noise(m_.reference_noise, reads);
    for (std::size_t i = 0; i < reads; ++i) {
      const double noise = static_cast<double>(m_.reference_noise.numbers[4 * i] * noise_scale_) *
                           std::sqrt(m_.sums.reference_variance(read + i, static_cast<int>(s)));
      for (std::size_t c = (s + slices - first % slices) % slices; c < columns; c += slices)
        m_.values[i * columns + c] -= noise;
    }
  }
}

void Conversion::show_currents(std::size_t b, std::size_t reads, std::size_t columns) {
  m_.tapped.resize(columns);
  for (std::size_t i = 0; i < reads; ++i) {
    for (std::size_t c = 0; c < columns; ++c) m_.tapped[c] = m_.values[i * columns + c] * plan_.lattice.code_S;
    tap_->currents(b, i % conversions_, m_.tapped);
  }
}

void Conversion::show_converted(std::size_t b, std::size_t begin, std::size_t vectors, std::size_t first,
                                std::size_t columns) {
  for (std::size_t i = 0; i < vectors; ++i) {
    m_.tapped.assign(columns, 0);
    for (std::size_t p = 0; p < conversions_; ++p) {
      const double* const values = m_.values.data() + (i * conversions_ + p) * columns;
      for (std::size_t c = 0; c < columns; ++c) m_.tapped[c] += weights()[p] * values[c] * plan_.lattice.code_S;
    }
    tap_->converted(b, numbers_[begin + i], first, m_.tapped);
  }
}

void Conversion::convert_values(std::size_t b, std::size_t g, std::size_t read, std::size_t reads, std::size_t first,
                                std::size_t columns) {
  const BlockView& cells = cells_of(b);
  std::size_t clipped = 0;
  if (cells.converters.uniform() && cells.scale.lsb != 0) {
    const periphery::AdcScale& s = cells.scale;
    clipped = kernels_.convert(uniform_codes(s.lsb, s.lowest, s.highest, s.clamp), m_.values.data(), reads * columns);
  } else {
    const periphery::AdcCommon* adc = common(plan_.settings.adc);
    const bool noise = adc && adc->errors.noise_lsb > 0;
    const std::size_t skip = skipped(b, first);
    if (noise) m_.adc_noise.draw(view_.random, conversion_counters(b, g, read, reads, first), (columns + skip + 3) / 4);
    const Block& block = plan_.blocks[b];
    const int converter_column =
        block.array_column / plan_.cell.columns_per_weight * static_cast<int>(digits_) + static_cast<int>(first);
    for (std::size_t i = 0; i < reads; ++i) {
      const std::span<double> values = std::span(m_.values).subspan(i * columns, columns);
      const std::span<const float> z =
          noise ? std::span<const float>(m_.adc_noise.numbers).subspan(i * m_.adc_noise.step() + skip, columns)
                : std::span<const float>();
      clipped += cells.converters.convert(cells.scale, converter_column, values, z);
    }
  }
  if (activity_) activity_->clipped += clipped, activity_->conversions += reads * columns;
}

void Conversion::apply_gain(const std::vector<double>& gain, std::size_t reads, std::size_t first,
                            std::size_t columns) {
  if (gain.empty()) return;
  for (std::size_t i = 0; i < reads; ++i)
    for (std::size_t c = 0; c < columns; ++c) m_.values[i * columns + c] *= gain[first + c];
}

// Once for each vector: they are of all its reads together.
void Conversion::add_offsets(const std::vector<double>& offset, std::size_t first, std::size_t columns,
                             double* target) const {
  if (offset.empty()) return;
  for (std::size_t c = 0; c < columns; ++c) target[c / digits_] += plan_.digit_weight[c % digits_] * offset[first + c];
}

}  // namespace bitline::read
