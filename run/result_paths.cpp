// SPDX-License-Identifier: Apache-2.0
#include "run/result_paths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/config_reader.h"
#include "base/error.h"
#include "base/parallel.h"
#include "run/result_document.h"

namespace bitline::run {
namespace {

constexpr const char* any_name = "*";

cost::Breakdown every_part() {
  cost::Breakdown parts;
  for (std::size_t p = 0; p < cost::part_count; ++p) parts.add(static_cast<cost::Part>(p), 0);
  return parts;
}

void fill_quality(Result& r) {
  r.quality.chips.resize(1);
  r.quality.chance = 0;
  r.scores = {r.quality};
}

void fill_costs(std::span<const std::string> layers, Result& r) {
  cost::Costs& c = r.costs;
  c.energy_write_J = c.write_time_s = c.refresh_W = 0;
  c.energy_J = c.latency_s = c.area_breakdown_m2 = every_part();
  c.boundaries.resize(1);
  c.boundaries[0].name = any_name;
  c.baselines.resize(1);
  c.baselines[0].name = any_name;
  for (std::size_t i = 0; i < cost::component_count; ++i)
    c.unit_costs.push_back({static_cast<cost::Component>(i), {}, 1});
  for (const std::string& name : layers) {
    c.layers.emplace_back().name = name;
    c.layers.back().energy_breakdown_J = every_part();
    r.reads.emplace_back();
    r.mapping.layers.push_back({name, 0, 0, false, {PlacedBlock{}}});
  }
  cost::NodeCosts& node = c.nodes.emplace_back();
  node.name = node.operation = node.paid_by = any_name;
}

void fill_experiment(Result& r) {
  ExperimentResult& e = r.experiment.emplace();
  e.notes = {""};
  e.claims.emplace_back().id = any_name;
  e.tables.push_back({any_name, "", {""}, {{TableCell{0.0}}}});
  e.figures.emplace_back(any_name, 0.0);
}

// A result that has everything a result can have. A list of one element stands for lists of any length, the name "*"
// for any name.
Result specimen(std::span<const std::string> layers) {
  Result r;
  r.design = {{any_name, ""}};
  NetworkInput& in = r.input.emplace();
  in.dims = {1};
  in.normalized = any_name;
  in.classes = in.targets = 0;
  r.warnings = {""};
  r.assumed = {{}};
  r.simplifications.emplace_back().claims.push_back({"", {""}, {""}});
  fill_quality(r);
  r.write.pulses_per_cell = r.write.failed_frac = r.write.unpulsed_frac = r.write.refresh_in_s = 0;
  UseResult& use = r.use.emplace();
  use.refresh_J = use.refresh_s = 0;
  use.moments.resize(1);
  use.moments[0].change = 0;
  r.wires.emplace().residual = 0;
  fill_costs(layers, r);
  fill_experiment(r);
  r.images.resize(1);
  r.budget = {{any_name}};
  r.published.resize(1);
  r.published[0].ours = r.published[0].within = r.published[0].low = r.published[0].high = 0;
  r.published_left_out.resize(1);
  r.timing = {{any_name, 0}};
  r.inputs = {{any_name, ""}};
  return r;
}

// What results have in place of that: ideal wires, costs of shapes.
Result other_specimen() {
  Result r;
  r.metal.emplace();
  r.shapes.emplace();
  return r;
}

bool is_index(std::string_view key) {
  return !key.empty() && key.find_first_not_of("0123456789") == std::string_view::npos;
}

// Like node_at(), with names and lists that stand for others.
const Json* leads(const Json& node, std::string_view path) {
  if (path.empty()) return &node;
  const auto descend = [&](const std::string& key, const Json& child, bool any_index) -> const Json* {
    const bool any = key == any_name || any_index;
    for (std::size_t dot = path.find('.');; dot = path.find('.', dot + 1)) {
      const std::string_view head = path.substr(0, dot);
      const bool fits = any_index ? is_index(head) : any ? !head.empty() : head == key;
      if (fits)
        if (const Json* found = dot == std::string_view::npos ? &child : leads(child, path.substr(dot + 1)))
          return found;
      if (dot == std::string_view::npos) return nullptr;
    }
  };
  if (node.is_object())
    for (const auto& [key, child] : node.items())
      if (const Json* found = descend(key, child, false)) return found;
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) {
      const std::string key = element_key(node[i], i);
      if (const Json* found = descend(key, node[i], node.size() == 1 && is_index(key))) return found;
    }
  return nullptr;
}

// Names that may stand below a node, without those that stand for any.
std::vector<std::string> keys_below(const Json& node) {
  std::vector<std::string> keys;
  if (node.is_object())
    for (const auto& [key, _] : node.items()) keys.push_back(key);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) keys.push_back(element_key(node[i], i));
  std::erase(keys, any_name);
  return keys;
}

PathProblem problem_below(const Json& document, std::string_view path) {
  // The longest beginning that leads somewhere.
  std::string_view known;
  const Json* at = &document;
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos;
       dot = dot == 0 ? dot : path.rfind('.', dot - 1)) {
    if (const Json* found = leads(document, path.substr(0, dot))) {
      known = path.substr(0, dot);
      at = found;
      break;
    }
    if (dot == 0) break;
  }
  const std::string_view rest = known.empty() ? path : path.substr(known.size() + 1);
  const std::string_view word = rest.substr(0, rest.find('.')), after = rest.substr(word.size());
  const std::string before = known.empty() ? "" : std::string(known) + ".";
  const std::vector<std::string> keys = keys_below(*at);
  PathProblem problem;
  problem.message = known.empty() ? fmt::format("is no path of result.json: it has no '{}'", word)
                                  : fmt::format("is no path of result.json: '{}' has {}", known,
                                                keys.empty() ? "nothing below it" : fmt::format("no '{}'", word));
  for (const std::string_view tried : {word, rest})
    if (const std::string near = nearest(tried, keys); !near.empty() && problem.remedy.empty()) {
      const std::string whole = before + near + std::string(tried == word ? after : "");
      problem.remedy = fmt::format("did you mean '{}'?", leads(document, whole) ? whole : before + near);
    }
  if (problem.remedy.empty())
    problem.remedy = keys.empty()
                         ? "see the keys with bitline run --json"
                         : fmt::format("known {}: {}", known.empty() ? "at the top" : "there", fmt::join(keys, ", "));
  return problem;
}

}  // namespace

std::vector<std::string> layer_names(std::span<const std::string> paths, const arch::LoadedConfig& loaded,
                                     const RunOptions& options) {
  const bool by_layer = std::ranges::any_of(paths, [](const std::string& path) {
    return path.starts_with("layers.") || path.starts_with("mapping.layers.");
  });
  std::vector<std::string> names;
  if (!by_layer || is_experiment(loaded.config.experiment)) return names;
  if (loaded.config.workload.network.empty() && loaded.config.workload.shapes.empty()) return names;
  try {
    with_threads(options.threads, [&] {
      for (const LayerMapping& layer : map_network(loaded, options).layers) names.push_back(layer.name);
    });
  } catch (const ConfigError&) {
    names.clear();
  } catch (const InputError&) {
    names.clear();
  } catch (const RunError&) {
    names.clear();
  }
  return names;
}

std::optional<PathProblem> path_problem(std::string_view path, bool number, std::span<const std::string> layers) {
  const std::string some = any_name;
  const Json document = result_document(specimen(layers.empty() ? std::span(&some, 1) : layers));
  const Json* node = leads(document, path);
  Json other;
  if (!node || node->is_null()) {
    other = result_document(other_specimen());
    if (const Json* there = leads(other, path); there && !there->is_null()) node = there;
  }
  if (!node || path.empty()) return problem_below(document, path);
  if (!number || node->is_number()) return std::nullopt;
  PathProblem problem{fmt::format("is {} of result.json, not a number", node->is_structured() ? "a part" : "a text"),
                      ""};
  if (const auto keys = keys_below(*node); !keys.empty())
    problem.remedy = fmt::format("below it are {}", fmt::join(keys, ", "));
  return problem;
}

}  // namespace bitline::run
