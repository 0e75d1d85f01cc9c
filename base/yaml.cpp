// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/files.h"

namespace bitline {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::uintmax_t max_bytes = 16u << 20;

[[noreturn]] void fail(const Origin& where, std::string message, std::string remedy = "") {
  throw ConfigError(Diagnostic{where, "", std::move(message), std::move(remedy)});
}

// Builds the tree from the parser's events: unlike YAML::Node they carry the position of every node and show duplicates.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string name) : name_(std::move(name)) {}
  Value root;
  std::vector<Diagnostic> duplicates;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    plain(mark, "", anchor);
    Value v;
    v.origin = origin(mark);
    add(std::move(v));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(origin(mark), "aliases are not read", "write the value out, or put it in a file and name it as base:"); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    plain(mark, tag == "!" || tag == "?" ? "" : tag, anchor);
    Value v = Value::scalar(value, origin(mark));
    v.quoted = tag == "!";
    add(std::move(v));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, tag, anchor, Value::Kind::list); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, tag, anchor, Value::Kind::map); }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Value value;
    std::optional<Value> key;  // a map waits for this key's value
  };

  Origin origin(const YAML::Mark& mark) const { return {name_, mark.line + 1, mark.column + 1}; }

  void plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor) fail(origin(mark), "anchors are not read", "write plain data");
    if (!tag.empty() && tag != "!" && tag != "?") fail(origin(mark), "the tag " + tag + " is not read", "write plain data");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
    plain(mark, tag, anchor);
    if (stack_.size() >= max_depth) fail(origin(mark), "nested deeper than " + std::to_string(max_depth) + " levels");
    Value v;
    v.kind = kind;
    v.origin = origin(mark);
    stack_.push_back({std::move(v), std::nullopt});
  }

  void close() {
    Value v = std::move(stack_.back().value);
    stack_.pop_back();
    add(std::move(v));
  }

  void add(Value v) {
    if (stack_.empty()) {
      root = std::move(v);
      return;
    }
    Frame& top = stack_.back();
    if (top.value.is_list()) {
      top.value.items.push_back(std::move(v));
    } else if (!top.key) {
      if (!v.is_scalar()) fail(v.origin, "a key must be plain text");
      top.key = std::move(v);
    } else {
      const Value* first = nullptr;
      for (const auto& e : top.value.entries)
        if (e.key == top.key->text) first = &e.value;
      if (first)
        duplicates.push_back({top.key->origin, "", "the key '" + top.key->text + "' is given twice; first in line " + std::to_string(first->origin.line), "keep one of them"});
      else
        top.value.entries.push_back({top.key->text, top.key->origin, std::move(v)});
      top.key.reset();
    }
  }

  std::string name_;
  std::vector<Frame> stack_;
};

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts(1);
  for (char c : path)
    if (c == '.') parts.emplace_back();
    else parts.back() += c;
  return parts;
}

Value load_file(const fs::path& file, const ConfigPath& where, std::vector<fs::path>& chain);

// Merges the `base:` of every map in the tree, outermost first.
void resolve_bases(Value& v, std::string_view key, const ConfigPath& where, std::vector<fs::path>& chain) {
  if (v.is_map())
    if (const Value* name = v.find("base")) {
      const Value base_name = *name;
      const fs::path file = find_config(base_name, key, where);
      v.erase("base");
      v = merged(load_file(file, where, chain), v);
    }
  for (auto& e : v.entries) resolve_bases(e.value, e.key, where, chain);
  for (auto& item : v.items) resolve_bases(item, key, where, chain);
}

Value load_file(const fs::path& file, const ConfigPath& where, std::vector<fs::path>& chain) {
  const fs::path canonical = fs::weakly_canonical(file);
  if (std::find(chain.begin(), chain.end(), canonical) != chain.end()) fail({file.string()}, "is its own base, directly or through others", "break the circle of base: keys");
  std::string text;
  try {
    text = read_file(file, max_bytes);
  } catch (const InputError& e) {
    throw ConfigError(Diagnostic{{}, "", e.what(), ""});
  }
  Value v = parse_yaml(text, file.string());
  chain.push_back(canonical);
  // Only this file's own top-level base here: nested ones are resolved when everything is merged, so that an override of
  // a nested base finds it still there.
  if (const Value* name = v.find("base")) {
    const Value base_name = *name;
    v.erase("base");
    v = merged(load_file(find_config(base_name, "", where), where, chain), v);
  }
  chain.pop_back();
  return v;
}

}  // namespace

Value parse_yaml(std::string_view text, const std::string& name) {
  if (text.size() > max_bytes) fail({name}, "is larger than 16 MiB, which no configuration is");
  for (std::size_t i = 0; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) < 32 && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') {
      const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n');
      fail({name, static_cast<int>(line), 1}, "holds binary data (byte " + std::to_string(i) + "); a configuration is text");
    }
  TreeBuilder builder(name);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) fail({name}, "is empty", "a configuration is a map of keys; see `bitline schema`");
    TreeBuilder second(name);
    if (parser.HandleNextDocument(second) && second.root.kind != Value::Kind::null) fail(second.root.origin, "a second document begins", "keep one document to a file");
  } catch (const YAML::Exception& e) {
    fail({name, e.mark.line + 1, e.mark.column + 1}, "is not YAML: " + e.msg);
  }
  if (!builder.duplicates.empty()) throw ConfigError(builder.duplicates);
  return builder.root;
}

Override parse_override(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    fail({"--set " + std::string(text)}, "is not of the form KEY=VALUE", "for example --set adc.bits=6");
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Value load_config(const fs::path& file, const std::vector<Override>& overrides, const ConfigPath& where) {
  std::vector<fs::path> chain;
  Value root = load_file(file, where, chain);
  if (!root.is_map()) fail({file.string()}, root.kind == Value::Kind::null ? "is empty" : "is not a map of keys", "a configuration is a map of keys; see `bitline schema`");
  for (const auto& o : overrides) {
    const std::string name = "--set " + o.path + "=" + o.value;
    Value value = o.value.empty() ? Value::scalar("", {name, 0, 0}) : parse_yaml(o.value, name);
    set_path(root, o.path, std::move(value));
  }
  resolve_bases(root, "", where, chain);
  return root;
}

fs::path find_config(const Value& name, std::string_view key, const ConfigPath& where) {
  if (!name.is_scalar() || name.text.empty()) fail(name.origin, "expected the name or path of a configuration file");
  const fs::path given = name.text;
  std::vector<fs::path> tried;
  const auto exists = [&](const fs::path& p) {
    std::error_code ec;
    tried.push_back(p);
    return fs::is_regular_file(p, ec);
  };
  const fs::path beside = fs::path(name.origin.file).parent_path();
  if (given.is_absolute() ? exists(given) : exists(beside / given)) return tried.back();
  const fs::path file_name = given.extension() == ".yaml" ? given : fs::path(given.string() + ".yaml");
  for (const auto& root : where.roots) {
    if (!key.empty() && exists(root / key / file_name)) return tried.back();
    if (exists(root / file_name)) return tried.back();
    std::error_code ec;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(root, ec))
      if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const auto& folder : folders) {
      std::error_code e2;
      if (fs::is_regular_file(folder / file_name, e2)) return folder / file_name;
    }
  }
  std::string places;
  for (const auto& p : tried) places += (places.empty() ? "" : ", ") + p.string();
  fail(name.origin, "no configuration '" + name.text + "' was found", "looked for " + places);
}

void set_path(Value& root, std::string_view path, Value value) {
  Value* at = &root;
  const auto parts = split_path(path);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) fail(value.origin, "the key path '" + std::string(path) + "' has an empty part");
    if (at->is_list()) {
      std::size_t index = 0;
      for (char c : parts[i]) index = c >= '0' && c <= '9' && index < 1000000 ? index * 10 + (c - '0') : 1000000;
      if (index >= at->items.size()) fail(value.origin, "'" + parts[i] + "' is not an index of a list of " + std::to_string(at->items.size()));
      at = &at->items[index];
    } else {
      if (!at->is_map()) *at = merged(std::move(*at), Value::map(value.origin));
      if (!at->find(parts[i])) at->set(parts[i], Value{}, value.origin);
      at = at->find(parts[i]);
    }
  }
  *at = merged(std::move(*at), value);
}

Value expand_dotted(const Value& value) {
  if (!value.is_map()) return value;
  Value out = Value::map(value.origin);
  for (const auto& e : value.entries) {
    Value inner = expand_dotted(e.value);
    if (e.key.find('.') == std::string::npos && !out.find(e.key))
      out.set(e.key, std::move(inner), e.origin);
    else
      set_path(out, e.key, std::move(inner));
  }
  return out;
}

}  // namespace bitline
