// SPDX-License-Identifier: Apache-2.0
#include "characterise/fit/iv_asymmetry.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace bitline::characterise {
namespace {

using CurrentByVoltage = std::map<double, double>;  // mean |I| by |V|

// One branch's readings: those of V > 0 (sign 1) or V < 0.
CurrentByVoltage branch_of(std::span<const double> v_V, std::span<const double> i_A, double sign) {
  std::map<double, std::pair<double, double>> sums;  // of |I|, and how many
  for (std::size_t k = 0; k < v_V.size(); ++k)
    if (sign * v_V[k] > 0) {
      auto& [sum, count] = sums[std::abs(v_V[k])];
      sum += std::abs(i_A[k]), ++count;
    }
  CurrentByVoltage means;
  for (const auto& [v, of] : sums) means[v] = of.first / of.second;
  return means;
}

// |I| of a branch at a voltage within it.
double current_at(const CurrentByVoltage& of, double v) {
  const auto above = of.lower_bound(v);
  if (above->first == v || above == of.begin()) return above->second;
  const auto below = std::prev(above);
  return below->second + (v - below->first) / (above->first - below->first) * (above->second - below->second);
}

}  // namespace

std::optional<Asymmetry> asymmetry(std::span<const double> v_V, std::span<const double> i_A) {
  const CurrentByVoltage positive = branch_of(v_V, i_A, 1), negative = branch_of(v_V, i_A, -1);
  if (positive.empty() || negative.empty()) return std::nullopt;
  const double highest = std::min(positive.rbegin()->first, negative.rbegin()->first),
               lowest = std::max({highest / 2, positive.begin()->first, negative.begin()->first});
  std::vector<double> found;
  for (const auto& [v, current] : positive) {
    if (v < lowest || v > highest) continue;
    const double other = current_at(negative, v), mean = (current + other) / 2;
    if (mean > 0) found.push_back((current - other) / mean);
  }
  constexpr std::size_t fewest = 3;
  if (found.size() < fewest) return std::nullopt;
  const auto n = static_cast<double>(found.size());
  double mean = 0, squares = 0;
  for (const double x : found) mean += x / n;
  for (const double x : found) squares += (x - mean) * (x - mean);
  return Asymmetry{mean, std::sqrt(squares / (n - 1) / n)};
}

}  // namespace bitline::characterise
