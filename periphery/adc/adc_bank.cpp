// SPDX-License-Identifier: Apache-2.0
// What converters do to currents: codes of a scale, and the imperfections of the converters of one array.
#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "periphery/adc/adc.h"

namespace bitline::periphery {
namespace {

constexpr std::size_t chunk = 64;  // columns that are searched together

// The value or 0, written so that a loop over columns vectorises where `?:` becomes a branch (g++ 12).
double masked(bool condition, double value) {
  return std::bit_cast<double>(-static_cast<std::int64_t>(condition) & std::bit_cast<std::int64_t>(value));
}

// The index-th of the standard normals that `purpose` gives one converter.
double draw(const Random& random, Purpose purpose, int array, int converter, std::uint32_t index) {
  const Counter counter{.purpose = purpose,
                        .place = static_cast<std::uint32_t>(array),
                        .image = index / 4,
                        .step = static_cast<std::uint32_t>(converter)};
  return random.normal4(counter)[index % 4];
}

// `inl` at the 2^bits - 1 thresholds: points at the lowest and the highest code and equally spaced between; threshold i
// lies half a code above code i.
std::vector<double> inl_at_thresholds(const std::vector<double>& inl, int bits) {
  const std::size_t n = (std::size_t{1} << bits) - 1;
  std::vector<double> at(n, inl.empty() ? 0.0 : inl[0]);
  if (inl.size() < 2) return at;
  for (std::size_t i = 0; i < n; ++i) {
    const double position =
        (static_cast<double>(i) + 0.5) / static_cast<double>(n) * static_cast<double>(inl.size() - 1);
    const std::size_t left = std::min(static_cast<std::size_t>(position), inl.size() - 2);
    at[i] = std::lerp(inl[left], inl[left + 1], position - static_cast<double>(left));
  }
  return at;
}

// The weights in LSB of a binary-weighted capacitor DAC: bit k consists of 2^k unit capacitors and one more unit
// terminates the array; charge sharing divides by the sum of all. Independent errors of relative sigma per unit add to
// sigma sqrt(2^k) units in bit k (Saberi, Lotfi, Mafinezhad, Serdijn 2011, doi:10.1109/TCSI.2011.2107214; matching
// improves with the root of the area: Pelgrom 1989, doi:10.1109/JSSC.1989.572629).
void draw_capacitors(double sigma, const Random& random, int array, int converter, std::span<double> weights_lsb) {
  const auto bits = static_cast<int>(weights_lsb.size());
  double total = 1 + sigma * draw(random, Purpose::adc_inl, array, converter, static_cast<std::uint32_t>(bits));
  for (int k = 0; k < bits; ++k) {
    const double units = std::ldexp(1.0, k);
    weights_lsb[k] = units + sigma * std::sqrt(units) *
                                 draw(random, Purpose::adc_inl, array, converter, static_cast<std::uint32_t>(k));
    total += weights_lsb[k];
  }
  const double lsb_per_unit = std::ldexp(1.0, bits) / total;
  for (double& w : weights_lsb) w *= lsb_per_unit;
}

// Values in LSB to multiples of `lsb`, half to even. `before(c)` is value c in LSB.
template <class Before>
std::size_t convert_uniform(const AdcScale& scale, std::span<double> values, Before before) {
  const double lowest = scale.lowest, highest = scale.highest, lsb = scale.lsb;
  double* const out = values.data();
  const std::size_t n = values.size();
  std::size_t clipped = 0;
  for (std::size_t c = 0; c < n; ++c) {
    const double code = std::nearbyint(before(c));
    clipped += static_cast<std::size_t>((code < lowest) | (code > highest));
    out[c] = std::min(std::max(code, lowest), highest) * lsb;  // in this order NaN stays NaN
  }
  return clipped;
}

}  // namespace

AdcScale adc_scale(int bits, double full_scale, bool is_signed, AdcCodes codes) {
  if (bits < 1 || bits > 16) {
    refuse_config("adc.bits", fmt::format("an ADC of {} bits is not modelled", bits), "1 to 16");
  }
  if (is_signed && bits == 1) {
    refuse_config("adc.bits", "one bit cannot code currents of both signs: the LSB is FS / (2^(bits-1) - 1)",
                  "2 bits or more, or an encoding whose currents have one sign");
  }
  if (!(full_scale >= 0) || std::isinf(full_scale)) {
    throw InputError(
        fmt::format("the ADC's full scale is {}; it must be a finite number that is not negative", full_scale));
  }
  const int half = 1 << (bits - 1);
  AdcScale scale;
  scale.lowest = is_signed ? -half + (codes == AdcCodes::symmetric ? 1 : 0) : 0;
  scale.highest = is_signed ? half - 1 : 2 * half - 1;
  scale.lsb = full_scale / scale.highest;
  return scale;
}

AdcBank::AdcBank(const Adc& adc, bool is_signed, int array, int count, const Random& random) : count_(count) {
  const AdcCommon* config = common(adc);
  if (!config) {
    ideal_ = true;
    return;
  }
  if (auto wrong = problems(adc); !wrong.empty()) throw ConfigError(std::move(wrong));
  if (config->bits < 1 || config->bits > 16 || config->shared_by < 1) {
    refuse_config("adc", fmt::format("{} bits shared by {} columns is not an ADC", config->bits, config->shared_by),
                  "1 to 16 bits, 1 column or more");
  }
  bits_ = config->bits;
  base_ = is_signed ? -(1 << (bits_ - 1)) : 0;
  shared_by_ = config->shared_by;

  const AdcErrors& errors = config->errors;
  noise_lsb_ = errors.noise_lsb;
  if (errors.offset_sigma_lsb > 0 || errors.gain_sigma > 0) {
    for (int i = 0; i < count; ++i) {
      const double gain = 1 + errors.gain_sigma * draw(random, Purpose::adc_gain, array, i, 0);
      const double offset = errors.offset_sigma_lsb * draw(random, Purpose::adc_offset, array, i, 0);
      gain_.insert(gain_.end(), static_cast<std::size_t>(shared_by_), gain);
      offset_lsb_.insert(offset_lsb_.end(), static_cast<std::size_t>(shared_by_), offset);
    }
  }

  const auto* sar = std::get_if<SarAdc>(&adc);
  if (sar && sar->capacitor_mismatch > 0) {
    if (!errors.inl_lsb.empty()) inl_lsb_ = inl_at_thresholds(errors.inl_lsb, bits_);
    const std::size_t columns = static_cast<std::size_t>(count) * static_cast<std::size_t>(shared_by_);
    capacitors_lsb_.resize(columns * static_cast<std::size_t>(bits_));
    std::vector<double> weights_lsb(static_cast<std::size_t>(bits_));
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t converter = c / static_cast<std::size_t>(shared_by_);
      if (c % static_cast<std::size_t>(shared_by_) == 0) {
        draw_capacitors(sar->capacitor_mismatch, random, array, static_cast<int>(converter), weights_lsb);
      }
      for (std::size_t k = 0; k < weights_lsb.size(); ++k) capacitors_lsb_[k * columns + c] = weights_lsb[k];
    }
    return;
  }

  const auto* flash = std::get_if<FlashAdc>(&adc);
  const bool measured = flash && !flash->thresholds_lsb.empty();
  table_each_ = flash && flash->comparator_offset_lsb > 0;
  if (!measured && !table_each_ && errors.inl_lsb.empty()) return;
  std::vector<double> table = inl_at_thresholds(errors.inl_lsb, bits_);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] += measured ? flash->thresholds_lsb[i] : base_ + static_cast<double>(i) + 0.5;
  }
  const int tables = table_each_ ? count : 1;
  for (int t = 0; t < tables; ++t) {
    const auto start = thresholds_lsb_.insert(thresholds_lsb_.end(), table.begin(), table.end());
    if (table_each_) {
      for (std::size_t i = 0; i < table.size(); ++i) {
        start[static_cast<std::ptrdiff_t>(i)] +=
            flash->comparator_offset_lsb * draw(random, Purpose::adc_inl, array, t, static_cast<std::uint32_t>(i));
      }
    }
    // The code is the number of comparators that fire, whatever their order.
    std::sort(start, thresholds_lsb_.end());
  }
}

std::size_t AdcBank::convert(const AdcScale& scale, int first, std::span<double> values,
                             std::span<const float> noise) const {
  if (ideal_ || values.empty()) return 0;
  if (first < 0 || (static_cast<std::size_t>(first) + values.size() - 1) / static_cast<std::size_t>(shared_by_) >=
                       static_cast<std::size_t>(count_)) {
    throw std::logic_error(fmt::format("columns {} to {} have no converter: {} converters of {} columns each", first,
                                       static_cast<std::size_t>(first) + values.size() - 1, count_, shared_by_));
  }
  if (noise_lsb_ > 0 && noise.size() != values.size()) {
    throw std::logic_error(
        fmt::format("{} normal numbers for the noise of {} conversions", noise.size(), values.size()));
  }
  if (scale.lsb == 0) {  // no current was expected anywhere
    std::size_t clipped = 0;
    for (double& v : values) {
      clipped += static_cast<std::size_t>(std::abs(v) > 0);
      v *= std::isnan(v) ? 1 : 0;
    }
    return clipped;
  }

  double* const v = values.data();
  const std::size_t n = values.size();
  const double lsb = scale.lsb, clamp = scale.clamp, noise_lsb = noise_lsb_;
  const auto in_lsb = [=](std::size_t c) { return std::min(std::max(v[c], -clamp), clamp) / lsb; };
  const bool uniform = thresholds_lsb_.empty() && capacitors_lsb_.empty();
  if (uniform && gain_.empty() && noise_lsb == 0) return convert_uniform(scale, values, in_lsb);

  for (std::size_t c = 0; c < n; ++c) v[c] = in_lsb(c);
  if (!gain_.empty()) {
    const double* const gain = gain_.data() + first;
    const double* const offset = offset_lsb_.data() + first;
    for (std::size_t c = 0; c < n; ++c) v[c] = v[c] * gain[c] + offset[c];
  }
  if (noise_lsb > 0) {
    for (std::size_t c = 0; c < n; ++c) v[c] += noise_lsb * static_cast<double>(noise[c]);
  }
  if (uniform) return convert_uniform(scale, values, [=](std::size_t c) { return v[c]; });
  return thresholds_lsb_.empty() ? convert_by_search(scale, first, values)
                                 : convert_by_thresholds(scale, first, values);
}

// Both below take values in LSB. A value lies outside the range when it is more than one LSB beyond the last threshold
// (the end code is one LSB wide, as in the uniform converter) or has a code that the scale leaves out. All columns of a
// chunk take each step of a search together: without branches, which are unpredictable here, the loops over columns
// vectorise.
std::size_t AdcBank::convert_by_thresholds(const AdcScale& scale, int first, std::span<double> values) const {
  const std::int64_t size = (std::int64_t{1} << bits_) - 1;
  const double base = base_, lowest = scale.lowest, highest = scale.highest, lsb = scale.lsb;
  const double* const tables = thresholds_lsb_.data();
  std::size_t clipped = 0;
  for (std::size_t start = 0; start < values.size(); start += chunk) {
    const std::size_t n = std::min(chunk, values.size() - start);
    double* const x = values.data() + start;
    std::int64_t table[chunk] = {}, below[chunk] = {};
    if (table_each_) {
      for (std::size_t c = 0; c < n; ++c) {
        table[c] = (first + static_cast<std::int64_t>(start + c)) / shared_by_ * size;
      }
    }
    for (std::int64_t step = (size + 1) / 2; step > 0; step /= 2) {
      for (std::size_t c = 0; c < n; ++c) {
        below[c] += -static_cast<std::int64_t>(tables[table[c] + below[c] + step - 1] < x[c]) & step;
      }
    }
    for (std::size_t c = 0; c < n; ++c) {
      const double code = base + static_cast<double>(below[c]);
      const bool outside = (x[c] < tables[table[c]] - 1) | (x[c] > tables[table[c] + size - 1] + 1);
      clipped += static_cast<std::size_t>((outside | (code < lowest) | (code > highest)) & (x[c] == x[c]));
      x[c] = x[c] == x[c] ? std::min(std::max(code, lowest), highest) * lsb : x[c];  // NaN stays NaN
    }
  }
  return clipped;
}

std::size_t AdcBank::convert_by_search(const AdcScale& scale, int first, std::span<double> values) const {
  const double base = base_, lowest = scale.lowest, highest = scale.highest, lsb = scale.lsb;
  const double first_threshold_shift = inl_lsb_.empty() ? 0 : inl_lsb_.front();
  const double last_threshold_shift = inl_lsb_.empty() ? 0 : inl_lsb_.back();
  const double all_ones = std::ldexp(1.0, bits_) - 1;
  const std::size_t columns = static_cast<std::size_t>(count_) * static_cast<std::size_t>(shared_by_);
  std::size_t clipped = 0;
  for (std::size_t start = 0; start < values.size(); start += chunk) {
    const std::size_t n = std::min(chunk, values.size() - start);
    double* const x = values.data() + start;
    const double* const smallest = capacitors_lsb_.data() + static_cast<std::size_t>(first) + start;
    double level[chunk] = {}, kept[chunk] = {}, shift[chunk] = {};
    for (int k = bits_ - 1; k >= 0; --k) {
      const double* const capacitor = smallest + static_cast<std::size_t>(k) * columns;
      const double bit = std::ldexp(1.0, k);
      if (!inl_lsb_.empty()) {
        for (std::size_t c = 0; c < n; ++c) shift[c] = inl_lsb_[static_cast<std::size_t>(kept[c] + bit) - 1];
      }
      for (std::size_t c = 0; c < n; ++c) {
        const double weight = capacitor[c];
        const bool keep = x[c] - base >= level[c] + weight - 0.5 + shift[c];
        level[c] += masked(keep, weight);
        kept[c] += masked(keep, bit);
      }
    }
    for (std::size_t c = 0; c < n; ++c) {
      const double code = base + kept[c];
      const bool below = (kept[c] == 0) & (x[c] - base < smallest[c] - 1.5 + first_threshold_shift);
      const bool above = (kept[c] == all_ones) & (x[c] - base > level[c] + 0.5 + last_threshold_shift);
      clipped += static_cast<std::size_t>((below | above | (code < lowest) | (code > highest)) & (x[c] == x[c]));
      x[c] = x[c] == x[c] ? std::min(std::max(code, lowest), highest) * lsb : x[c];  // NaN stays NaN
    }
  }
  return clipped;
}

}  // namespace bitline::periphery
