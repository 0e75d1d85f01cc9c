// SPDX-License-Identifier: Apache-2.0
// Where a curve of pulses turns from potentiation to depression and back.
#include <algorithm>
#include <cmath>

#include "base/statistics.h"
#include "characterise/fit/trains.h"

namespace bitline::characterise {
namespace {

// Sum of squares left by the best curve that never falls, of the first k readings: pool adjacent violators (Barlow et
// al. 1972), kept up to date reading by reading.
std::vector<double> left_by_rising(std::span<const double> y) {
  struct Pool {
    double sum, square, count;
    double left() const { return square - sum * sum / count; }
  };
  std::vector<Pool> pools;
  std::vector<double> left{0};
  double total = 0;
  for (const double x : y) {
    pools.push_back({x, x * x, 1});
    while (pools.size() > 1 &&
           pools[pools.size() - 2].sum * pools.back().count >= pools.back().sum * pools[pools.size() - 2].count) {
      const Pool b = pools.back();
      pools.pop_back();
      Pool& a = pools.back();
      total -= a.left() + b.left();
      a.sum += b.sum, a.square += b.square, a.count += b.count;
      total += a.left();
    }
    left.push_back(std::max(0.0, total));
  }
  return left;
}

// The reading at which a curve that rises first turns best.
std::size_t peak_of(std::span<const double> y) {
  const std::vector<double> up = left_by_rising(y);
  const std::vector<double> back(y.rbegin(), y.rend());
  const std::vector<double> down = left_by_rising(back);
  std::size_t best = 0;
  for (std::size_t k = 0; k < y.size(); ++k)
    if (up[k + 1] + down[y.size() - k - 1] < up[best + 1] + down[y.size() - best - 1]) best = k;
  return best;
}

// Sum of squares that monotone pieces between these turns leave.
double left_between(std::span<const double> y, const std::vector<std::size_t>& turns, bool up) {
  double left = 0;
  for (std::size_t k = 0; k <= turns.size(); ++k, up = !up) {
    const std::size_t from = k > 0 ? turns[k - 1] : 0, to = k < turns.size() ? turns[k] : y.size() - 1;
    std::vector<double> piece(y.begin() + static_cast<std::ptrdiff_t>(from),
                              y.begin() + static_cast<std::ptrdiff_t>(to) + 1);
    if (!up)
      for (double& x : piece) x = -x;
    left += left_by_rising(piece).back();
  }
  return left;
}

// Turns of equal trains that take up the whole file, its first reading before any pulse or not, and of trains as long
// as the usual one up, and down.
std::vector<std::vector<std::size_t>> regular_turns(const std::vector<std::size_t>& turns, std::size_t n) {
  std::vector<std::vector<std::size_t>> out;
  const std::size_t trains = turns.size() + 1;
  for (const std::size_t first : {std::size_t{1}, std::size_t{0}})
    if ((n - first) % trains == 0) {
      auto& grid = out.emplace_back();
      for (std::size_t k = 1; k < trains; ++k) grid.push_back(k * ((n - first) / trains) - 1 + first);
    }
  if (turns.size() < 3) return out;
  std::vector<double> length[2], off, grid{0};
  double usual[2];
  for (std::size_t k = 1; k < turns.size(); ++k) length[k % 2].push_back(static_cast<double>(turns[k] - turns[k - 1]));
  for (const int k : {0, 1}) {
    std::sort(length[k].begin(), length[k].end());
    usual[k] = std::round(quantile(length[k], 0.5));
  }
  for (std::size_t k = 1; k < turns.size(); ++k) grid.push_back(grid.back() + usual[k % 2]);
  for (std::size_t k = 0; k < turns.size(); ++k) off.push_back(static_cast<double>(turns[k]) - grid[k]);
  std::sort(off.begin(), off.end());
  const double start = std::round(quantile(off, 0.5));
  if (start < 0 || start + grid.back() >= static_cast<double>(n)) return out;
  auto& usually = out.emplace_back();
  for (const double x : grid) usually.push_back(static_cast<std::size_t>(start + x));
  return out;
}

}  // namespace

std::vector<std::size_t> turns_of(std::span<const double> y, bool& starts_up) {
  std::vector<double> sorted(y.begin(), y.end());
  std::sort(sorted.begin(), sorted.end());
  const double swing = 0.5 * (quantile(sorted, 0.97) - quantile(sorted, 0.03));
  std::vector<std::size_t> extremes;
  std::size_t low = 0, high = 0;
  int direction = 0;  // not yet known
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] < y[low]) low = i;
    if (y[i] > y[high]) high = i;
    if (direction >= 0 && y[high] - y[i] > swing && high < i) {
      if (direction == 0) starts_up = high > 0 && y[high] - y[0] > swing;
      if (direction > 0 || high > 0) extremes.push_back(high);
      direction = -1, low = i, high = i;
    } else if (direction <= 0 && y[i] - y[low] > swing && low < i) {
      if (direction == 0) starts_up = !(low > 0 && y[0] - y[low] > swing);
      if (direction < 0 || (low > 0 && !starts_up)) extremes.push_back(low);
      direction = 1, low = i, high = i;
    }
  }
  if (direction == 0) starts_up = y.size() < 2 || y.back() > y.front();
  std::vector<std::size_t> turns;
  for (std::size_t k = 0; k < extremes.size(); ++k) {
    const std::size_t from = k > 0 ? turns[k - 1] : 0, to = k + 1 < extremes.size() ? extremes[k + 1] : y.size() - 1;
    std::vector<double> piece(y.begin() + static_cast<std::ptrdiff_t>(from),
                              y.begin() + static_cast<std::ptrdiff_t>(to) + 1);
    if ((k % 2 == 0) != starts_up)
      for (double& x : piece) x = -x;
    turns.push_back(from + peak_of(piece));
  }
  if (turns.empty()) return turns;
  // Noise moves single turns: regular ones that leave hardly more are taken.
  constexpr double hardly = 1.1, rounding = 1e-12;
  const double most = hardly * left_between(y, turns, starts_up) + rounding * swing * swing;
  for (const auto& regular : regular_turns(turns, y.size()))
    if (left_between(y, regular, starts_up) <= most) return regular;
  return turns;
}

TurnPlaces turns_between(const std::vector<std::pair<double, double>>& between) {
  TurnPlaces out;
  const auto place = [&](double a, double b) {
    std::vector<double> at;
    for (std::size_t k = 0; k < between.size(); ++k) at.push_back((k > 0 ? at.back() : 0) + (k % 2 ? b : a));
    for (std::size_t k = 0; k < at.size(); ++k)
      if (at[k] < between[k].first || at[k] > between[k].second) at.clear();
    return at;
  };
  if (between.empty()) return out;
  std::vector<std::vector<double>> equal, other;
  for (double a = between[0].first; a <= between[0].second; ++a) {
    if (auto at = place(a, a); !at.empty()) equal.push_back(at);
    if (between.size() > 1)
      for (double b = between[1].first - a; b <= between[1].second - a; ++b)
        if (auto at = place(a, b); !at.empty()) other.push_back(at);
  }
  const auto& found = equal.empty() ? other : equal;
  if (!found.empty()) return {found[found.size() / 2], true};
  for (const auto& [low, high] : between) out.at.push_back(std::floor(0.5 * (low + high)));
  return out;
}

}  // namespace bitline::characterise
