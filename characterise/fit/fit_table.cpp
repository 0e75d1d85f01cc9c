// SPDX-License-Identifier: Apache-2.0
// Long-term curves as a table.
#include <fmt/format.h>

#include <cmath>
#include <map>

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
    std::map<double, std::pair<double, double>> after;  // sum and number of readings by pulses
    for (const Train& train : t.all) {
      if (train.up != up || !t.whole(train)) continue;  // shorter ones start elsewhere
      const auto add = [&](double pulses, double y) { after[pulses].first += y, after[pulses].second += 1; };
      for (std::size_t i = train.first; i < train.first + train.count; ++i) add(t.at[i], t.y[i]);
      // What was read before its first pulse; pulses may have come since.
      const Train* before = &train == t.all.data() ? nullptr : &train - 1;
      if (train.first > 0 && !train.anew && (!before || (before->count > 0 && t.at[train.first - 1] == before->pulses)))
        add(0, t.y[train.first - 1]);
    }
    if (after.size() < 3) {
      c.refused = "too few readings of a whole train";
      return f;
    }
    std::vector<double> pulses, values, count;
    for (const auto& [k, one] : after)
      pulses.push_back(k), values.push_back((up ? 1 : -1) * one.first / one.second), count.push_back(one.second);
    values = rising(values, count);
    c.parameters += static_cast<int>(values.size());
    // After every pulse: straight between readings, and beyond them as the nearest step goes.
    for (double k = 0; k <= t.longest[up]; ++k) {
      std::size_t i = 1;
      while (i + 1 < pulses.size() && pulses[i] < k) ++i;
      const double share = (k - pulses[i - 1]) / (pulses[i] - pulses[i - 1]);
      mean[up].push_back((up ? 1 : -1) * (values[i - 1] + share * (values[i] - values[i - 1])));
    }
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
  for (const Train& train : t.all) {
    if (train.anew) x = train.up ? 0 : 1;
    const auto go_on = [&](double pulses) {
      x = train.up ? potentiated(curves[1], x, pulses) : depressed(curves[0], x, pulses);
    };
    for (std::size_t i = train.first; i < train.first + train.count; ++i) {
      go_on(t.since(train, i));
      f.fitted[i] = low + x * (high - low);
    }
    go_on(train.pulses - (train.count > 0 ? t.at[train.first + train.count - 1] : 0));
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
