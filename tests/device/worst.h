// SPDX-License-Identifier: Apache-2.0
// The largest of many deviations.
#pragma once

#include <cmath>
#include <initializer_list>

namespace bitline::test {

// Keeps the largest of what it is given; a NaN stays, so that every comparison with a tolerance fails. std::max drops
// it, and a test of nothing but NaN would pass.
inline void keep_worst(double& worst, std::initializer_list<double> values) {
  for (double v : values)
    if (std::isnan(v) || v > worst) worst = v;
}
inline void keep_worst(double& worst, double value) { keep_worst(worst, {value}); }

}  // namespace bitline::test
