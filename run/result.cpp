// SPDX-License-Identifier: Apache-2.0
#include "run/result.h"

#include <cmath>

namespace bitline::run {

std::optional<double> deviation(const Published& p) {
  if (!p.ours || p.published == 0) return std::nullopt;
  return *p.ours / p.published - 1;
}

std::optional<bool> is_inside(const Published& p) {
  if (!p.low || !p.high) return {};
  return *p.low <= p.published && p.published <= *p.high;
}

bool is_miss(const Published& p) {
  if (!p.within) return false;
  if (!p.ours) return true;
  const auto d = deviation(p);
  return d ? std::abs(*d) > *p.within : *p.ours != 0;
}

}  // namespace bitline::run
