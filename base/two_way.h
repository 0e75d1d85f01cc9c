// SPDX-License-Identifier: Apache-2.0
// How well a mean over chips and samples is known where both are drawn: a two-way layout with random effects, one value
// for each chip and sample (Searle, Casella, McCulloch 1992, Variance Components, ch. 4).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/statistics.h"

namespace bitline {

// Variances of the mean of all values.
struct TwoWayVariance {
  std::size_t chips = 0, samples = 0;
  double over_chips = 0;         // of other chips on these samples: at least what single samples disagree by
  double chips_alone = 0;        // the part of it that all samples of a chip share
  double over_samples = 0;       // of other samples on these chips
  bool by_disagreement = false;  // over_chips is what single samples disagree by: chips agree better than by chance
};

// `of_chips`: by chip, one value for each sample.
TwoWayVariance two_way_variance(std::span<const std::vector<double>> of_chips);
// Of a figure that only whole sets have: one value for each chip, and the variance over samples (by bootstrap, say).
TwoWayVariance two_way_variance(std::span<const double> of_chips, double over_samples, std::size_t samples);

// For other chips on the same samples: Student's t of the chips' means; the normal law where they agree better than
// their single samples do. Of one chip nothing is known: (mean, mean).
Interval interval_over_chips(double mean, const TwoWayVariance&, double confidence = 0.95);

// For other chips and other samples: Student's t with the degrees of freedom of a sum of variances (Satterthwaite 1946,
// doi:10.2307/3002019). Of one chip: for other samples on it;
// of one sample: for other chips on it.
Interval interval_over_both(double mean, const TwoWayVariance&, double confidence = 0.95);
// The same of a share: Wilson's interval for as many independent trials as have this variance, so that it lies within 0
// and 1 and has a width where all are right.
Interval share_interval_over_both(double share, const TwoWayVariance&, double confidence = 0.95);

}  // namespace bitline
