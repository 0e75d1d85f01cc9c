// SPDX-License-Identifier: Apache-2.0
// A plan becomes points.
#include <fmt/format.h>

#include <algorithm>

#include "base/config_reader.h"
#include "experiments/sweep_axes.h"
#include "experiments/sweep_keys.h"
#include "experiments/sweep_points.h"

namespace bitline::experiments {
namespace {

const std::vector<std::string> default_keep = {
    "quality.value",          "quality.ci95_both.0",     "quality.ci95_both.1", "write.level_accuracy",
    "energy.per_inference_J", "latency.per_inference_s", "area.total_m2",       "efficiency.tops_per_w"};

bool on_an_axis(const Sweep& sweep, const std::string& path) {
  return std::any_of(sweep.axes.begin(), sweep.axes.end(), [&](const SweepAxis& axis) {
    return std::find(axis.paths.begin(), axis.paths.end(), path) != axis.paths.end();
  });
}

SweepPlan read_plan(ConfigReader& reader) {
  SweepPlan plan;
  reader.read(plan);
  if (plan.set.kind != Value::Kind::null && !plan.set.is_map())
    reader.problem("set", "must be a map from config paths to values", "write {workload.images: 500}");
  reader.finish();
  return plan;
}

// How many points the axes make.
std::size_t count_points(std::vector<SweepAxis>& axes, const std::filesystem::path& file) {
  std::size_t count = 1;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    axis->stride = count;
    if (axis->bundles.size() > max_sweep_points / count)
      refuse_at({file.string()}, fmt::format("the axes make more than {} points", max_sweep_points),
                "use fewer values, or random axes");
    count *= axis->bundles.size();
  }
  return count;
}

void set_fixed(Sweep& sweep, const SweepPlan& plan, const std::vector<Override>& overrides) {
  for (const auto& e : plan.set.entries) sweep.fixed.push_back({e.key, one_line(e.value), e.value.origin});
  for (const auto& o : overrides) {
    if (on_an_axis(sweep, o.path))
      refuse_at({"--set " + o.path + "=" + o.value}, "the plan's axes already set this key", "change the plan");
    sweep.fixed.push_back({o.path, o.value, {}});
  }
}

}  // namespace

bool is_sweep_plan(const std::filesystem::path& file, const ConfigPath& where) {
  return load_config(file, {}, where).find("config") != nullptr;
}

Sweep load_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where,
                 const run::RunOptions& run) {
  const Value tree = load_config(file, {}, where);
  ConfigReader reader(tree, where);
  const SweepPlan plan = read_plan(reader);
  Sweep sweep;
  sweep.where = where;
  if (!sweep.where.files) sweep.where.files = std::make_shared<ConfigFiles>();
  sweep.run = run;
  sweep.results = plan.results;
  sweep.keep = plan.keep.empty() ? default_keep : plan.keep;
  sweep.axes = SweepAxes(plan, reader.annotations()).all;
  const Value* config = tree.find("config");
  sweep.config = find_config(config->is_map() && config->find("value") ? *config->find("value") : *config, "", where);
  set_fixed(sweep, plan, overrides);
  sweep.keys.resize(count_points(sweep.axes, file));

  const std::vector<AxisValue>& fixed = sweep.fixed;
  try {
    sweep.base = open_config(sweep.config, sweep.where);
    for (const AxisValue& v : fixed)
      if (!v.value.empty()) apply(sweep.base, parsed({v.path, v.value}), sweep.where);
  } catch (const ConfigError& e) {
    throw ConfigError(at_plan(e.diagnostics(), sweep, 0));
  }
  // Costs from layer shapes have no accuracy to keep.
  if (plan.keep.empty() && !sweep.load(0).config.workload.shapes.empty())
    std::erase_if(sweep.keep, [](const std::string& path) { return path.starts_with("quality."); });
  find_keys(sweep);
  return sweep;
}

}  // namespace bitline::experiments
