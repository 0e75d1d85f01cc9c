// SPDX-License-Identifier: Apache-2.0
// Tables by conductance, and quantiles by normal score: linear in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bitline::device {

// Where x lies between ascending nodes: index of the lower one and the share of the upper; held at the ends.
struct Between {
  std::size_t low = 0;
  double share = 0;
};

// `node(k)` of `count` nodes.
template <class Node>
Between between(std::size_t count, const Node& node, double x) {
  if (count < 2 || x <= node(0)) return {0, 0};
  if (x >= node(count - 1)) return {count - 2, 1};
  std::size_t low = 0, above = count - 1;
  while (above - low > 1) {
    const std::size_t middle = (low + above) / 2;
    (node(middle) <= x ? low : above) = middle;
  }
  return {low, (x - node(low)) / (node(low + 1) - node(low))};
}
inline Between between(const std::vector<double>& nodes, double x) {
  return between(
      nodes.size(), [&](std::size_t k) { return nodes[k]; }, x);
}

inline double mix(double low, double high, Between at) { return at.share == 0 ? low : low + at.share * (high - low); }
inline double mix(const std::vector<double>& values, Between at) {
  return at.share == 0 ? values[at.low] : mix(values[at.low], values[at.low + 1], at);
}

// Quantiles at equally spaced normal scores from -last_score to last_score; beyond them the last slope goes on.
constexpr double last_score = 3;
inline double at_score(const std::vector<double>& quantiles, double z) {
  const std::size_t points = quantiles.size();
  const double spacing = 2 * last_score / static_cast<double>(points - 1), at = (z + last_score) / spacing;
  const auto k = static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(points - 2)));
  return quantiles[k] + (at - static_cast<double>(k)) * (quantiles[k + 1] - quantiles[k]);
}

}  // namespace bitline::device
