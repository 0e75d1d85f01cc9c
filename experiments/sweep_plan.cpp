// SPDX-License-Identifier: Apache-2.0
// A plan becomes points.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/config_reader.h"
#include "base/parallel.h"
#include "experiments/sweep_axes.h"
#include "experiments/sweep_keys.h"
#include "experiments/sweep_points.h"
#include "experiments/sweep_problems.h"
#include "run/result_paths.h"

namespace bitline::experiments {
namespace {

const std::vector<std::string> default_keep = {
    "quality.value",        "quality.ci95_both.0",    "quality.ci95_both.1",     "quality.reference.quantized",
    "write.level_accuracy", "energy.per_inference_J", "latency.per_inference_s", "area.total_m2",
    "efficiency.tops_per_w"};

Diagnostic problem_at(Origin where, std::string path, std::string message, std::string remedy) {
  return {std::move(where), std::move(path), std::move(message), std::move(remedy)};
}

using Problems = std::vector<Diagnostic>;
void add(Problems& to, const Problems& more) { to.insert(to.end(), more.begin(), more.end()); }

[[noreturn]] void tell(Problems problems) {
  std::ranges::stable_sort(problems, [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
  });
  throw ConfigError(std::move(problems));
}

bool on_an_axis(const Sweep& sweep, const std::string& path) {
  return std::any_of(sweep.axes.begin(), sweep.axes.end(), [&](const SweepAxis& axis) {
    return std::find(axis.paths.begin(), axis.paths.end(), path) != axis.paths.end();
  });
}

SweepPlan read_plan(ConfigReader& reader, Problems& problems) {
  SweepPlan plan;
  reader.read(plan);
  if (plan.set.kind != Value::Kind::null && !plan.set.is_map()) {
    reader.problem("set", "must be a map from config paths to values", "write {workload.images: 500}");
    plan.set = {};
  }
  try {
    reader.finish();
  } catch (const ConfigError& e) {
    add(problems, e.diagnostics());
  }
  return plan;
}

// How many points the axes make; 0: too many.
std::size_t count_points(std::vector<SweepAxis>& axes) {
  std::size_t count = 1;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    axis->stride = count;
    if (axis->bundles.size() > max_sweep_points / count) return 0;
    count *= axis->bundles.size();
  }
  return count;
}

void set_fixed(Sweep& sweep, const SweepPlan& plan, const std::vector<Override>& overrides, Problems& problems) {
  for (const auto& e : plan.set.entries) sweep.fixed.push_back({e.key, one_line(e.value), e.value.origin});
  for (const auto& o : overrides) {
    if (on_an_axis(sweep, o.path))
      problems.push_back(problem_at({"--set " + o.path + "=" + o.value}, "", "the plan's axes already set this key",
                                    "change the plan"));
    sweep.fixed.push_back({o.path, o.value, {}});
  }
}

// The config of the plan, unwrapped.
const Value& config_of(const Value& tree) {
  const Value& config = *tree.find("config");
  const Value* value = config.is_map() ? config.find("value") : nullptr;
  return value ? *value : config;
}

void find_base(Sweep& sweep, const Value& tree, Problems& problems) {
  if (!tree.find("config")) return;  // the reader has said so
  const Value& name = config_of(tree);
  try {
    sweep.config = find_config(name, "", sweep.where);
  } catch (const ConfigError& e) {
    return add(problems, e.diagnostics());
  }
  std::error_code ec;
  const bool beside = std::filesystem::equivalent(sweep.config, folder_of(name.origin) / name.text, ec);
  sweep.config_name = beside ? sweep.config.string() : name.text;
  try {
    sweep.base = open_config(sweep.config, sweep.where);
    for (const AxisValue& v : sweep.fixed)
      if (!v.value.empty()) apply(sweep.base, parsed({v.path, v.value}), sweep.where);
  } catch (const ConfigError& e) {
    add(problems, at_plan(e.diagnostics(), sweep, 0));
  }
}

// Loads every point. What is wrong with them, and by point whether anything is.
SweepProblems problems_of_points(const Sweep& sweep, std::vector<char>& wrong) {
  std::vector<std::vector<Diagnostic>> found(sweep.size());
  parallel_for(sweep.size(), [&](std::size_t i) {
    try {
      load_point(sweep, i);
    } catch (const ConfigError& e) {
      found[i] = e.diagnostics();
    }
  });
  SweepProblems problems(sweep);
  for (std::size_t i = 0; i < found.size(); ++i) {
    problems.add(i, found[i]);
    wrong[i] = !found[i].empty();
  }
  return problems;
}

// The first point that a config takes; none: every one is wrong.
std::optional<arch::LoadedConfig> first_config(const Sweep& sweep, const std::vector<char>& wrong) {
  for (std::size_t i = 0; i < sweep.size(); ++i)
    if (!wrong[i]) try {
        return load_point(sweep, i);
      } catch (const ConfigError&) {
      }
  return std::nullopt;
}

// Whether layers have the same names at all points.
bool network_is_fixed(const Sweep& sweep) {
  for (const std::string& path : sweep.paths())
    for (const std::string_view of_network : {"base", "workload"})
      if (path == of_network || path.starts_with(std::string(of_network) + ".")) return false;
  return true;
}

void check_keep(const Sweep& sweep, const Value& tree, const std::optional<arch::LoadedConfig>& loaded,
                Problems& problems) {
  const Value* keep = tree.find("keep");
  if (!keep || !keep->is_list()) return;
  std::vector<std::string> layers;
  if (loaded && network_is_fixed(sweep)) layers = run::layer_names(sweep.keep, *loaded, sweep.run);
  for (std::size_t i = 0; i < keep->items.size(); ++i) {
    const Value& path = keep->items[i];
    if (!path.is_scalar()) continue;  // the reader has said so
    if (const auto problem = run::path_problem(path.text, false, layers))
      problems.push_back(problem_at(path.origin, fmt::format("keep.{}", i),
                                    fmt::format("'{}' {}", path.text, problem->message), problem->remedy));
  }
}

void leave_out(Sweep& sweep, const SweepProblems& problems, std::vector<char> wrong) {
  if (std::ranges::count(wrong, 0) == 0) tell(problems.told());  // nothing would be left
  sweep.invalid = std::move(wrong);
  sweep.skipped = problems.reasons();
}

}  // namespace

bool is_sweep_plan(const std::filesystem::path& file, const ConfigPath& where) {
  return load_config(file, {}, where).find("config") != nullptr;
}

Sweep load_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where,
                 const run::RunOptions& run, bool skip_invalid) {
  const Value tree = load_config(file, {}, where);
  ConfigReader reader(tree, where);
  Problems problems;
  const SweepPlan plan = read_plan(reader, problems);
  Sweep sweep;
  sweep.where = where;
  if (!sweep.where.files) sweep.where.files = std::make_shared<ConfigFiles>();
  sweep.run = run;
  sweep.results = plan.results;
  sweep.keep = plan.keep.empty() ? default_keep : plan.keep;
  SweepAxes axes(plan, reader.annotations());
  sweep.axes = std::move(axes.all);
  add(problems, axes.problems());
  set_fixed(sweep, plan, overrides, problems);
  const std::size_t points = count_points(sweep.axes);
  if (points == 0)
    problems.push_back(problem_at({file.string()}, "",
                                  fmt::format("the axes make more than {} points", max_sweep_points),
                                  "use fewer values, or random axes"));
  find_base(sweep, tree, problems);
  const bool has_points = points > 0 && sweep.base.is_map();
  if (!has_points) {
    check_keep(sweep, tree, std::nullopt, problems);
    tell(std::move(problems));
  }

  sweep.keys.resize(points);
  std::vector<char> wrong = find_keys(sweep);
  const std::optional<arch::LoadedConfig> first = first_config(sweep, wrong);
  // Costs from layer shapes have no accuracy to keep.
  if (plan.keep.empty() && first && !first->config.workload.shapes.empty())
    std::erase_if(sweep.keep, [](const std::string& path) { return path.starts_with("quality."); });
  check_keep(sweep, tree, first, problems);
  const bool any_wrong = std::ranges::count(wrong, 0) < static_cast<std::ptrdiff_t>(wrong.size());
  if (skip_invalid || plan.skip_invalid || any_wrong || !problems.empty()) {
    const SweepProblems of_points = problems_of_points(sweep, wrong);
    const bool skip = skip_invalid || plan.skip_invalid;
    if (!skip) add(problems, of_points.told());
    if (!problems.empty()) tell(std::move(problems));
    if (!skip) throw RunError("values of the sweep cannot be read, but its points can; please report this as a bug");
    if (!of_points.empty()) leave_out(sweep, of_points, std::move(wrong));
  }
  return sweep;
}

}  // namespace bitline::experiments
