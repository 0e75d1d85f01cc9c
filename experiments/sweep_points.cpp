// SPDX-License-Identifier: Apache-2.0
// Single points: their values, their configs, and what is wrong with them.
#include "experiments/sweep_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "arch/warnings.h"
#include "base/parallel.h"
#include "experiments/sweep_problems.h"

namespace bitline::experiments {
namespace {

// One for each key and remedy, as the first point has it.
std::vector<std::string> by_key(const std::vector<std::vector<Diagnostic>>& of_points) {
  const auto kind = [](const Diagnostic& d) { return d.path + ": " + d.remedy; };
  std::map<std::string, std::size_t> counts;
  std::vector<Diagnostic> first;
  for (const auto& list : of_points)
    for (const auto& d : list)
      if (counts[kind(d)]++ == 0) first.push_back(d);
  std::vector<std::string> out;
  for (Diagnostic& d : first) {
    d.message += fmt::format(" [{} of {} points]", counts[kind(d)], of_points.size());
    out.push_back(to_string(d));
  }
  return out;
}

}  // namespace

std::vector<std::string> Sweep::paths() const {
  std::vector<std::string> all;
  for (const SweepAxis& axis : axes) all.insert(all.end(), axis.paths.begin(), axis.paths.end());
  return all;
}

std::vector<const AxisValue*> Sweep::values(std::size_t point) const {
  std::vector<const AxisValue*> all;
  for (std::size_t a = 0; a < axes.size(); ++a)
    for (const AxisValue& v : axes[a].bundles[digit(point, a)]) all.push_back(&v);
  return all;
}

arch::LoadedConfig load_point(const Sweep& sweep, std::size_t point) {
  Value tree = sweep.base;
  for (const AxisValue* v : sweep.values(point))
    if (!v->value.empty()) apply(tree, parsed({v->path, v->value}), sweep.where);
  resolve_bases(tree, sweep.where);
  return arch::load_tree(std::move(tree), sweep.where);
}

arch::LoadedConfig Sweep::load(std::size_t point) const {
  try {
    return load_point(*this, point);
  } catch (const ConfigError& e) {
    throw ConfigError(at_plan(e.diagnostics(), *this, point));
  }
}

std::string point_text(const Sweep& sweep, std::size_t point) {
  std::string out;
  for (const AxisValue* v : sweep.values(point))
    if (!v->value.empty()) out += fmt::format("{}{}={}", out.empty() ? "" : ", ", v->path, v->value);
  return out;
}

const AxisValue* set_value(const Diagnostic& problem, const Sweep& sweep, std::size_t point) {
  std::vector<const AxisValue*> values = sweep.values(point);
  for (const AxisValue& v : sweep.fixed) values.push_back(&v);
  const auto set = std::find_if(values.begin(), values.end(), [&](const AxisValue* v) {
    return v->origin.line > 0 && problem.where.file == fmt::format("--set {}={}", v->path, v->value);
  });
  return set == values.end() ? nullptr : *set;
}

std::vector<Diagnostic> at_plan(const std::vector<Diagnostic>& problems, const Sweep& sweep, std::size_t point) {
  std::vector<Diagnostic> out;
  for (Diagnostic d : problems) {
    if (const AxisValue* set = set_value(d, sweep, point))
      d.where = set->origin;
    else if (!sweep.axes.empty())
      d.message += " [at the point " + point_text(sweep, point) + "]";
    out.push_back(std::move(d));
  }
  return out;
}

std::vector<std::string> check_points(const Sweep& sweep, std::span<const std::size_t> points) {
  std::vector<std::vector<Diagnostic>> wrong(points.size()), doubts(points.size());
  parallel_for(points.size(), [&](std::size_t i) {
    try {
      const auto found = warnings(load_point(sweep, points[i]));
      if (!found.empty()) doubts[i] = at_plan(found, sweep, points[i]);
    } catch (const ConfigError& e) {
      wrong[i] = e.diagnostics();
    }
  });
  SweepProblems problems(sweep);
  for (std::size_t i = 0; i < points.size(); ++i) problems.add(points[i], wrong[i]);
  if (!problems.empty()) throw ConfigError(problems.told());
  return by_key(doubts);
}

}  // namespace bitline::experiments
