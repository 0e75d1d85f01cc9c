// SPDX-License-Identifier: Apache-2.0
// What a sweep found to be worth taking: points that no other point beats in one figure without losing in another.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/sweep_view.h"

namespace bitline::report {

// Indices of the points of the front, by rising x: for each no other point is at least as good in both figures and
// better in one. Points that have no number in one of them are left out; `x`, `y`: by point.
std::vector<std::size_t> pareto_front(std::span<const double> x, Better better_x, std::span<const double> y,
                                      Better better_y);

// One trade: less of `cost` or more of `gain`, which may be another cost.
struct Trade {
  const SweepFigure* cost = nullptr;
  const SweepFigure* gain = nullptr;
  std::vector<std::size_t> front;
  std::string name;  // "energy", as the table marks its front
};

// Accuracy against energy, latency and area; where accuracy does not vary or was not kept, the costs among each other.
// Figures that do not vary make none. Their pointers lead into `view`.
std::vector<Trade> trades_of(const SweepView& view);

// All points, each with its intervals; the front ringed and joined by steps: at that cost, so much is reached. Colours
// by the designs of a list, which are named beside their dots, else by the first axis with few values, shapes by the
// second.
std::string trade_svg(const SweepView& view, const Trade& trade);

}  // namespace bitline::report
