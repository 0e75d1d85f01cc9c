// SPDX-License-Identifier: Apache-2.0
// What a fit of pulse trains leaves: the trains' own part, and what all trains of a direction have in common, which is
// no noise but a curve that misses.
#include <cmath>

#include "characterise/fit/trains.h"

namespace bitline::characterise {

TrainResiduals train_residuals(const Trains& t, const LongTermFit& f) {
  TrainResiduals out;
  for (std::size_t i = 0; i < t.y.size(); ++i) out.own.push_back((t.y[i] - f.fitted[i]) / (f.high - f.low));
  double common = 0, spread = 0;
  out.repeated = true;
  for (const bool up : {false, true}) {
    std::vector<const Train*> whole;  // shorter ones start or end elsewhere
    for (const Train& train : t.all)
      if (train.up == up && train.count == t.longest[up]) whole.push_back(&train);
    const auto m = static_cast<double>(whole.size());
    if (t.longest[up] == 0) continue;
    if (whole.size() < 2) {
      out.repeated = false;
      continue;
    }
    for (std::size_t k = 0; k < t.longest[up]; ++k) {
      double mean = 0, square = 0;
      for (const Train* train : whole) mean += out.own[train->first + k] / m;
      for (const Train* train : whole) {
        double& r = out.own[train->first + k];
        r -= mean;
        square += r * r / (m - 1);
        r *= std::sqrt(m / (m - 1));  // the mean took its share of the variance
      }
      common += m * mean * mean, spread += square;
    }
  }
  if (out.repeated && spread > 0) out.misfit = common / spread;
  return out;
}

}  // namespace bitline::characterise
