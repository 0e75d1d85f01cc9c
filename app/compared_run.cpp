// SPDX-License-Identifier: Apache-2.0
#include "app/compared_run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/yaml.h"
#include "run/json_parts.h"

namespace bitline::app {

using run::Json;

namespace fs = std::filesystem;
namespace {

void flatten(const Json& node, const std::string& path, std::map<std::string, double>& out) {
  if (node.is_number()) out[path] = node.get<double>();
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_object())
    for (const auto& [key, child] : node.items()) flatten(child, prefix + key, out);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) flatten(node[i], prefix + run::element_key(node[i], i), out);
}

void flatten(const Value& node, const std::string& path, std::map<std::string, std::string>& out) {
  if (node.is_scalar()) out[path] = node.text;
  if (const Value* value = node.is_map() ? node.find("value") : nullptr) return flatten(*value, path, out);
  for (const auto& e : node.entries) flatten(e.value, path.empty() ? e.key : path + "." + e.key, out);
  for (std::size_t i = 0; i < node.items.size(); ++i) flatten(node.items[i], path + "." + std::to_string(i), out);
}

double number_at(const Json& node, const char* pointer) {
  const Json::json_pointer at(pointer);
  return node.contains(at) && node[at].is_number() ? node[at].get<double>() : std::nan("");
}
std::string text_at(const Json& node, const char* key) {
  return node.is_object() && node.contains(key) && node[key].is_string() ? node[key].get<std::string>() : "";
}

void read_experiment(const Json& json, ComparedRun& run) {
  const auto experiment = json.find("experiment");
  if (experiment == json.end() || !experiment->is_object()) return;
  run.arrays = number_at(json, "/mapping/arrays_total") > 0;
  if (const auto figures = experiment->find("figures"); figures != experiment->end() && figures->is_object())
    for (const auto& [name, _] : figures->items()) run.figures.push_back(name);
  const auto claims = experiment->find("claims");
  if (claims == experiment->end() || !claims->is_array()) return;
  for (const Json& claim : *claims) {
    run::ExperimentClaim& c = run.claims.emplace_back();
    c.id = text_at(claim, "id"), c.unit = text_at(claim, "unit");
    c.value = number_at(claim, "/value");
    c.ci95 = {number_at(claim, "/ci95/0"), number_at(claim, "/ci95/1")};
    c.holds = claim.is_object() && claim.contains("holds") && claim["holds"] == true;
  }
}

// What a run without arrays says nothing of.
bool is_of_arrays(std::string_view path) {
  for (const std::string_view part :
       {"quality.reference.", "write.", "energy.write", "energy.refresh", "area.", "efficiency.", "mapping."})
    if (path.starts_with(part)) return true;
  return false;
}

}  // namespace

std::map<std::string, double> numbers_of(const Json& result) {
  std::map<std::string, double> numbers;
  flatten(result, "", numbers);
  return numbers;
}

const run::ExperimentClaim* ComparedRun::claim(const std::string& id) const {
  const auto found = std::ranges::find(claims, id, &run::ExperimentClaim::id);
  return found == claims.end() ? nullptr : &*found;
}

std::optional<double> ComparedRun::number(const std::string& path) const {
  const auto x = numbers.find(path);
  if (x == numbers.end() || (!arrays && is_of_arrays(path))) return std::nullopt;
  return x->second;
}

ComparedRun read_compared_run(const std::string& argument) {
  const bool folder = fs::is_directory(argument);
  const fs::path file = folder ? fs::path(argument) / "result.json" : fs::path(argument);
  Json json = Json::parse(read_file(file), nullptr, false);
  if (!json.is_object()) throw InputError(file.string() + ": is not the JSON of a result");
  if (!json.contains("energy") || !json.contains("latency"))
    throw InputError(file.string() + ": has no 'energy' and 'latency', so it is not the result of a run");
  ComparedRun run;
  run.at_least = json["energy"].is_object() && json["energy"].value("at_least", false);
  if (const auto quality = json.find("quality"); quality != json.end()) run.metric = text_at(*quality, "metric");
  read_experiment(json, run);
  for (const char* key : {"timing", "provenance", "schema_version", "seed", "published"}) json.erase(key);
  run.numbers = numbers_of(json);
  if (const fs::path resolved = file.parent_path() / "resolved.yaml"; folder && fs::exists(resolved))
    flatten(parse_yaml(read_file(resolved), resolved.string()), "", run.config);
  return run;
}

}  // namespace bitline::app
