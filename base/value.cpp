// SPDX-License-Identifier: Apache-2.0
#include "base/value.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bitline {

const Value* Value::find(std::string_view key) const {
  for (const auto& e : entries)
    if (e.key == key) return &e.value;
  return nullptr;
}
Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void Value::set(std::string_view key, Value value, const Origin& key_origin) {
  kind = Kind::map;
  for (auto& e : entries)
    if (e.key == key) {
      e.value = std::move(value);
      return;
    }
  const Origin where = key_origin.file.empty() ? value.origin : key_origin;
  entries.push_back({std::string(key), where, std::move(value)});
}

bool Value::erase(std::string_view key) {
  return std::erase_if(entries, [&](const Entry& e) { return e.key == key; }) > 0;
}

Value Value::scalar(std::string text, Origin origin) {
  Value v;
  v.kind = Kind::scalar;
  v.text = std::move(text);
  v.origin = std::move(origin);
  return v;
}

Value Value::map(Origin origin) {
  Value v;
  v.kind = Kind::map;
  v.origin = std::move(origin);
  return v;
}

namespace {

// Null where `place` is no number in decimal digits, or beyond the list.
const Value* item_at(const Value& list, std::string_view place) {
  std::size_t i = 0;
  const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), i);
  const bool whole = error == std::errc{} && end == place.data() + place.size();
  return whole && i < list.items.size() ? &list.items[i] : nullptr;
}

}  // namespace

const Value* value_at(const Value& tree, std::string_view path) {
  const Value* node = &tree;
  for (std::size_t from = 0; node && !path.empty() && from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const std::string_view part = path.substr(from, dot - from);
    node = node->is_list() ? item_at(*node, part) : node->find(part);
    from = dot + 1;
  }
  return node;
}

bool is_annotated(const Value& v) {
  const Value* inner = v.is_map() ? v.find("value") : nullptr;
  return inner && !inner->is_map();  // a map there: something of that name, such as a layer
}

namespace {

// The word that says which type a map is, as far as it is known without the schema.
const Value* type_of(const Value& map) {
  if (const Value* type = map.find("type")) return type;
  const Value* base = map.find("base");
  return base && base->shorthand ? base : nullptr;
}

}  // namespace

Value merged(Value under, const Value& over) {
  if (!over.is_map() || is_annotated(over) || (!under.is_map() && !under.is_scalar())) return over;
  const Value* new_type = over.find("type");
  if (under.is_scalar()) {
    if (new_type || over.find("base")) return over;
    Value with_base = over;
    under.shorthand = true;
    with_base.set("base", std::move(under));
    return with_base;
  }
  if (const Value* old_type = type_of(under); new_type && old_type) {
    if (new_type->text != old_type->text) return over;
    if (old_type->shorthand) under.erase("base");  // `over` says the same as type
  }
  for (const auto& e : over.entries) {
    const auto below =
        std::find_if(under.entries.begin(), under.entries.end(), [&](const Entry& u) { return u.key == e.key; });
    if (below == under.entries.end()) {
      under.entries.push_back(e);
    } else {
      below->value = merged(std::move(below->value), e.value);
      below->origin = e.origin;
    }
  }
  return under;
}

}  // namespace bitline
