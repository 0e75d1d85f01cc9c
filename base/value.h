// SPDX-License-Identifier: Apache-2.0
// A configuration text as a tree in which every node knows where it was written. No meaning yet: schema.h gives that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bitline {

struct Entry;

struct Value {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;     // scalar: as written, without quotes
  bool quoted = false;  // scalar: was in quotes, and is written back in quotes
  // Of a scalar under the key `base`: "device: pcm" overlaid by a map became {base: pcm, ...}. Whether pcm names a file
  // or a type is for the reader to decide; a `base` that was written is a file.
  bool shorthand = false;
  std::vector<Value> items;    // list
  std::vector<Entry> entries;  // map, in the order written
  Origin origin;

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }

  // The value at `key` of a map, or null.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  void set(std::string_view key, Value value, const Origin& key_origin = {});
  bool erase(std::string_view key);

  static Value scalar(std::string text, Origin origin = {});
  static Value map(Origin origin = {});
};

struct Entry {
  std::string key;
  Origin origin;
  Value value;
};

// What stands at a path of keys ("adc.bits") and of places in lists, the first being 0 ("layers.0.kernel"); null:
// nothing does. The path "" is the tree itself.
const Value* value_at(const Value& tree, std::string_view path);

// {value: X, source: ..., assumed: ...}: a value with what is said about it.
bool is_annotated(const Value& v);

// `over` on top of `under`: maps merge key by key, anything else replaces, and so does an annotated value. A map whose
// `type` differs from the one below replaces it whole, so that no key of the old type is left. A map over a scalar
// keeps the scalar as `base` ("device: pcm" overlaid by "device: {g_max: 20 uS}"), a shorthand that open_named()
// expands; a map with a `type` or `base` of its own replaces the scalar.
Value merged(Value under, const Value& over);

}  // namespace bitline
