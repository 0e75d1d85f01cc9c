// SPDX-License-Identifier: Apache-2.0
// What a fit of pulse trains leaves: the trains' own part, and what all trains of a direction have in common, which is
// no noise but a curve that misses.
#include <cmath>
#include <map>

#include "characterise/fit/trains.h"

namespace bitline::characterise {

TrainResiduals train_residuals(const Trains& t, const LongTermFit& f) {
  TrainResiduals out;
  for (std::size_t i = 0; i < t.y.size(); ++i) out.own.push_back((t.y[i] - f.fitted[i]) / (f.high - f.low));
  double common = 0, spread = 0;
  out.repeated = true;
  for (const bool up : {false, true}) {
    std::map<double, std::vector<std::size_t>>
        after;  // readings by pulse number; shorter trains start or end elsewhere
    for (const Train& train : t.all)
      for (std::size_t i = train.first; train.up == up && t.whole(train) && i < train.first + train.count; ++i)
        after[t.at[i]].push_back(i);
    if (t.longest[up] == 0) continue;
    bool some = false;
    for (const auto& [pulses, same] : after) {
      const auto m = static_cast<double>(same.size());
      if (same.size() < 2) continue;
      some = true;
      double mean = 0, square = 0;
      for (const std::size_t i : same) mean += out.own[i] / m;
      for (const std::size_t i : same) {
        double& r = out.own[i];
        r -= mean;
        square += r * r / (m - 1);
        r *= std::sqrt(m / (m - 1));  // the mean took its share of the variance
      }
      common += m * mean * mean, spread += square;
    }
    if (!some) out.repeated = false;
  }
  if (out.repeated && spread > 0) out.misfit = common / spread;
  return out;
}

}  // namespace bitline::characterise
