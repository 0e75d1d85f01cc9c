// SPDX-License-Identifier: Apache-2.0
// Configs made of several texts: `base:`, short names and --set.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/files.h"
#include "base/yaml.h"

namespace bitline {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view override_name = "--set ";

// Reads files with their bases. `chain` holds the files being read, each named by the one before.
class Loader {
 public:
  explicit Loader(const ConfigPath& where) : where_(where) {}

  // One file on top of its own top-level base. Nested bases stay: only when everything is merged is it known whether
  // they are overridden.
  Value file(const fs::path& file) {
    Value v = where_.files ? *where_.files->tree(file, parsed_file) : parsed_file(file);
    if (const auto name = taken_base(v)) {
      const Chained base(*this, *name, "");
      v = overlaid(this->file(base.file()), v);
    }
    return v;
  }

  // `over` on top of `under`, whose bases are merged where `over` asks for a type: only then is it known if it changes.
  Value overlaid(Value under, const Value& over) {
    settle(under, over, "");
    return merged(std::move(under), over);
  }

  // Merges below every map what its `base:` names, outermost first.
  void resolve(Value& v, std::string_view key) {
    if (const auto name = taken_base(v)) {
      const Chained base(*this, *name, key);
      v = overlaid(file(base.file()), v);
      resolve_children(v, key);
    } else {
      resolve_children(v, key);
    }
  }

 private:
  static Value parsed_file(const fs::path& file) {
    std::string text;
    try {
      text = read_file(file, max_config_bytes);
    } catch (const InputError& e) {
      refuse_at(Origin(), e.what());
    }
    Value v = parse_yaml(text, file.string());
    if (!v.is_map())
      refuse_at({file.string()}, v.kind == Value::Kind::null ? "is empty" : "is not a map of keys",
                "a configuration is a map of keys; see `bitline schema`");
    return v;
  }

  // Finds a base and keeps it in the chain while it is read.
  class Chained {
   public:
    Chained(Loader& loader, const Value& name, std::string_view key)
        : file_(find_config(name, key, loader.where_)), chain_(loader.chain_) {
      std::error_code ec;
      fs::path canonical = fs::weakly_canonical(file_, ec);
      if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end())
        refuse_at(name.origin, fmt::format("{} is its own base, directly or through others", file_.string()),
                  "break the circle of base: keys");
      chain_.push_back(std::move(canonical));
    }
    ~Chained() { chain_.pop_back(); }
    Chained(const Chained&) = delete;
    Chained& operator=(const Chained&) = delete;
    const fs::path& file() const { return file_; }

   private:
    fs::path file_;
    std::vector<fs::path>& chain_;
  };

  // The `base:` of a map, taken out of it. A shorthand stays for the reader, who knows whether it is a type.
  static std::optional<Value> taken_base(Value& v) {
    const Value* base = v.is_map() ? v.find("base") : nullptr;
    if (!base || base->shorthand) return std::nullopt;
    Value name = *base;
    v.erase("base");
    return name;
  }

  void resolve_children(Value& v, std::string_view key) {
    for (auto& e : v.entries) resolve(e.value, e.key);
    for (auto& item : v.items) resolve(item, key);
  }

  void settle(Value& under, const Value& over, std::string_view key) {
    if (!over.is_map()) return;
    if (over.find("type") && !over.find("base"))
      if (const auto name = taken_base(under)) {
        const Chained base(*this, *name, key);
        under = overlaid(file(base.file()), under);
      }
    for (const auto& e : over.entries)
      if (Value* below = under.find(e.key)) settle(*below, e.value, e.key);
  }

  const ConfigPath& where_;
  std::vector<fs::path> chain_;
};

// "a.b"; a part that has dots itself stands in quotes: a."b.c".d.
std::vector<std::string> split_path(std::string_view path, const Origin& where) {
  std::vector<std::string> parts(1);
  char quote = 0;
  for (char c : path)
    if (quote ? c == quote : (c == '"' || c == '\'') && parts.back().empty())
      quote = quote ? 0 : c;
    else if (c == '.' && !quote)
      parts.emplace_back();
    else
      parts.back() += c;
  if (quote) refuse_at(where, fmt::format("the key path '{}' has no closing {}", path, quote));
  for (const auto& part : parts)
    if (part.empty()) refuse_at(where, fmt::format("the key path '{}' has an empty part", path));
  return parts;
}

using Overlay = std::function<Value(Value, const Value&)>;

// Lays {parts[0]: {parts[1]: ... value}} over `at`; an index of a list on the way goes on within that item.
void overlay_path(Value& at, std::span<const std::string> parts, Value value, const Overlay& overlay) {
  Value* below = &at;
  for (std::size_t i = 0; i < parts.size() && below; ++i) {
    if (!below->is_list()) {
      below = below->find(parts[i]);
      continue;
    }
    std::size_t index = 0;
    for (char c : parts[i])
      index = c >= '0' && c <= '9' ? std::min<std::size_t>(index * 10 + (c - '0'), below->items.size())
                                   : below->items.size();
    if (index >= below->items.size())
      refuse_at(value.origin, fmt::format("'{}' is not an index of a list of {}", parts[i], below->items.size()),
                "the first item is 0");
    overlay_path(below->items[index], parts.subspan(i + 1), std::move(value), overlay);
    return;
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    Value outer = Value::map(value.origin);
    outer.set(*part, std::move(value));
    value = std::move(outer);
  }
  at = overlay(std::move(at), value);
}

// Gives a whole tree one origin.
void written_in(Value& v, const Origin& origin) {
  v.origin = origin;
  for (auto& e : v.entries) e.origin = origin, written_in(e.value, origin);
  for (auto& item : v.items) written_in(item, origin);
}

}  // namespace

Override parse_override(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    refuse_at({fmt::format("{}{}", override_name, text)}, "is not of the form KEY=VALUE",
              "for example --set adc.bits=6");
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

namespace {

// Whether YAML reads this as the plain text it is: letters, digits and what numbers and names are made of, none of the
// words for nothing. Parsers are slow, and sweeps set many such values.
bool is_plain(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (text.empty() || !letter(text.front()) || text.back() == ' ') return false;
  for (const std::string_view nothing : {"null", "Null", "NULL"})
    if (text == nothing) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || std::string_view(" .+-_%/").find(c) != std::string_view::npos;
  });
}

}  // namespace

Setting parsed(const Override& o) {
  const Origin origin{fmt::format("{}{}={}", override_name, o.path, o.value)};
  Value value = o.value.empty() || is_plain(o.value) ? Value::scalar(o.value) : parse_yaml(o.value, origin.file);
  written_in(value, origin);
  return {split_path(o.path, origin), std::move(value)};
}

Value open_config(const fs::path& file, const ConfigPath& where) { return Loader(where).file(file); }

void apply(Value& tree, const Setting& setting, const ConfigPath& where) {
  Loader loader(where);
  overlay_path(tree, setting.path, setting.value,
               [&](Value under, const Value& over) { return loader.overlaid(std::move(under), over); });
}

Value load_config(const fs::path& file, const std::vector<Override>& overrides, const ConfigPath& where) {
  Value root = open_config(file, where);
  for (const auto& o : overrides) apply(root, parsed(o), where);
  resolve_bases(root, where);
  return root;
}

void resolve_bases(Value& tree, const ConfigPath& where) { Loader(where).resolve(tree, ""); }

fs::path folder_of(const Origin& written) {
  return written.file.starts_with(override_name) ? fs::path() : fs::path(written.file.str()).parent_path();
}

void set_path(Value& root, std::string_view path, Value value) {
  const auto parts = split_path(path, value.origin);
  overlay_path(root, parts, std::move(value), merged);
}

namespace {

// Adds what `over` says; two texts for one value are an error.
void add_apart(Value& under, Value over, const std::string& path) {
  if (!under.is_map() || !over.is_map())
    refuse_at(over.origin, fmt::format("'{}' is given twice; first in line {}", path, under.origin.line),
              "keep one of them");
  for (auto& e : over.entries)
    if (Value* below = under.find(e.key))
      add_apart(*below, std::move(e.value), path + "." + e.key);
    else
      under.entries.push_back(std::move(e));
}

}  // namespace

Value expand_dotted(const Value& value) {
  if (!value.is_map()) return value;
  Value out = Value::map(value.origin);
  for (const auto& e : value.entries) {
    Value inner = expand_dotted(e.value);
    const auto parts = split_path(e.key, e.origin);
    for (std::size_t i = parts.size(); i-- > 1;) {
      Value outer = Value::map(e.origin);
      outer.set(parts[i], std::move(inner), e.origin);
      inner = std::move(outer);
    }
    if (Value* below = out.find(parts[0]))
      add_apart(*below, std::move(inner), parts[0]);
    else
      out.set(parts[0], std::move(inner), e.origin);
  }
  return out;
}

}  // namespace bitline
