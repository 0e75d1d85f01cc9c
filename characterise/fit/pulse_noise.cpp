// SPDX-License-Identifier: Apache-2.0
// Each pulse's own noise stays in the state, that of reading does not: residuals n pulses apart differ by variance
// n cycle^2 + 2 read^2. Told apart by neighbours and readings a twentieth of the train apart, so that slow noise of
// reading, which grows over a few pulses only, is not taken for that of pulses; further apart the state forgets. Over
// blocks of readings add_noise() takes the jackknife for its intervals, possible_noise() the bootstrap for its draws.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

constexpr std::size_t blocks = 20;

struct Variances {
  double cycle = 0, read = 0;
};

// On the scale of the window.
class ResidualMoments {
 public:
  ResidualMoments(const Trains& t, const LongTermFit& f) {
    const auto [r, repeated, misfit] = train_residuals(t, f);
    if (f.at.empty() && !repeated) return;  // a table follows the noise of its only train
    for (const Train& train : t.all) {
      const std::size_t far = std::max<std::size_t>(2, train.count / 20);
      for (std::size_t i = train.first + far; i < train.first + train.count; ++i) {
        const double one = r[i] - r[i - 1], many = r[i] - r[i - far], pulses = t.at[i] - t.at[i - 1];
        const double more = t.at[i] - t.at[i - far] - pulses;
        if (more > 0) differences_.push_back({one * one, (many * many - one * one) / more, pulses});
      }
    }
  }
  bool enough() const { return differences_.size() >= 4 * blocks; }
  // Of all but one block; of all for `blocks`.
  Variances without(std::size_t skipped) const {
    std::array<double, blocks> weight;
    weight.fill(1);
    if (skipped < blocks) weight[skipped] = 0;
    return of(weight);
  }
  // Each block that many times.
  Variances of(const std::array<double, blocks>& weight) const {
    double square = 0, cycle = 0, pulses = 0, n = 0;
    for (std::size_t i = 0; i < differences_.size(); ++i) {
      const double w = weight[i * blocks / differences_.size()];
      square += w * differences_[i].square, cycle += w * differences_[i].cycle;
      pulses += w * differences_[i].pulses, n += w;
    }
    return {cycle / n, (square - cycle * pulses / n) / (2 * n)};
  }

 private:
  struct Difference {
    double square;  // of neighbours
    double cycle;   // what one pulse adds to it
    double pulses;  // between neighbours
  };
  std::vector<Difference> differences_;
};

}  // namespace

std::vector<PulseNoise> possible_noise(const Trains& t, const LongTermFit& f, int draws) {
  const ResidualMoments moments(t, f);
  std::vector<PulseNoise> out;
  if (!moments.enough()) return out;
  const Random random(0x2f17, 0);
  const auto root = [](double v) { return std::sqrt(std::max(v, 0.0)); };
  for (std::uint32_t draw = 0; draw < static_cast<std::uint32_t>(draws); ++draw) {
    Variances v;
    // A variance is not negative: what came out below 0 is drawn again, for a while.
    constexpr std::uint32_t tries = 20;
    for (std::uint32_t again = 0; again < tries && !(v.cycle > 0 && v.read > 0); ++again) {
      std::array<double, blocks> weight{};
      for (std::uint32_t k = 0; k < blocks; ++k) {
        const auto word = random.bits({.purpose = Purpose::bootstrap, .place = k, .image = draw, .step = again})[0];
        weight[static_cast<std::uint64_t>(word) * blocks >> 32] += 1;
      }
      v = moments.of(weight);
    }
    out.push_back({root(v.cycle), root(v.read)});
  }
  return out;
}

void add_noise(const Trains& t, const LongTermFit& f, FitPart& part) {
  const ResidualMoments moments(t, f);
  if (!moments.enough()) {
    part.notes.push_back("too few readings to tell the noise of pulses from that of reading: both left out");
    return;
  }
  const Variances all = moments.without(blocks);
  Variances spread;
  for (std::size_t b = 0; b < blocks; ++b) {
    const Variances one = moments.without(b);
    spread.cycle += (one.cycle - all.cycle) * (one.cycle - all.cycle) * (blocks - 1) / blocks;
    spread.read += (one.read - all.read) * (one.read - all.read) * (blocks - 1) / blocks;
  }
  const double times = t_quantile(0.975, blocks - 1);
  const auto add = [&](const char* key, const char* name, double variance, double sigma2, double scale, Unit unit,
                       const char* assumed) {
    const double half = times * std::sqrt(sigma2);
    const auto root = [&](double v) { return scale * std::sqrt(std::max(v, 0.0)); };
    if (!(variance > half)) {
      const double most = root(variance + half);
      // Of pulses the upper end is written: none would make the device better than the data say.
      const bool written = unit == Unit::fraction && most > 0;
      part.notes.push_back(fmt::format("{} is not above what chance gives, below {}: {}", name, pretty(most, unit),
                                       written ? "that bound is written, as assumed" : "left out"));
      if (written)
        part.keys.push_back(
            {key, quantity(most, unit), "", "not above what chance gives: the upper end of its 95 % interval"});
      return;
    }
    // A variance is off by a factor: what it lacks to one side is more than what it has to the other.
    const double times_off = std::exp(half / variance);
    const FittedValue v =
        fitted("", name, {root(variance), root(variance / times_off), root(variance * times_off)}, unit);
    part.candidates[part.chosen].values.push_back(v);
    part.keys.push_back(key_of(part, key, v));
    part.keys.back().assumed = assumed;
  };
  add("plasticity.spread.cycle_to_cycle", "noise of each pulse (share of the window)", all.cycle, spread.cycle, 1,
      Unit::fraction, "");
  // What the state forgets from one pulse to the next looks like noise of reading: a small share of differences is
  // none.
  constexpr double least = 0.3;
  const bool hidden = 2 * all.read < least * (all.cycle + 2 * all.read);
  if (hidden) part.notes.push_back("noise of reading is hidden by that of pulses: left out");
  if (part.y_unit == Unit::siemens && !hidden)
    add("read_noise.sigma", "noise of reading", all.read, spread.read, t.range * (f.high - f.low), Unit::siemens,
        "the instrument's noise is in it");
}

void note_states(const Trains& t, const LongTermFit& f, FitPart& part) {
  const ResidualMoments moments(t, f);
  if (!moments.enough()) return;
  const Variances all = moments.without(blocks);
  const double sigma = std::sqrt(std::max(0.0, all.cycle) + std::max(0.0, all.read));
  if (!(sigma > 0)) return;
  constexpr double apart = 4;  // two standard deviations on either side: 95 % of readings are of their own state
  const double pulses = std::max(t.longest[0], t.longest[1]);
  const double by_noise = std::floor(1 + 1 / (apart * sigma));
  part.notes.push_back(fmt::format(
      "about {:g} states can be told apart: {:g} standard deviations of one pulse and one reading lie between "
      "them, when each is written with a look{}",
      std::min(by_noise, pulses + 1), apart,
      by_noise > pulses + 1 ? "; the number of pulses limits it, not the noise" : ""));
}

}  // namespace bitline::characterise
