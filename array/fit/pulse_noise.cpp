// SPDX-License-Identifier: Apache-2.0
// Each pulse's own noise stays in the state, that of reading does not: successive differences d of the residuals have
// variance cycle^2 + 2 read^2 and lag-1 covariance -read^2. Intervals by the jackknife over blocks of readings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "array/fit/trains.h"
#include "base/statistics.h"

namespace bitline::fit {

void add_noise(const Trains& t, FitPart& part) {
  std::vector<std::pair<double, double>> products;  // (d^2, d times the one before), both of one train
  for (const Train& train : t.all) {
    double before = NAN;
    for (std::size_t i = train.first + 1; i < train.first + train.count; ++i) {
      const auto r = [&](std::size_t k) { return (part.y[k] - part.best().fitted[k]) / t.range; };
      const double d = r(i) - r(i - 1);
      if (std::isfinite(before)) products.emplace_back(d * d, d * before);
      before = d;
    }
  }
  constexpr std::size_t blocks = 20;
  if (products.size() < 4 * blocks) {
    part.notes.push_back("too few readings to tell the noise of pulses from that of reading: both left out");
    return;
  }
  struct Variances {
    double cycle = 0, read = 0;
  };
  const auto without = [&](std::size_t skipped) {
    double square = 0, product = 0, n = 0;
    for (std::size_t i = 0; i < products.size(); ++i)
      if (i * blocks / products.size() != skipped) square += products[i].first, product += products[i].second, n += 1;
    return Variances{(square + 2 * product) / n, -product / n};
  };
  const Variances all = without(blocks);
  Variances spread;
  for (std::size_t b = 0; b < blocks; ++b) {
    const Variances one = without(b);
    spread.cycle += (one.cycle - all.cycle) * (one.cycle - all.cycle) * (blocks - 1) / blocks;
    spread.read += (one.read - all.read) * (one.read - all.read) * (blocks - 1) / blocks;
  }
  const double times = t_quantile(0.975, blocks - 1);
  const auto add = [&](const char* key, const char* name, double variance, double sigma2, double scale, Unit unit,
                       const char* assumed) {
    const double half = times * std::sqrt(sigma2);
    if (!(variance > half)) {
      part.notes.push_back(fmt::format("{} is not above what chance gives: left out", name));
      return;
    }
    const auto root = [&](double v) { return scale * std::sqrt(std::max(v, 0.0)); };
    const FittedValue v = fitted("", name, {root(variance), root(variance - half), root(variance + half)}, unit);
    part.candidates[part.chosen].values.push_back(v);
    part.keys.push_back(key_of(part, key, v));
    part.keys.back().assumed = assumed;
  };
  add("plasticity.spread.cycle_to_cycle", "noise of each pulse (share of the window)", all.cycle, spread.cycle, 1,
      Unit::fraction, "");
  if (part.y_unit == Unit::siemens)
    add("read_noise.sigma", "noise of reading", all.read, spread.read, t.range, Unit::siemens,
        "the instrument's noise is in it");
}

}  // namespace bitline::fit
