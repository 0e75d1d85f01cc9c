// SPDX-License-Identifier: Apache-2.0
#include "run/identity.h"

#include <algorithm>

#include "base/error.h"
#include "base/schema_filter.h"
#include "run/inputs.h"
#include "run/numbers_version.h"

namespace bitline::run {

using arch::Config;

namespace {

// The settings of layers are read on top of the chip's own.
const KeyGroup layer_keys = {"cell", "input", "adc", "quantization", "mapping", "layers"};
// These name files.
const KeyGroup file_keys = {"workload", "conductances"};

bool is_among(const KeyGroup& group, std::string_view key) {
  return std::find(group.begin(), group.end(), key) != group.end();
}

// The top-level keys that change numbers, grouped.
std::vector<KeyGroup> grouped_keys() {
  std::vector<KeyGroup> groups{file_keys, layer_keys};
  KeyBuilder nowhere("");
  SomeFields keys(nowhere, [&](const Field& f) {
    if (!f.label && !is_among(layer_keys, f.key) && !is_among(file_keys, f.key)) groups.push_back({f.key});
    return false;
  });
  Config config;
  fields(keys, config);
  return groups;
}

// Layers by what their settings mean, not by how they are written; one that overrides nothing is none.
void add_layer_keys(KeyBuilder& key, const Config& config) {
  const Key common = KeyBuilder("layer").add("settings", common_parts(config)).key();
  std::vector<std::pair<std::string, Key>> layers;
  Config resolved = config;  // put together from parts: layers may have been resolved over others
  resolve_layers(resolved);
  for (const auto& [name, settings] : resolved.own_layers)
    if (const Key own = KeyBuilder("layer").add("settings", settings).key(); own != common)
      layers.emplace_back(name, own);
  std::sort(layers.begin(), layers.end());
  for (const auto& [name, own] : layers) key.add(name, own);
}

void add_file_keys(KeyBuilder& key, const Config& config, const RunOptions& options, FileKeys& files) {
  std::vector<InputPath> paths;
  try {
    paths = input_files(config, options);
  } catch (const InputError& missing) {
    key.add("missing", missing.what());
  }
  for (const InputPath& path : paths) try {
      key.add(path.key, files.of(path.file));
    } catch (const InputError& missing) {
      key.add("missing", missing.what());
    }
}

// `config` is read only: fields() takes what it could change.
Key key_of_group(Config& config, std::size_t group, const RunOptions& options, FileKeys& files) {
  const KeyGroup& keys = key_groups()[group];
  KeyBuilder key(keys.front());
  SomeFields some(key, [&](const Field& f) { return is_among(keys, f.key) && std::string_view(f.key) != "layers"; });
  fields(some, config);
  if (is_among(keys, "layers")) add_layer_keys(key, config);
  if (is_among(keys, "workload")) add_file_keys(key, config, options, files);
  return key.key();
}

}  // namespace

std::span<const KeyGroup> key_groups() {
  static const std::vector<KeyGroup> groups = grouped_keys();
  return groups;
}

std::optional<std::size_t> key_group_of(std::string_view path) {
  const std::string_view key = path.substr(0, path.find('.'));
  const auto groups = key_groups();
  for (std::size_t g = 0; g < groups.size(); ++g)
    if (is_among(groups[g], key)) return g;
  return std::nullopt;
}

Key group_key(Config config, std::size_t group, const RunOptions& options, FileKeys& files) {
  return key_of_group(config, group, options, files);
}

Key result_key(std::span<const Key> groups) {
  KeyBuilder key("result");
  key.add("numbers", numbers_version);
  for (const Key& group : groups) key.add("", group);
  return key.key();
}

Key result_key(Config config, const RunOptions& options, FileKeys& files) {
  std::vector<Key> groups;
  for (std::size_t g = 0; g < key_groups().size(); ++g) groups.push_back(key_of_group(config, g, options, files));
  return result_key(groups);
}

Key document_key(const arch::LoadedConfig& loaded, const RunOptions& options, FileKeys& files) {
  KeyBuilder key("document");
  for (const arch::BudgetLine& line : loaded.config.budget) key.add("budget", line);
  for (const arch::PublishedFigure& figure : loaded.config.published) {
    if (!figure.replaced.empty()) continue;
    key.add("published", figure);
    if (figure.with.kind != Value::Kind::null)
      key.add("with", result_key(load_with(loaded, figure.with).config, options, files));
  }
  return key.key();
}

}  // namespace bitline::run
