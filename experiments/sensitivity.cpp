// SPDX-License-Identifier: Apache-2.0
#include "experiments/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/config_writer.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/units.h"
#include "experiments/experiment.h"
#include "run/result_json.h"
#include "run/shelf.h"

namespace bitline::experiments {

using arch::LoadedConfig;
using run::Result;

namespace {

struct Varied {
  std::string path, text;  // the value as resolved.yaml writes it
};

std::optional<std::string> times(const std::string& text, double factor) {
  const auto number = number_and_unit(text);
  if (!number || !std::isfinite(number->value)) return std::nullopt;
  return fmt::format("{}{}{}", number->value * factor, number->unit.empty() ? "" : " ", number->unit);
}

std::vector<Varied> assumed_values(const LoadedConfig& loaded) {
  std::vector<Varied> all;
  const bool own = is_experiment(loaded.config.experiment);
  for (const Assumption& a : loaded.annotations.assumed)
    if ((!own || a.path.starts_with("experiment.")) && times(a.value, 1)) all.push_back({a.path, a.value});
  return all;
}

void add_numbers(const Value& node, const std::string& path, std::vector<std::string>& paths) {
  if (node.is_scalar() && !node.quoted && times(node.text, 1)) paths.push_back(path);
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  for (const Entry& e : node.entries) add_numbers(e.value, below(e.key), paths);
  for (std::size_t i = 0; i < node.items.size(); ++i) add_numbers(node.items[i], below(std::to_string(i)), paths);
}

std::string suggestion(const std::string& path, const Value& tree) {
  std::vector<std::string> numbers;
  add_numbers(tree, "", numbers);
  const std::string near = did_you_mean(path, numbers);
  return near.empty() ? "bitline schema lists its keys" : near;
}

std::vector<Varied> named_values(const LoadedConfig& loaded, const std::vector<std::string>& paths) {
  const Value tree = ConfigWriter::write(loaded.config);
  std::vector<Varied> all;
  for (const std::string& path : paths) {
    const Value* value = value_at(tree, path);
    if (!value || value->quoted || !times(value->text, 1))
      throw InputError(fmt::format("{}: is no number of this config; {}", path, suggestion(path, tree)));
    all.push_back({path, value->text});
  }
  return all;
}

// The path with another value. An element of a list that the config leaves at its default, or gives together with a
// source, is set with the whole list.
Setting setting_of(const LoadedConfig& loaded, const std::string& path, const std::string& text) {
  Setting element = parsed({path, text});
  if (value_at(loaded.tree, path)) return element;
  const Value resolved = ConfigWriter::write(loaded.config);
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
    const std::string above = path.substr(0, dot);
    const Value* list = value_at(resolved, above);
    if (!list || !list->is_list()) continue;
    Value changed = *list;
    changed.origin = element.value.origin;
    set_path(changed, path.substr(dot + 1), std::move(element.value));
    return {parsed({above, ""}).path, std::move(changed)};
  }
  return element;
}

std::vector<SensitivityFigure> figures_of(const Result& result) {
  std::vector<SensitivityFigure> figures;
  if (result.experiment)
    for (const run::ExperimentClaim& c : result.experiment->claims)
      figures.push_back({"experiment.claims." + c.id + ".value", c.id, c.unit, true});
  if (!figures.empty()) return figures;
  const std::string& metric = result.quality.metric;
  return {{"quality.value", metric, metric == "accuracy" ? "fraction" : ""},
          {"energy.per_inference_J", "energy per inference", "J"},
          {"latency.per_inference_s", "latency per inference", "s"}};
}

std::vector<SensitivityCell> cells_of(const Result& result, const std::vector<SensitivityFigure>& figures) {
  std::vector<SensitivityCell> cells;
  for (const SensitivityFigure& f : figures) {
    SensitivityCell& cell = cells.emplace_back();
    cell.value = lookup(result, f.path).value_or(std::nan(""));
    if (!f.claim || !result.experiment) continue;
    const auto& claims = result.experiment->claims;
    if (const auto c = std::ranges::find(claims, f.name, &run::ExperimentClaim::id); c != claims.end())
      cell.holds = c->holds;
  }
  return cells;
}

}  // namespace

Sensitivity sensitivity(const LoadedConfig& loaded, const std::vector<std::string>& paths,
                        const run::RunOptions& options, const std::function<void(std::size_t, std::size_t)>& before) {
  const std::vector<Varied> varied = paths.empty() ? assumed_values(loaded) : named_values(loaded, paths);
  const std::size_t all = 1 + 2 * varied.size();
  run::Shelf shelf(std::size_t{1} << 30);  // what a value does not touch is made once
  before(0, all);
  const Result as_is = experiments::run(loaded, options, shelf);
  Sensitivity s{figures_of(as_is), {{"", "", 1, cells_of(as_is, figures_of(as_is)), ""}}};
  for (const Varied& v : varied)
    for (const double factor : {0.5, 2.0}) {
      before(s.rows.size(), all);
      SensitivityRow row{v.path, *times(v.text, factor), factor, {}, ""};
      try {
        Value tree = loaded.tree;
        apply(tree, setting_of(loaded, v.path, row.value), loaded.where);
        row.figures = cells_of(experiments::run(arch::load_tree(tree, loaded.where), options, shelf), s.figures);
      } catch (const ConfigError& e) {
        row.problem = e.diagnostics().empty() ? e.what() : e.diagnostics().front().message;
      } catch (const InputError& e) {
        row.problem = e.what();
      } catch (const RunError& e) {
        row.problem = e.what();
      }
      s.rows.push_back(std::move(row));
    }
  return s;
}

}  // namespace bitline::experiments
