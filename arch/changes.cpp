// SPDX-License-Identifier: Apache-2.0
#include "arch/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/config_changes.h"
#include "base/config_writer.h"

namespace bitline::arch {

namespace {

constexpr std::size_t most_named = 4;

bool is_one_of(std::string_view path, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, path) != all.end();
}

bool is_unnamed(const std::string& path) {
  return is_one_of(path, {"name", "seed", "instances", "keep", "published", "workload.images"}) ||
         path.starts_with("published.");
}

Value wrapped(const Value& v) {
  Value map = Value::map();
  map.set("value", v);
  return map;
}

// Another one altogether: a name of a file, another type.
bool replaces_writing(const std::string& path) {
  return is_one_of(
      path, {"device", "cell", "cell.type", "device.write", "device.write.type", "quantization", "conductances"});
}
bool replaces_chip(const std::string& path) {
  return replaces_writing(path) ||
         is_one_of(path, {"technology", "adc", "adc.type", "array.topology", "input.encoding", "workload.network",
                          "workload.dataset", "workload.shapes", "experiment", "experiment.type"});
}

}  // namespace

std::vector<std::string> changed_over(const std::string& key, const std::filesystem::path& file,
                                      const std::vector<Override>& overrides, const LoadedConfig& loaded) {
  WrittenOver over = written_over(file, overrides, loaded.where, key);
  std::erase_if(over.paths, is_unnamed);
  if (over.paths.empty()) return {};
  // What an override mends may be wrong below it: then all that is written counts.
  std::optional<Value> lower;
  try {
    lower = ConfigWriter::write(load_tree(load_config(over.file, {}, loaded.where), loaded.where).config);
  } catch (const ConfigError&) {
    return over.paths;
  } catch (const InputError&) {
    return over.paths;
  }
  const Value now = ConfigWriter::write(loaded.config), &before = *lower;
  std::erase_if(over.paths, [&](const std::string& path) {
    const Value *value = value_at(now, path), *other = value_at(before, path);
    return value && other && to_yaml(wrapped(*value)) == to_yaml(wrapped(*other));
  });
  return over.paths;
}

void mark_changes(const std::vector<std::string>& changed, Config& config) {
  std::vector<std::string> named;
  std::ranges::copy_if(changed, std::back_inserter(named), [](const std::string& path) { return !is_unnamed(path); });
  if (named.empty() || config.name.empty()) return;
  const std::size_t shown = std::min(named.size(), named.size() > most_named + 1 ? most_named : named.size());
  config.name +=
      fmt::format(", changed: {}", fmt::join(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < named.size()) config.name += fmt::format(" and {} more", named.size() - shown);
}

void mark_replaced(const std::vector<std::string>& changed, Config& config) {
  for (PublishedFigure& f : config.published) {
    const auto key = std::ranges::find_if(changed, f.ours.starts_with("write.") ? replaces_writing : replaces_chip);
    if (key != changed.end()) f.replaced = *key;
  }
}

}  // namespace bitline::arch
