// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/trained_array.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace bitline::experiments {

using arch::WeightCell;
using periphery::AdcBank;
using periphery::AdcScale;

namespace {

// Streams of draws.
enum ReadOf { read_of_columns = 0, read_of_rows = 1, read_of_one_row = 2 };

AdcScale scale_of(const periphery::Adc& adc, double full_scale) {
  const periphery::AdcCommon* c = common(adc);
  return c ? adc_scale(c->bits, full_scale, true, c->codes) : AdcScale{};
}

// sums[j] += the sum over k of x[k] m[rows[k]][j], row after row; four rows at a time, so that sums stay in registers.
void add_rows(std::span<const std::size_t> rows, std::span<const float> x, std::span<const float> m,
              std::span<float> sums) {
  const std::size_t columns = sums.size();
  float* out = sums.data();
  std::size_t k = 0;
  for (; k + 4 <= rows.size(); k += 4) {
    const float x0 = x[k], x1 = x[k + 1], x2 = x[k + 2], x3 = x[k + 3];
    const float *m0 = &m[rows[k] * columns], *m1 = &m[rows[k + 1] * columns], *m2 = &m[rows[k + 2] * columns],
                *m3 = &m[rows[k + 3] * columns];
#pragma omp simd
    for (std::size_t j = 0; j < columns; ++j) out[j] = (((out[j] + x0 * m0[j]) + x1 * m1[j]) + x2 * m2[j]) + x3 * m3[j];
  }
  for (; k < rows.size(); ++k)
    for (std::size_t j = 0; j < columns; ++j) out[j] += x[k] * m[rows[k] * columns + j];
}

}  // namespace

double TrainedDevice::read_variance(double level) const {
  const double g = low + level * (high - low), relative_sigma = device->read_noise.relative * g, window = high - low;
  // Without conductances in siemens only the share of one means something.
  const double variance = relative ? relative_sigma * relative_sigma : read_noise_variance(*device, g);
  return variance / (window * window);
}

TrainedArray::TrainedArray(const TrainedDevice& device, const ArraySetup& setup, const Random& random)
    : device_(device),
      setup_(setup),
      random_(random),
      columns_bank_(*setup.adc, true, 2 * setup.name, setup.columns, random),
      rows_bank_(*setup.adc, true, 2 * setup.name + 1, setup.rows, random),
      forward_(scale_of(*setup.adc, setup.full_scale)),
      back_(scale_of(*setup.adc, setup.full_scale_back)),
      window_(scale_of(*setup.adc, setup.range)) {
  const auto n = static_cast<std::size_t>(setup.rows) * static_cast<std::size_t>(setup.columns);
  step_ = 2 * setup.range * device.pulses.step();
  const auto side = [&](Side& s, std::uint16_t k) {
    s.levels.assign(n, static_cast<float>(setup.zero));
    s.sizes.resize(n);
    draw_sizes(device.plasticity(), random,
               {.purpose = Purpose::training_device, .layer = static_cast<std::uint16_t>(2 * setup.name + k)}, s.sizes);
  };
  side(up_, 0);
  if (setup.cell == WeightCell::pair) side(down_, 1);
  weights_.resize(n);
  pulses_of_.resize(n);
  if (!device.device->read_noise.none()) {
    variances_.resize(n);
    if (setup.cell == WeightCell::one_device)
      reference_variance_ = 4 * setup.range * setup.range * device.read_variance(setup.zero);
  }
  for (std::size_t i = 0; i < n; ++i) derive(i);
}

void TrainedArray::derive(std::size_t i) {
  const bool pair = setup_.cell == WeightCell::pair;
  const float other = pair ? down_.levels[i] : static_cast<float>(setup_.zero);
  const auto scale = static_cast<float>(pair ? setup_.range : 2 * setup_.range);
  weights_[i] = scale * (up_.levels[i] - other);
  if (!variances_.empty())
    variances_[i] =
        scale * scale *
        static_cast<float>(device_.read_variance(up_.levels[i]) + (pair ? device_.read_variance(other) : 0));
}

void TrainedArray::write(std::span<const float> weights) {
  const bool pair = setup_.cell == WeightCell::pair;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const double share = weights[i] / (2 * setup_.range);
    up_.levels[i] = static_cast<float>(std::clamp(setup_.zero + share, 0.0, 1.0));
    if (pair) down_.levels[i] = static_cast<float>(std::clamp(setup_.zero - share, 0.0, 1.0));
    derive(i);
  }
}

void TrainedArray::pulse(const PulseList& list) {
  if (list.at.empty()) return;
  ++updates_;
  pulse_side(up_, list, 1, static_cast<std::uint16_t>(2 * setup_.name));
  if (setup_.cell == WeightCell::pair) pulse_side(down_, list, -1, static_cast<std::uint16_t>(2 * setup_.name + 1));
  for (std::size_t k = 0; k < list.at.size(); ++k) {
    derive(list.at[k]);
    pulses_of_[list.at[k]] += static_cast<std::uint32_t>(std::abs(list.counts[k]));
  }
}

void TrainedArray::pulse_side(Side& side, const PulseList& list, int sign, std::uint16_t stream) {
  const std::size_t n = list.at.size();
  level_.resize(n), size_.resize(n), count_.resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    level_[k] = side.levels[list.at[k]];
    size_[k] = side.sizes[list.at[k]];
    count_[k] = static_cast<std::int16_t>(sign * list.counts[k]);
  }
  if (device_.pulses.spreads()) {
    z_.resize(n);
    random_.normals({.purpose = Purpose::training_spread, .layer = stream, .image = updates_}, z_);
  }
  device_.pulses.apply(count_, size_, z_, level_);
  for (std::size_t k = 0; k < n; ++k) {
    float& level = side.levels[list.at[k]];
    const double between = 0.5 * (double{level} + double{level_[k]});
    (count_[k] > 0 ? counts_.up : counts_.down) += std::abs(count_[k]);
    (count_[k] > 0 ? counts_.up_levels : counts_.down_levels) += std::abs(count_[k]) * between;
    level = level_[k];
  }
}

void TrainedArray::read(std::span<const float> x, std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  variance_.assign(variances_.empty() ? 0 : out.size(), 0.0f);
  double squares = 0;
  driven_.clear(), drive_.clear(), drive_squares_.clear();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == 0) continue;
    driven_.push_back(i), drive_.push_back(x[i]), drive_squares_.push_back(x[i] * x[i]);
    squares += double{x[i]} * x[i];
  }
  add_rows(driven_, drive_, weights_, out);
  if (!variances_.empty()) add_rows(driven_, drive_squares_, variances_, variance_);
  convert(columns_bank_, forward_, read_of_columns, squares * reference_variance_, out);
}

void TrainedArray::read_back(std::span<const float> delta, std::span<float> out) {
  const auto columns = static_cast<std::size_t>(setup_.columns), rows = static_cast<std::size_t>(setup_.rows);
  const double sum_of_all = std::accumulate(delta.begin(), delta.end(), 0.0);
  variance_.assign(variances_.empty() ? 0 : rows, static_cast<float>(sum_of_all * sum_of_all * reference_variance_));
  for (std::size_t i = 0; i < rows; ++i) {
    const float* w = &weights_[i * columns];
    float sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += delta[j] * w[j];
    out[i] = sum;
    for (std::size_t j = 0; j < columns && !variances_.empty(); ++j)
      variance_[i] += delta[j] * delta[j] * variances_[i * columns + j];
  }
  convert(rows_bank_, back_, read_of_rows, 0, out);
}

void TrainedArray::read_row(int which, std::span<float> out) {
  const auto columns = static_cast<std::size_t>(setup_.columns), first = static_cast<std::size_t>(which) * columns;
  std::copy_n(weights_.begin() + static_cast<std::ptrdiff_t>(first), columns, out.begin());
  variance_.clear();
  if (!variances_.empty()) variance_.assign(&variances_[first], &variances_[first] + columns);
  convert(columns_bank_, window_, read_of_one_row, reference_variance_, out);
}

void TrainedArray::convert(const AdcBank& bank, const AdcScale& scale, int direction, double common_variance,
                           std::span<float> out) {
  ++reads_;
  const auto stream = static_cast<std::uint16_t>(8 * setup_.name + direction);
  currents_.assign(out.begin(), out.end());
  if (!variance_.empty()) {
    z_.resize(out.size());
    random_.normals({.purpose = Purpose::training_read, .layer = stream, .image = reads_}, z_);
    const double shared = std::sqrt(common_variance) * random_.normal4({.purpose = Purpose::training_read,
                                                                        .layer = static_cast<std::uint16_t>(stream + 3),
                                                                        .image = reads_})[0];
    for (std::size_t i = 0; i < out.size(); ++i) currents_[i] += std::sqrt(double{variance_[i]}) * z_[i] - shared;
  }
  if (!bank.ideal()) {
    const bool noisy = common(*setup_.adc)->errors.noise_lsb > 0;
    z_.resize(noisy ? out.size() : 0);
    if (noisy)
      random_.normals(
          {.purpose = Purpose::training_read, .layer = static_cast<std::uint16_t>(stream + 4), .image = reads_}, z_);
    bank.convert(scale, 0, currents_, z_);
  }
  std::ranges::copy(currents_, out.begin());
}

std::vector<double> TrainedArray::row_conductances() const {
  const auto columns = static_cast<std::size_t>(setup_.columns);
  // One column of reference beside the others.
  const double reference =
      setup_.cell == WeightCell::pair ? 0 : device_.low + setup_.zero * (device_.high - device_.low);
  std::vector<double> sums(static_cast<std::size_t>(setup_.rows), reference);
  for (std::size_t i = 0; i < weights_.size(); ++i) sums[i / columns] += conductance(i);
  return sums;
}

std::vector<double> TrainedArray::column_conductances() const {
  const auto columns = static_cast<std::size_t>(setup_.columns);
  std::vector<double> sums(columns);
  for (std::size_t i = 0; i < weights_.size(); ++i) sums[i % columns] += conductance(i);
  return sums;
}

double TrainedArray::conductance(std::size_t weight) const {
  const bool pair = setup_.cell == WeightCell::pair;
  const double levels = double{up_.levels[weight]} + (pair ? down_.levels[weight] : 0);
  return (pair ? 2 : 1) * device_.low + levels * (device_.high - device_.low);
}

}  // namespace bitline::experiments
