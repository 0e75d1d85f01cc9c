// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep_problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "experiments/sweep_points.h"

namespace bitline::experiments {
namespace {

// "g_min 90 uS" and "g_min 80 uS" are one kind of text.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool digit = (c >= '0' && c <= '9') || c == '.';
    if (!digit)
      out += c;
    else if (out.empty() || out.back() != '#')
      out += '#';
  }
  return out;
}

// What all the points have in common on axes that vary: one value for each such axis.
std::vector<const AxisBundle*> shared_values(const Sweep& sweep, const std::vector<std::size_t>& points) {
  std::vector<const AxisBundle*> shared;
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const std::size_t digit = sweep.digit(points.front(), a);
    if (sweep.axes[a].bundles.size() > 1 &&
        std::ranges::all_of(points, [&](std::size_t p) { return sweep.digit(p, a) == digit; }))
      shared.push_back(&sweep.axes[a].bundles[digit]);
  }
  return shared;
}

bool is_near(const std::string& a, const std::string& b) {
  const std::string &shorter = a.size() < b.size() ? a : b, &longer = a.size() < b.size() ? b : a;
  return !shorter.empty() && longer.starts_with(shorter) &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '.');
}

// The value that a problem hangs on, which the config's own place does not show: of the key it is said of or above it,
// else the first that the points share.
const AxisValue* cause_of(const Diagnostic& problem, const Sweep& sweep, const std::vector<std::size_t>& points) {
  const AxisValue* first = nullptr;
  for (const AxisBundle* bundle : shared_values(sweep, points))
    for (const AxisValue& v : *bundle) {
      if (v.value.empty() || v.origin.line == 0) continue;
      if (is_near(v.path, problem.path)) return &v;
      if (!first) first = &v;
    }
  if (first) return first;
  for (const AxisValue* v : sweep.values(points.front()))
    if (!v->value.empty() && v->origin.line > 0 && is_near(v->path, problem.path)) return v;
  return nullptr;
}

// How many points set this value.
std::size_t points_having(const Sweep& sweep, const AxisValue& value) {
  for (const SweepAxis& axis : sweep.axes) {
    const auto bundles = std::ranges::count_if(axis.bundles, [&](const AxisBundle& bundle) {
      return std::ranges::any_of(bundle,
                                 [&](const AxisValue& v) { return v.path == value.path && v.value == value.value; });
    });
    if (bundles > 0) return sweep.size() / axis.bundles.size() * static_cast<std::size_t>(bundles);
  }
  return sweep.size();  // set for all
}

}  // namespace

void SweepProblems::add(std::size_t point, const std::vector<Diagnostic>& problems) {
  for (const Diagnostic& d : problems) {
    const auto [at, fresh] = known_.emplace(to_string(d), found_.size());
    if (fresh) found_.push_back({d, {}});
    std::vector<std::size_t>& points = found_[at->second].points;
    if (points.empty() || points.back() != point) points.push_back(point);
  }
}

std::vector<SweepProblems::Found> SweepProblems::merged() const {
  std::vector<Found> all;
  std::map<std::string, std::size_t> kinds;
  for (Found found : found_) {
    const AxisValue* set = set_value(found.problem, sweep_, found.points.front());
    if (set)
      found.having = points_having(sweep_, *set);
    else if (found.points.size() < sweep_.size())
      set = cause_of(found.problem, sweep_, found.points);
    if (set) found.problem.where = set->origin;
    Diagnostic without_place = found.problem, kind = found.problem;
    without_place.where = {};
    if (set) without_place.where.file = set->path;
    kind.message = without_numbers(kind.message);
    const std::string same = "=" + to_string(without_place), alike = "~" + to_string(kind);
    const auto known = kinds.find(kinds.count(same) ? same : alike);
    if (known == kinds.end()) {
      kinds[same] = kinds[alike] = all.size();
      all.push_back(std::move(found));
      continue;
    }
    Found& other = all[known->second];
    std::vector<std::size_t> both;
    std::ranges::set_union(other.points, found.points, std::back_inserter(both));
    other.points = std::move(both);
    other.having += found.having;
  }
  return all;
}

// Which points, in words.
std::string SweepProblems::with_points(const Found& found) const {
  if (sweep_.size() == 1 || found.points.size() == found.having) return "";
  std::string values;
  if (found.points.size() == 1) {
    values = point_text(sweep_, found.points.front());
  } else {
    for (const AxisBundle* bundle : shared_values(sweep_, found.points))
      for (const AxisValue& v : *bundle)
        if (!v.value.empty()) values += fmt::format("{}{}={}", values.empty() ? "" : ", ", v.path, v.value);
  }
  if (found.points.size() == sweep_.size()) return fmt::format(" [all {} points]", sweep_.size());
  return fmt::format(" [{} of {} points{}]", found.points.size(), sweep_.size(),
                     values.empty() ? "" : ", with " + values);
}

std::vector<Diagnostic> SweepProblems::told() const {
  std::vector<Diagnostic> out;
  for (const Found& found : merged()) {
    Diagnostic d = found.problem;
    d.message += with_points(found);
    out.push_back(std::move(d));
  }
  std::ranges::stable_sort(out, [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
  });
  if (out.size() > most_told) {
    const std::size_t others = out.size() - most_told + 1;
    out.resize(most_told - 1);
    Diagnostic& rest = out.emplace_back();
    rest.where.file = out.front().where.file;
    rest.message = fmt::format("{} more problems", others);
    rest.remedy = "mend these first";
  }
  return out;
}

std::vector<SkippedPoints> SweepProblems::reasons() const {
  std::vector<SkippedPoints> out;
  for (const Found& found : merged()) out.push_back({to_string(found.problem), found.points.size()});
  return out;
}

}  // namespace bitline::experiments
