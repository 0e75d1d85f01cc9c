// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace bitline::experiments {

using run::ExperimentClaim;

namespace {

double share_of(std::span<const double> values, auto&& so) {
  return static_cast<double>(std::ranges::count_if(values, so)) / static_cast<double>(values.size());
}

}  // namespace

ExperimentClaim above_zero(std::string id, std::string claim, std::span<const double> differences, std::string unit) {
  ExperimentClaim c;
  c.id = std::move(id), c.claim = std::move(claim);
  c.value = mean(differences);
  c.ci95 = t_interval(differences);
  c.share = share_of(differences, [](double d) { return d > 0; });
  c.holds = differences.size() > 1 && c.ci95.lower > 0;
  c.unit = std::move(unit);
  return c;
}

ExperimentClaim within(std::string id, std::string claim, std::span<const double> differences, double margin,
                       std::string unit) {
  ExperimentClaim c;
  c.id = std::move(id), c.claim = std::move(claim);
  c.value = mean(differences);
  c.ci95 = t_interval(differences);
  c.share = share_of(differences, [&](double d) { return std::abs(d) <= margin; });
  c.holds = differences.size() > 1 && c.ci95.lower >= -margin && c.ci95.upper <= margin;
  c.unit = std::move(unit);
  return c;
}

ExperimentClaim in_most(std::string id, std::string claim, std::size_t held, std::size_t all) {
  ExperimentClaim c;
  c.id = std::move(id), c.claim = std::move(claim);
  c.value = c.share = static_cast<double>(held) / static_cast<double>(all);
  c.ci95 = wilson_interval(held, all);
  c.holds = c.ci95.lower > 0.5;
  c.unit = "fraction";
  return c;
}

void set_quality(run::Result& result, std::string metric, std::span<const double> values, double reference,
                 std::size_t inputs) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  run::Quality q;
  q.metric = std::move(metric);
  q.value = mean(values);
  q.ci95_both = q.ci95 = t_interval(values);
  q.ci95_images = {none, none};
  for (double v : values) q.chips.push_back({v, {none, none}});
  q.reference_float = q.reference_quantized = reference;
  q.loss = reference - q.value;
  q.loss_ci95 = {reference - q.ci95.upper, reference - q.ci95.lower};
  q.inputs = inputs;
  result.quality = q;
  result.scores = {std::move(q)};
}

void add_figure(run::ExperimentResult& found, std::string name, double value) {
  found.figures.emplace_back(std::move(name), value);
}

std::string spread_text(std::span<const double> values, int digits) {
  return fmt::format("{:.{}f} +- {:.{}f}", mean(values), digits, standard_deviation(values), digits);
}

}  // namespace bitline::experiments
