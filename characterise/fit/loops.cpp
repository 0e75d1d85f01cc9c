// SPDX-License-Identifier: Apache-2.0
// Hysteresis loops of current over voltage, cut into the states that the device was in.
#include "characterise/fit/loops.h"

#include <algorithm>
#include <cmath>

#include "base/statistics.h"

namespace bitline::characterise {
namespace {

// Readings in a row of one sign whose voltages go away from 0, or come back.
struct Branch {
  bool outward = true, positive = true;
  std::vector<std::size_t> rows = {};
};

std::vector<Branch> branches_of(const std::vector<double>& v) {
  std::vector<Branch> out;
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (v[k] == 0) continue;
    const bool positive = v[k] > 0, fresh = out.empty() || out.back().positive != positive;
    const bool outward = fresh || std::abs(v[k]) > std::abs(v[out.back().rows.back()]) ||
                         (v[k] == v[out.back().rows.back()] && out.back().outward);
    if (fresh || out.back().outward != outward) out.push_back({outward, positive, {}});
    out.back().rows.push_back(k);
  }
  return out;
}

class Loop {
 public:
  Loop(const std::vector<double>& v, const std::vector<double>& i) : v_(v), i_(i) {}

  // ln of the conductance; nothing where there is no current of the voltage's sign.
  std::optional<double> g(std::size_t row) const {
    const double x = i_[row] / v_[row];
    return x > 0 ? std::optional(std::log(x)) : std::nullopt;
  }

  // Middle of these rows' ln g at the lower half of their voltages.
  std::optional<double> level(const std::vector<std::size_t>& rows) const {
    double most_V = 0;
    for (const std::size_t k : rows) most_V = std::max(most_V, std::abs(v_[k]));
    std::vector<double> x;
    for (const std::size_t k : rows)
      if (const auto one = g(k); one && std::abs(v_[k]) <= 0.5 * most_V) x.push_back(*one);
    if (x.empty()) return std::nullopt;
    std::sort(x.begin(), x.end());
    return quantile(x, 0.5);
  }

  // How many rows of the way out are before the largest step of ln g in this direction, the step to the way back
  // included.
  std::size_t rows_before_step(const Branch& out, const Branch& back, bool rises) const {
    std::size_t best = out.rows.size();
    double largest = 0;
    for (std::size_t k = 0; k < out.rows.size(); ++k) {
      const auto a = g(out.rows[k]), b = g(k + 1 < out.rows.size() ? out.rows[k + 1] : back.rows.front());
      if (!a || !b) continue;
      const double step = rises ? *b - *a : *a - *b;
      if (step > largest) largest = step, best = k + 1;
    }
    return best;
  }

 private:
  const std::vector<double>&v_, &i_;
};

}  // namespace

std::optional<LoopStates> states_of_loop(const std::vector<double>& v, const std::vector<double>& i) {
  const Loop loop(v, i);
  const std::vector<Branch> branches = branches_of(v);
  struct Piece {
    std::vector<std::size_t> rows;
    double level;
  };
  std::vector<Piece> pieces;
  LoopStates states;
  const auto add = [&](std::vector<std::size_t> rows) {
    if (const auto level = loop.level(rows)) pieces.push_back({std::move(rows), *level});
  };
  constexpr std::size_t fewest = 4;
  const double apart = std::log(1.5);
  for (std::size_t b = 0; b < branches.size(); ++b) {
    const Branch& out = branches[b];
    const bool pair = b + 1 < branches.size() && out.outward && !branches[b + 1].outward &&
                      branches[b + 1].positive == out.positive && out.rows.size() >= fewest &&
                      branches[b + 1].rows.size() >= fewest;
    if (!pair) {
      add(out.rows);
      continue;
    }
    const Branch& back = branches[++b];
    const auto before = loop.level(out.rows), after = loop.level(back.rows);
    std::vector<std::size_t> first = out.rows, second = back.rows;
    if (before && after && std::abs(*after - *before) > apart) {
      const std::size_t n = loop.rows_before_step(out, back, *after > *before);
      const double last_V = v[out.rows[n - 1]], next_V = v[n < out.rows.size() ? out.rows[n] : back.rows.front()];
      auto& switching = *after > *before ? states.set_V : states.reset_V;
      switching.push_back({0.5 * (last_V + next_V), std::min(last_V, next_V), std::max(last_V, next_V)});
      first.assign(out.rows.begin(), out.rows.begin() + static_cast<std::ptrdiff_t>(n));
      second.assign(out.rows.begin() + static_cast<std::ptrdiff_t>(n), out.rows.end());
      second.insert(second.end(), back.rows.begin(), back.rows.end());
    } else {
      first.insert(first.end(), second.begin(), second.end());
      second.clear();
    }
    add(first);
    if (!second.empty()) add(second);
  }
  if (states.set_V.empty() && states.reset_V.empty()) return std::nullopt;
  double low = INFINITY, high = -INFINITY;
  for (const Piece& p : pieces) low = std::min(low, p.level), high = std::max(high, p.level);
  states.names.assign(v.size(), "");
  for (const Piece& p : pieces)
    for (const std::size_t row : p.rows) states.names[row] = p.level > 0.5 * (low + high) ? "high" : "low";
  // Readings at no voltage say nothing of the state: they go with the one before.
  for (std::size_t k = 0; k < v.size(); ++k)
    if (states.names[k].empty())
      states.names[k] = k > 0 ? states.names[k - 1] : pieces.front().level > 0.5 * (low + high) ? "high" : "low";
  return states;
}

}  // namespace bitline::characterise
