// SPDX-License-Identifier: Apache-2.0
// A plan becomes points, each with a config that loads.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "arch/warnings.h"
#include "base/config_reader.h"
#include "base/parallel.h"
#include "experiments/sweep_axes.h"

namespace bitline {
namespace {

const std::vector<std::string> default_keep = {
    "quality.value",          "quality.ci95.0",          "quality.ci95.1", "write.level_accuracy",
    "energy.per_inference_J", "latency.per_inference_s", "area.total_m2",  "efficiency.tops_per_w"};

[[noreturn]] void fail(std::string where, std::string message, std::string remedy) {
  Diagnostic d;
  d.where.file = std::move(where);
  d.message = std::move(message);
  d.remedy = std::move(remedy);
  throw ConfigError(std::move(d));
}

std::string override_name(const AxisValue& a) { return "--set " + a.path + "=" + a.value; }

std::string point_text(const SweepPoint& p) {
  std::string out;
  for (const auto& a : p.axes)
    if (!a.value.empty()) out += (out.empty() ? "" : ", ") + a.path + "=" + a.value;
  return out;
}

// Problems of one point, said where the plan sets the value instead of where the override made of it would be.
std::vector<Diagnostic> at_plan(const std::vector<Diagnostic>& problems, const Sweep& sweep, const SweepPoint& point) {
  std::vector<Diagnostic> out;
  for (Diagnostic d : problems) {
    bool ours = false;
    for (const auto* values : {&sweep.fixed, &point.axes})
      for (const auto& a : *values)
        if (d.where.file == override_name(a) && a.origin.line > 0) d.where = a.origin, ours = true;
    if (!ours && !point.axes.empty()) d.message += " [at the point " + point_text(point) + "]";
    out.push_back(std::move(d));
  }
  return out;
}

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

void check_points(Sweep& sweep) {
  std::vector<std::vector<Diagnostic>> problems(sweep.points.size()), doubts(sweep.points.size());
  parallel_for(sweep.points.size(), [&](std::size_t i) {
    SweepPoint& p = sweep.points[i];
    try {
      const LoadedConfig loaded = sweep.load(p);
      p.hash = config_hash(loaded.config);
      doubts[i] = at_plan(warnings(loaded), sweep, p);
    } catch (const ConfigError& e) {
      problems[i] = at_plan(e.diagnostics(), sweep, p);
    }
  });
  constexpr std::size_t enough = 20;
  std::vector<Diagnostic> all;
  std::set<std::string> seen;
  for (const auto& list : problems)
    for (const auto& d : list)
      if (seen.insert(to_string(d)).second && all.size() < enough) all.push_back(d);
  if (!all.empty()) throw ConfigError(all);
  sweep.warnings = by_key(doubts);
}

}  // namespace

LoadedConfig Sweep::load(const SweepPoint& point) const {
  std::vector<Override> overrides;
  for (const auto* values : {&fixed, &point.axes})
    for (const auto& a : *values)
      if (!a.value.empty()) overrides.push_back({a.path, a.value});
  return bitline::load(config, overrides, where);
}

bool is_sweep_plan(const std::filesystem::path& file, const ConfigPath& where) {
  return load_config(file, {}, where).find("config") != nullptr;
}

Sweep load_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where) {
  const Value tree = load_config(file, {}, where);
  ConfigReader reader(tree, where);
  SweepPlan plan;
  reader.read(plan);
  if (plan.set.kind != Value::Kind::null && !plan.set.is_map())
    reader.problem("set", "must be a map from config paths to values", "write {workload.images: 500}");
  reader.finish();

  const SweepAxes axes(plan, reader.annotations());
  Sweep sweep;
  sweep.where = where;
  const Value* config = tree.find("config");
  sweep.config = find_config(config->is_map() && config->find("value") ? *config->find("value") : *config, "", where);
  sweep.axes = axes.paths;
  sweep.keep = plan.keep.empty() ? default_keep : plan.keep;
  for (const auto& e : plan.set.entries) sweep.fixed.push_back({e.key, one_line(e.value), e.value.origin});
  for (const auto& o : overrides) {
    if (std::find(sweep.axes.begin(), sweep.axes.end(), o.path) != sweep.axes.end())
      fail("--set " + o.path + "=" + o.value, "the plan's axes already set this key", "change the plan");
    sweep.fixed.push_back({o.path, o.value, {}});
  }

  std::size_t count = 1;
  for (const auto& axis : axes.all) {
    if (axis.size() > max_sweep_points / count)
      fail(file.string(), fmt::format("the axes make more than {} points", max_sweep_points),
           "use fewer values, or random axes");
    count *= axis.size();
  }
  sweep.points.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t stride = count;
    for (const auto& axis : axes.all) {
      stride /= axis.size();
      const auto& bundle = axis[i / stride % axis.size()];
      sweep.points[i].axes.insert(sweep.points[i].axes.end(), bundle.begin(), bundle.end());
    }
  }
  check_points(sweep);
  // Costs from layer shapes have no accuracy to keep.
  if (plan.keep.empty() && !sweep.load(sweep.points.front()).config.workload.shapes.empty())
    std::erase_if(sweep.keep, [](const std::string& path) { return path.starts_with("quality."); });
  return sweep;
}

}  // namespace bitline
