// SPDX-License-Identifier: Apache-2.0
#include "base/value.h"

#include <algorithm>
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

Value merged(Value under, const Value& over) {
  if (!over.is_map() || (!under.is_map() && !under.is_scalar())) return over;
  // A quantity with its annotations ({value: 1 V, source: ...}) replaces whole: its parts belong together.
  if (over.find("value")) return over;
  if (under.is_scalar()) {
    if (over.find("base") || over.find("type")) return over;
    Value with_base = over;
    with_base.set("base", under);
    return with_base;
  }
  const Value *new_type = over.find("type"), *old_type = under.find("type");
  if (new_type && old_type && new_type->text != old_type->text) return over;
  for (const auto& e : over.entries) {
    Value* below = under.find(e.key);
    if (below)
      *below = merged(std::move(*below), e.value);
    else
      under.entries.push_back(e);
  }
  return under;
}

}  // namespace bitline
