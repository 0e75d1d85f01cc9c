// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/array_update.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace bitline::experiments {

namespace {

constexpr int probability_bits = 16;
constexpr std::uint16_t of_rows = 0, of_columns = 1, of_transfers = 2;

float largest(std::span<const float> values) {
  float most = 0;
  for (const float v : values) most = std::max(most, std::abs(v));
  return most;
}

// 32 slots at once, each taken with probability p / 2^16: bits of p from the lowest, each halving what came before and
// adding a half where it is 1.
std::uint32_t bernoulli(std::uint32_t p, std::span<const std::uint32_t> words) {
  if (p >> probability_bits) return ~0u;
  std::uint32_t taken = 0;
  for (int bit = 0; bit < probability_bits; ++bit)
    taken = p >> bit & 1 ? taken | words[static_cast<std::size_t>(bit)] : taken & words[static_cast<std::size_t>(bit)];
  return taken;
}

std::uint16_t stream(std::uint16_t name, std::uint16_t part) { return static_cast<std::uint16_t>(4 * name + part); }

}  // namespace

void StochasticTrains::draw(std::span<const float> values, double factor, std::uint16_t part, const Random& random,
                            std::vector<std::vector<std::uint32_t>>& taken) {
  for (auto& slot : taken) slot.clear();
  active_.clear();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != 0) active_.push_back(static_cast<std::uint32_t>(i));
  words_.resize(active_.size() * probability_bits);
  random.words({.purpose = Purpose::training_pulses, .layer = stream(name_, part), .image = samples_}, words_);
  constexpr double whole = 1 << probability_bits;
  for (std::size_t k = 0; k < active_.size(); ++k) {
    const double p = std::min(1.0, factor * std::abs(double{values[active_[k]]}));
    const auto at = std::span(words_).subspan(k * probability_bits, probability_bits);
    for (std::uint32_t mask = bernoulli(static_cast<std::uint32_t>(std::lround(p * whole)), at) &
                              static_cast<std::uint32_t>((std::uint64_t{1} << slots_) - 1);
         mask; mask &= mask - 1)
      taken[static_cast<std::size_t>(std::countr_zero(mask))].push_back(active_[k]);
  }
}

PulseTime StochasticTrains::update(TrainedArray& array, const Batch& batch, const Random& random) {
  const auto rows = static_cast<std::size_t>(array.rows()), columns = static_cast<std::size_t>(array.columns());
  PulseTime lasted;
  for (std::size_t s = 0; s < batch.samples; ++s) {
    const auto x = batch.x.subspan(s * rows, rows), delta = batch.delta.subspan(s * columns, columns);
    const double most_x = largest(x), most_delta = largest(delta);
    ++samples_;
    if (most_x == 0 || most_delta == 0) continue;
    // Pulses of a slot: more than one where as many slots alone could not make the largest change.
    const double wanted = batch.rate / (slots_ * array.step());
    const double repeats = std::clamp(std::ceil(wanted * most_x * most_delta), 1.0, 32767.0);
    const double c = std::sqrt(wanted / repeats), m = std::sqrt(most_delta / most_x);
    draw(x, c * m, of_rows, random, rows_);
    draw(delta, c / m, of_columns, random, columns_);
    for (std::size_t t = 0; t < rows_.size(); ++t) {
      list_.clear();
      for (const std::uint32_t i : rows_[t])
        for (const std::uint32_t j : columns_[t])
          list_.add(i * static_cast<std::uint32_t>(columns) + j, static_cast<int>(delta[j] > 0 ? -repeats : repeats));
      array.pulse(list_);
    }
    lasted.up += slots_ * repeats, lasted.down += slots_ * repeats;
  }
  return lasted;
}

// As many as one update can give a device; what is more stays with `carried`.
static int whole_pulses(float wanted) { return static_cast<int>(std::clamp(wanted, -32767.0f, 32767.0f)); }

PulseTime CountedSteps::update(TrainedArray& array, const Batch& batch, const Random& random) {
  const auto rows = static_cast<std::size_t>(array.rows()), columns = static_cast<std::size_t>(array.columns());
  const auto per_change = static_cast<float>(-batch.rate / array.step());
  if (rest_ == Rest::carried) carried_.resize(rows * columns);
  wanted_.resize(columns), words_.resize(columns);
  list_.clear();
  PulseTime lasted;
  ++updates_;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<float> wanted =
        rest_ == Rest::carried ? std::span(carried_).subspan(i * columns, columns) : std::span(wanted_);
    if (rest_ != Rest::carried) std::ranges::fill(wanted, 0.0f);
    bool driven = false;
    for (std::size_t s = 0; s < batch.samples; ++s) {
      const float x = per_change * batch.x[s * rows + i];
      if (x == 0) continue;
      driven = true;
      const float* delta = &batch.delta[s * columns];
      for (std::size_t j = 0; j < columns; ++j) wanted[j] += x * delta[j];
    }
    if (!driven) continue;
    if (rest_ == Rest::drawn)
      random.words({.purpose = Purpose::training_pulses,
                    .layer = stream(name_, of_rows),
                    .place = static_cast<std::uint32_t>(i * ((columns + 3) / 4)),
                    .image = updates_},
                   words_);
    int most_up = 0, most_down = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      int n = 0;
      switch (rest_) {
        case Rest::dropped:
          n = whole_pulses(wanted[j] + (wanted[j] > 0 ? 0.5f : -0.5f));
          break;
        case Rest::drawn:
          n = whole_pulses(std::floor(wanted[j] + static_cast<float>(words_[j] >> 8) * 0x1p-24f));
          break;
        case Rest::carried:
          n = whole_pulses(wanted[j]);
          wanted[j] -= static_cast<float>(n);
      }
      if (n == 0) continue;
      list_.add(static_cast<std::uint32_t>(i * columns + j), n);
      most_up = std::max(most_up, n), most_down = std::max(most_down, -n);
    }
    lasted.up += most_up, lasted.down += most_down;
  }
  array.pulse(list_);
  return lasted;
}

FastArray::FastArray(TrainedArray fast, int slots, const Transfer& transfer)
    : fast_(std::move(fast)),
      to_fast_(slots, fast_.name()),
      to_slow_(slots, static_cast<std::uint16_t>(fast_.name() + 1)),
      transfer_(transfer) {
  const auto n = static_cast<std::size_t>(fast_.rows()) * static_cast<std::size_t>(fast_.columns());
  if (transfer.digital_sums) sums_.resize(n);
  read_.resize(static_cast<std::size_t>(fast_.columns()));
  one_.resize(static_cast<std::size_t>(fast_.rows()));
}

PulseTime FastArray::update(TrainedArray& slow, const Batch& batch, const Random& random) {
  PulseTime lasted = to_fast_.update(fast_, batch, random);
  waited_ += static_cast<int>(batch.samples);
  for (; waited_ >= transfer_.every; waited_ -= transfer_.every) {
    const PulseTime more = transfer_row(slow, random);
    lasted.up += more.up, lasted.down += more.down;
  }
  return lasted;
}

PulseTime FastArray::transfer_row(TrainedArray& slow, const Random& random) {
  const auto i = static_cast<std::size_t>(row_), columns = read_.size();
  fast_.read_row(row_, read_);
  ++row_reads_;
  row_ = (row_ + 1) % fast_.rows();
  if (sums_.empty()) {
    for (float& r : read_) r = -r;  // as an error: the slow weights follow the fast ones
    one_[i] = 1;
    const PulseTime lasted = to_slow_.update(slow, {one_, read_, 1, transfer_.rate}, random);
    one_[i] = 0;
    return lasted;
  }
  list_.clear();
  PulseTime lasted;
  const auto per_step = static_cast<float>(transfer_.rate / slow.step());
  for (std::size_t j = 0; j < columns; ++j) {
    float& sum = sums_[i * columns + j];
    sum += per_step * read_[j];
    if (std::abs(sum) < 1) continue;
    list_.add(static_cast<std::uint32_t>(i * columns + j), sum > 0 ? 1 : -1);
    (sum > 0 ? lasted.up : lasted.down) = 1;
    sum = 0;
  }
  slow.pulse(list_);
  return lasted;
}

}  // namespace bitline::experiments
