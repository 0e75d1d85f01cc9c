// SPDX-License-Identifier: Apache-2.0
#include "base/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "base/shown.h"

namespace bitline {
namespace {

std::string joined_path(std::string_view path, std::string_view key) {
  std::string out;
  out.reserve(path.size() + 1 + key.size());
  if (!path.empty()) out.append(path).append(".");
  return out.append(key);
}

std::vector<std::string> strings(std::span<const std::string_view> words) { return {words.begin(), words.end()}; }

bool is_below(std::string_view path, std::string_view above) {
  return above.empty() || (path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '.'));
}

}  // namespace

ConfigReader::ConfigReader(const Value& root, ConfigPath where) : root_(&root), where_(std::move(where)) {
  stack_.push_back({root_, "", {}});
}

ConfigReader::ConfigReader(Value&& root, ConfigPath where) : root_(kept(std::move(root))), where_(std::move(where)) {
  stack_.push_back({root_, "", {}});
}

bool ConfigReader::clean(std::string_view path) const {
  return std::none_of(problems_.begin(), problems_.end(), [&](const Diagnostic& d) { return is_below(d.path, path); });
}

const Value* ConfigReader::kept(Value node) {
  kept_.push_back(std::move(node));
  return &kept_.back();
}

void ConfigReader::report(const Value& at, const std::string& path, std::string message, std::string remedy) {
  problems_.push_back({at.origin, path, std::move(message), std::move(remedy)});
}

const Origin& ConfigReader::origin_of(std::string path) const {
  for (;;) {
    if (const auto it = notes_.origins.find(path); it != notes_.origins.end()) return it->second;
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) return root_->origin;
    path.resize(dot);
  }
}

void ConfigReader::problem(const std::string& path, std::string message, std::string remedy) {
  problems_.push_back({origin_of(path), path, std::move(message), std::move(remedy)});
}

void ConfigReader::finish() {
  if (problems_.empty()) return;
  std::stable_sort(problems_.begin(), problems_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) < std::tie(b.where.file, b.where.line, b.where.column);
  });
  throw ConfigError(problems_);
}

const Value* ConfigReader::take(const Field& f) {
  if (direct_) {
    path_ = direct_path_;
    return std::exchange(direct_, nullptr);
  }
  Frame& frame = stack_.back();
  frame.known.emplace_back(f.key);
  const Value* node = frame.map->find(f.key);
  if (!node && !f.required) return nullptr;
  path_ = joined_path(frame.path, f.key);
  if (!node) {
    report(*frame.map, path_, fmt::format("the key '{}' is missing: {}", f.key, f.meaning),
           fmt::format("add \"{}: ...\"", f.key));
    return nullptr;
  }
  notes_.origins[path_] = node->origin;
  if (node->kind == Value::Kind::null) {
    // The parser finds the nothing after the key's line; the key is what the user sees.
    for (const Entry& e : frame.map->entries)
      if (e.key == f.key) problems_.push_back({e.origin, path_, "has no value", "give one or leave the key out"});
    return nullptr;
  }
  return node;
}

const Value* ConfigReader::unwrapped(const Value* node) {
  if (!is_annotated(*node)) return node;
  const Value* value = node->find("value");
  for (const auto& e : node->entries) {
    if (e.key == "value") continue;
    if (e.key != "source" && e.key != "assumed")
      problems_.push_back({e.origin, joined_path(path_, e.key), fmt::format("unknown key '{}' beside 'value'", e.key),
                           "value, source and assumed are known"});
    else if (!e.value.is_scalar())
      report(e.value, joined_path(path_, e.key), fmt::format("is {} where a text is expected", shown(e.value)));
    else if (e.key == "source")
      notes_.sources[path_] = e.value.text;
    else
      notes_.assumed.push_back({path_, value->is_list() ? "a list" : value->text, e.value.text});
  }
  return value;
}

void ConfigReader::optional(const Field& f, const OptionalRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const Value* inner = is_annotated(*node) ? node->find("value") : node;
  if (inner->is_scalar() && (inner->text == "unset" || (*f.absent && inner->text == f.absent))) {
    unwrapped(node);
    ref.set(false);
    return;
  }
  ref.set(true);
  direct_ = node;
  direct_path_ = path_;
  ref.visit(*this);
}

const Value* ConfigReader::opened(const Value& node, const Field& f, std::span<const std::string_view> types) {
  const std::string path = path_;
  const Value* base = node.is_map() ? node.find("base") : nullptr;
  const Value* name = node.is_scalar() ? &node : base && base->shorthand ? base : nullptr;
  const bool type = name && std::find(types.begin(), types.end(), name->text) != types.end();
  if (name && !type && !f.library) {
    if (types.empty())
      report(*name, path, fmt::format("is {} where a map of keys is expected", shown(*name)));
    else
      report(*name, path, fmt::format("is {}, which is not one of {}", shown(*name), fmt::join(types, ", ")),
             did_you_mean(name->text, strings(types)));
    return nullptr;
  }
  try {
    auto found = open_named(node, f.key, types, where_);
    const Value* map = found ? kept(std::move(*found)) : &node;
    if (map->is_map()) return map;
    report(*map, path, fmt::format("is {} where a map of keys is expected", shown(*map)));
  } catch (const ConfigError& e) {
    for (auto d : e.diagnostics()) {
      if (d.path.empty()) d.path = path;
      if (name && d.where.file == name->origin.file && d.where.line == name->origin.line && !types.empty()) {
        d.message += fmt::format(", and it is not one of {}", fmt::join(types, ", "));
        if (const auto near = did_you_mean(name->text, strings(types)); !near.empty()) d.remedy = near;
      }
      problems_.push_back(std::move(d));
    }
  }
  return nullptr;
}

const Value* ConfigReader::spelled_out(const Value& node, const Field& f) {
  if (node.is_scalar() || is_annotated(node)) {
    Value map = Value::map(node.origin);
    map.set(f.scalar, *unwrapped(&node), node.origin);
    return kept(std::move(map));
  }
  const Value* base = node.find("base");
  if (!base || !base->shorthand) return &node;
  Value map = node;  // was written over a scalar, which it replaces
  map.erase("base");
  return kept(std::move(map));
}

void ConfigReader::read_map(const Value* map, const std::string& path, std::vector<std::string_view> known,
                            const Visit& visit) {
  stack_.push_back({map, path, std::move(known)});
  visit(*this);
  end_of_map();
  stack_.pop_back();
}

void ConfigReader::end_of_map() {
  Frame& frame = stack_.back();
  std::vector<std::string> known;
  for (const auto& e : frame.map->entries) {
    if (std::find(frame.known.begin(), frame.known.end(), e.key) != frame.known.end()) continue;
    if (known.empty()) {
      std::sort(frame.known.begin(), frame.known.end());
      known.assign(frame.known.begin(), std::unique(frame.known.begin(), frame.known.end()));
    }
    std::string remedy = did_you_mean(e.key, known);
    if (remedy.empty())
      remedy = known.empty() ? "no key is known here" : fmt::format("known here: {}", fmt::join(known, ", "));
    Value key = Value::scalar(e.key);
    problems_.push_back(
        {e.origin, joined_path(frame.path, e.key), fmt::format("unknown key {}", shown(key)), std::move(remedy)});
  }
}

void ConfigReader::record(const Field& f, const Visit& visit) {
  const Value* node = take(f);
  if (!node) return;  // every default stays as the struct has it
  const std::string path = path_;
  if (*f.scalar) node = spelled_out(*node, f);
  if ((node = opened(*node, f, {}))) read_map(node, path, {}, visit);
}

void ConfigReader::variant(const Field& f, const VariantRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  if (!(node = opened(*node, f, ref.types))) return;
  const Value* type = node->find("type");
  if (!type) {
    report(*node, path, fmt::format("needs the key 'type': one of {}", fmt::join(ref.types, ", ")));
    return;
  }
  path_ = joined_path(path, "type");
  type = unwrapped(type);
  const auto at = std::find(ref.types.begin(), ref.types.end(), type->text);
  if (at == ref.types.end()) {
    report(*type, path_, fmt::format("is {}, which is not one of {}", shown(*type), fmt::join(ref.types, ", ")),
           did_you_mean(type->text, strings(ref.types)));
    return;
  }
  ref.choose(static_cast<std::size_t>(at - ref.types.begin()));
  notes_.origins[path_] = type->origin;
  read_map(node, path, {"type"}, ref.visit);
}

void ConfigReader::list(const Field& f, const ListRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  node = unwrapped(node);
  if (f.single && !node->is_list()) {
    Value one;
    one.kind = Value::Kind::list;
    one.origin = node->origin;
    one.items.push_back(*node);
    node = kept(std::move(one));
  }
  if (!node->is_list()) {
    report(*node, path, fmt::format("is {} where a list is expected", shown(*node)), "write [a, b, c]");
    return;
  }
  ref.resize(node->items.size());
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    direct_ = &node->items[i];
    direct_path_ = fmt::format("{}.{}", path, i);
    notes_.origins[direct_path_] = direct_->origin;
    ref.visit(*this, i);
  }
}

void ConfigReader::map(const Field& f, const MapRef& ref) {
  const Value* node = take(f);
  if (!node) return;
  const std::string path = path_;
  if (!node->is_map()) {
    report(*node, path, fmt::format("is {} where a map is expected", shown(*node)));
    return;
  }
  for (const auto& e : node->entries) {
    direct_ = &e.value;
    direct_path_ = joined_path(path, e.key);
    notes_.origins[direct_path_] = e.value.origin;
    ref.visit(*this, e.key);
  }
}

void ConfigReader::raw(const Field& f, Value& out) {
  const Value* node = take(f);
  if (!node) return;
  out = *node;
  note_origins(*node, path_);
}

void ConfigReader::note_origins(const Value& node, const std::string& path) {
  notes_.origins[path] = node.origin;
  for (const auto& e : node.entries) note_origins(e.value, joined_path(path, e.key));
  for (std::size_t i = 0; i < node.items.size(); ++i) note_origins(node.items[i], fmt::format("{}.{}", path, i));
}

}  // namespace bitline
