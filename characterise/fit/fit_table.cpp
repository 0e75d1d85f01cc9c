// SPDX-License-Identifier: Apache-2.0
// Long-term curves as a table.
#include <fmt/format.h>

#include <cmath>

#include "base/statistics.h"
#include "characterise/fit/trains.h"
#include "device/plasticity/update.h"

namespace bitline::characterise {
namespace {

// The nearest sequence that never turns back (least squares; pool adjacent violators, Barlow et al. 1972), straight
// between the middles of its level stretches and from its ends: a table that stays level would hold a state for ever.
std::vector<double> rising(const std::vector<double>& y, const std::vector<double>& weight) {
  struct Block {
    double mean, weight;
    std::size_t first, count;
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < y.size(); ++i) {
    blocks.push_back({y[i], weight[i], i, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean >= blocks.back().mean) {
      const Block b = blocks.back();
      blocks.pop_back();
      Block& a = blocks.back();
      a.mean = (a.mean * a.weight + b.mean * b.weight) / (a.weight + b.weight);
      a.weight += b.weight, a.count += b.count;
    }
  }
  const auto place = [&](std::size_t k) {
    if (k == 0) return 0.0;
    if (k + 1 == blocks.size()) return static_cast<double>(y.size() - 1);
    return static_cast<double>(blocks[k].first) + 0.5 * static_cast<double>(blocks[k].count - 1);
  };
  std::vector<double> out(y.size(), blocks.front().mean);
  for (std::size_t k = 1, i = 0; k < blocks.size(); ++k)
    for (; i < y.size() && static_cast<double>(i) <= place(k); ++i) {
      const double share = (static_cast<double>(i) - place(k - 1)) / (place(k) - place(k - 1));
      out[i] = blocks[k - 1].mean + share * (blocks[k].mean - blocks[k - 1].mean);
    }
  return out;
}

}  // namespace

LongTermFit fit_table(const Trains& t, Unit unit) {
  LongTermFit f{.candidate = {.model = "table", .parameters = 1}};
  FitCandidate& c = f.candidate;
  std::vector<double> mean[2];
  for (const bool up : {false, true}) {
    if (t.longest[up] == 0) continue;
    std::vector<double> sum(t.longest[up] + 1), count(t.longest[up] + 1);
    for (const Train& train : t.all) {
      if (train.up != up || train.count != t.longest[up]) continue;  // shorter ones start elsewhere
      for (std::size_t i = 0; i <= train.count; ++i)
        if (train.first + i > 0) sum[i] += t.y[train.first + i - 1], count[i] += 1;
    }
    const bool begun = count[0] > 0;
    if (!begun) sum.erase(sum.begin()), count.erase(count.begin());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] *= (up ? 1 : -1) / count[i];
    mean[up] = rising(sum, count);
    if (!up)
      for (double& x : mean[up]) x = -x;
    // No reading before the first pulse: its step is taken as large as the next.
    if (!begun) mean[up].insert(mean[up].begin(), 2 * mean[up][0] - mean[up][1]);
    c.parameters += static_cast<int>(mean[up].size());
  }
  double low = 0, high = 0, n = 0;
  for (const bool up : {false, true})
    if (!mean[up].empty())
      low += up ? mean[up].front() : mean[up].back(), high += up ? mean[up].back() : mean[up].front(), n += 1;
  low /= n, high /= n;
  if (!(high > low)) {
    c.refused = "positive pulses do not raise it, or negative ones do not lower it";
    return f;
  }
  device::UpdateCurve curves[2];
  for (const bool up : {false, true}) {
    if (mean[up].empty()) continue;
    if (mean[up].front() == mean[up].back()) {
      c.refused = "one of its curves does not move";
      return f;
    }
    curves[up] = device::TableUpdate{mean[up], ""};
    std::vector<std::string> points;
    for (const double x : mean[up]) points.push_back(fmt::format("{:.5g}", x));
    f.points.push_back({std::string(side(up)) + ".update.points", fmt::format("[{}]", fmt::join(points, ", ")),
                        "mean readings after each pulse, made monotone", ""});
  }
  f.low = low, f.high = high;
  f.fitted.resize(t.y.size());
  double x = t.all.front().up ? 0 : 1, square = 0;
  if (t.starts) f.fitted[0] = low + x * (high - low);
  for (const Train& train : t.all)
    for (std::size_t i = 0; i < train.count; ++i) {
      x = train.up ? potentiated(curves[1], x, 1) : depressed(curves[0], x, 1);
      f.fitted[train.first + i] = low + x * (high - low);
    }
  for (std::size_t i = 0; i < t.y.size(); ++i)
    square += (t.y[i] - f.fitted[i]) * (t.y[i] - f.fitted[i]) / static_cast<double>(t.y.size());
  c.rms = t.range * std::sqrt(square);
  // Any noise has some monotone curve near it.
  const double spread = standard_deviation(t.y);
  if (square > 0.5 * spread * spread) c.refused = "a monotone curve explains less than half of the variance";
  if (unit == Unit::siemens)
    for (const bool top : {false, true}) {
      const double g = t.low + t.range * (top ? high : low);
      if (g < 0) c.refused = "its lowest conductance would be below 0";
      c.values.push_back(fitted(top ? "g_max" : "g_min", top ? "highest conductance" : "lowest conductance",
                                {g, -INFINITY, INFINITY}, Unit::siemens));
    }
  return f;
}

}  // namespace bitline::characterise
