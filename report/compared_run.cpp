// SPDX-License-Identifier: Apache-2.0
// What a comparison reads of a run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/npy.h"
#include "base/yaml.h"
#include "report/comparison.h"
#include "run/result_document.h"

namespace bitline::report {
namespace fs = std::filesystem;

using run::Json;

namespace {

void add_numbers(const Json& node, const std::string& path, std::map<std::string, double>& out) {
  if (node.is_number()) out[path] = node.get<double>();
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_object())
    for (const auto& [key, child] : node.items()) add_numbers(child, prefix + key, out);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) add_numbers(node[i], prefix + run::element_key(node[i], i), out);
}

// What stands behind the last " # " of each line of a resolved config: where its value was set.
std::vector<std::string> origins_of(const std::string& resolved) {
  std::vector<std::string> files{""};  // lines count from 1
  for (std::size_t begin = 0; begin < resolved.size();) {
    const std::size_t end = std::min(resolved.find('\n', begin), resolved.size());
    const std::string line = resolved.substr(begin, end - begin);
    const auto comment = line.rfind(" # ");
    std::string origin = comment == std::string::npos ? "" : line.substr(comment + 3);
    const auto colon = origin.rfind(':');
    const bool is_file = !origin.starts_with("--set ") && colon != std::string::npos && colon + 1 < origin.size() &&
                         origin.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    files.push_back(is_file ? origin.substr(0, colon) : "");
    begin = end + 1;
  }
  return files;
}

void add_config(const Value& node, const std::string& path, const std::vector<std::string>& files,
                std::map<std::string, ConfigValue>& out) {
  if (node.is_scalar()) {
    const auto line = static_cast<std::size_t>(std::max(0, node.origin.line));
    out[path] = {node.text, line < files.size() ? files[line] : ""};
  }
  if (const Value* value = node.is_map() ? node.find("value") : nullptr) return add_config(*value, path, files, out);
  for (const auto& e : node.entries) add_config(e.value, path.empty() ? e.key : path + "." + e.key, files, out);
  for (std::size_t i = 0; i < node.items.size(); ++i)
    add_config(node.items[i], path + "." + std::to_string(i), files, out);
}

void read_config(const std::string& resolved, const std::string& name, ComparedRun& run) {
  add_config(parse_yaml(resolved, name), "", origins_of(resolved), run.config);
  if (const auto at = run.config.find("name"); at != run.config.end()) {
    run.name = at->second.value;
    run.config.erase(at);  // says what differs, and differs itself
  }
}

// Of outcomes.npy, if it is of this result.
void read_outcomes(const fs::path& file, ComparedRun& run) {
  if (!fs::exists(file)) return;
  const NpyArray all = read_npy(file);
  if (all.shape.size() != 2) return;
  const std::size_t chips = all.shape[0], samples = all.shape[1];
  std::vector<std::vector<float>> outcomes(chips);
  for (std::size_t c = 0; c < chips; ++c) {
    const auto begin = all.data.begin() + static_cast<std::ptrdiff_t>(c * samples);
    outcomes[c].assign(begin, begin + static_cast<std::ptrdiff_t>(samples));
    const auto value = run.number(fmt::format("quality.chips.{}.value", c));
    const double mean_of_chip = mean(std::span(all.data).subspan(c * samples, samples));
    if (!value || std::abs(mean_of_chip - *value) > 1e-5 * std::max(1.0, std::abs(*value))) return;  // of another run
  }
  run.outcomes = std::move(outcomes);
}

// What a run without arrays says nothing of.
bool is_of_arrays(std::string_view path) {
  for (const std::string_view part :
       {"quality.reference.", "write.", "energy.write", "energy.refresh", "area.", "efficiency.", "mapping."})
    if (path.starts_with(part)) return true;
  return false;
}

}  // namespace

std::optional<double> ComparedRun::number(std::string_view path) const {
  const Json* node = run::node_at(document, path);
  if (!node || !node->is_number()) return std::nullopt;
  if (is_of_arrays(path)) {
    const Json *experiment = run::node_at(document, "experiment"),
               *arrays = run::node_at(document, "mapping.arrays_total");
    if (experiment && experiment->is_object() && !(arrays && arrays->is_number() && arrays->get<double>() > 0))
      return std::nullopt;
  }
  return node->get<double>();
}

std::optional<Interval> ComparedRun::interval(std::string_view path) const {
  const auto low = number(std::string(path) + ".0"), high = number(std::string(path) + ".1");
  return low && high ? std::optional(Interval{*low, *high}) : std::nullopt;
}

bool ComparedRun::is_true(std::string_view path) const {
  const Json* node = run::node_at(document, path);
  return node && *node == true;
}

std::string ComparedRun::text(std::string_view path) const {
  const Json* node = run::node_at(document, path);
  return node && node->is_string() ? node->get<std::string>() : "";
}

cost::Breakdown ComparedRun::breakdown(std::string_view path) const {
  cost::Breakdown parts;
  const Json* node = run::node_at(document, path);
  if (!node || !node->is_object()) return parts;
  for (const auto& [name, value] : node->items())
    for (std::size_t p = 0; p < cost::part_count; ++p)
      if (name_of(static_cast<cost::Part>(p)) == name && value.is_number())
        parts.add(static_cast<cost::Part>(p), value.get<double>());
  return parts;
}

std::map<std::string, double> ComparedRun::numbers() const {
  Json json = document;
  for (const char* key : {"timing", "provenance", "schema_version", "seed", "published"}) json.erase(key);
  std::map<std::string, double> all;
  add_numbers(json, "", all);
  return all;
}

ComparedRun read_compared_run(const fs::path& source) {
  const bool folder = fs::is_directory(source);
  const fs::path file = folder ? source / "result.json" : source;
  ComparedRun run;
  run.source = source.string();
  run.document = Json::parse(read_file(file), nullptr, false);
  if (!run.document.is_object()) throw InputError(file.string() + ": is not the JSON of a result");
  if (!run.document.contains("energy") || !run.document.contains("latency"))
    throw InputError(file.string() + ": has no 'energy' and 'latency', so it is not the result of a run");
  if (!folder) return run;
  if (const fs::path resolved = source / "resolved.yaml"; fs::exists(resolved))
    read_config(read_file(resolved), resolved.string(), run);
  read_outcomes(source / "outcomes.npy", run);
  return run;
}

ComparedRun compared_run(const run::Result& result, const arch::LoadedConfig& loaded, const std::string& source) {
  ComparedRun run;
  run.source = source;
  run.document = result_document(result);
  run.outcomes = result.quality.of_samples;
  read_config(resolved_yaml(loaded), source, run);
  return run;
}

}  // namespace bitline::report
