// SPDX-License-Identifier: Apache-2.0
// Reads YAML text into a Value tree, strictly: one document of plain data; duplicate keys, anchors, aliases and tags
// are errors with their position. Also resolves `base:` and applies overrides.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace bitline {

inline constexpr std::size_t max_config_bytes = std::size_t{1} << 20;

// `name` is what diagnostics call the text. Throws ConfigError. UTF-8, at most 64 levels deep; columns count bytes.
Value parse_yaml(std::string_view text, const std::string& name);

// What was found and parsed, each once: for many configs made of the same files. Safe for threads.
class ConfigFiles {
 public:
  using Parse = std::function<Value(const std::filesystem::path&)>;
  using Find = std::function<std::filesystem::path()>;
  // The tree of a file; `parse` makes it the first time. What `parse` throws is thrown each time.
  std::shared_ptr<const Value> tree(const std::filesystem::path& file, const Parse& parse);
  // The file that `name` stands for, likewise.
  std::filesystem::path found(const std::string& name, const Find& find);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Value>> trees_;
  std::map<std::string, std::filesystem::path> found_;
};

// Where `base: NAME` and "device: NAME" look for short names: ROOT/<key>/NAME.yaml, ROOT/NAME.yaml, ROOT/*/NAME.yaml.
struct ConfigPath {
  std::vector<std::filesystem::path> roots;
  std::shared_ptr<ConfigFiles> files = nullptr;  // remembers files; null: each config reads its own anew
};

struct Override {
  std::string path;   // "adc.bits"
  std::string value;  // YAML, "6"
};

// Splits "adc.bits=6". Throws ConfigError when there is no '='.
Override parse_override(std::string_view text);

// An override as a tree, to be laid over many configs.
struct Setting {
  std::vector<std::string> path;  // {"adc", "bits"}
  Value value;                    // its origin is "--set adc.bits=6"
};
// Throws ConfigError: no YAML, an empty part of the path.
Setting parsed(const Override&);

// Reads `file`, merges its bases, applies the overrides in order. Nested `base:` keys are merged too.
Value load_config(const std::filesystem::path& file, const std::vector<Override>& overrides, const ConfigPath& where);

// The steps of that: the file on top of its own base, an override on top, and nested bases at last, when it is known
// which of them still stand.
Value open_config(const std::filesystem::path& file, const ConfigPath& where);
void apply(Value& tree, const Setting& setting, const ConfigPath& where);
void resolve_bases(Value& tree, const ConfigPath& where);

// A file named by a config: relative to the file that names it, else by short name. `key` is the config key that names
// it
// ("device"), which gives the folder searched first. Throws ConfigError listing the places looked in.
std::filesystem::path find_config(const Value& name, std::string_view key, const ConfigPath& where);

// "device: pcm" or a map laid over it: the file of that name with the map on top. A word of `types` stands for
// {type: word} instead. nullopt when the node names nothing. Throws ConfigError.
std::optional<Value> open_named(const Value& node, std::string_view key, std::span<const std::string_view> types,
                                const ConfigPath& where);

// The folder to which paths in a text are relative: that of its file, or the current one for --set.
std::filesystem::path folder_of(const Origin& written);

// Sets `path` ("a.b.c", "list.0.key") below `root` to `value`, merging; creates maps on the way.
void set_path(Value& root, std::string_view path, Value value);

// "a: {b.c: 1}" becomes "a: {b: {c: 1}}", for maps whose keys may be paths. Throws ConfigError when two keys give the
// same value.
Value expand_dotted(const Value& value);

}  // namespace bitline
