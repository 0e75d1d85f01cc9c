// SPDX-License-Identifier: Apache-2.0
#include "report/sweep_pareto.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bitline::report {

std::vector<std::size_t> pareto_front(std::span<const double> x, Better better_x, std::span<const double> y,
                                      Better better_y) {
  const double x_sign = better_x == Better::higher ? -1 : 1, y_sign = better_y == Better::higher ? -1 : 1;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i]) && std::isfinite(y[i])) order.push_back(i);
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t k) {
    return std::pair(x_sign * x[i], y_sign * y[i]) < std::pair(x_sign * x[k], y_sign * y[k]);
  });
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    const bool better = front.empty() || y_sign * y[i] < y_sign * y[front.back()];
    const bool same = !front.empty() && x[i] == x[front.back()] && y[i] == y[front.back()];
    if (better || same) front.push_back(i);
  }
  std::ranges::stable_sort(front, [&](std::size_t i, std::size_t k) { return x[i] < x[k]; });
  return front;
}

std::vector<Trade> trades_of(const SweepView& view) {
  struct Cost {
    const char *path, *name;
  };
  constexpr Cost costs[] = {
      {"energy.per_inference_J", "energy"}, {"latency.per_inference_s", "latency"}, {"area.total_m2", "area"}};
  const auto varying = [&](const char* path) {
    const SweepFigure* f = view.figure(path);
    return f && f->numeric && f->varies() ? f : nullptr;
  };
  std::vector<Trade> trades;
  const auto add = [&](const SweepFigure* cost, const SweepFigure* gain, std::string name) {
    trades.push_back(
        {cost, gain, pareto_front(cost->value, cost->name.better, gain->value, gain->name.better), std::move(name)});
  };
  const SweepFigure* quality = varying("quality.value");
  if (quality && quality->name.better == Better::neither) quality = nullptr;
  for (const Cost& c : costs)
    if (const SweepFigure* cost = varying(c.path); cost && quality) add(cost, quality, c.name);
  if (!trades.empty()) return trades;
  for (std::size_t i = 0; i < std::size(costs); ++i)
    for (std::size_t k = i + 1; k < std::size(costs); ++k)
      if (const SweepFigure* a = varying(costs[i].path), *b = varying(costs[k].path); a && b)
        add(b, a, std::string(costs[i].name) + " and " + costs[k].name);
  return trades;
}

}  // namespace bitline::report
