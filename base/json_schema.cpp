// SPDX-License-Identifier: Apache-2.0
// The schema as a JSON Schema.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/schema_pages.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

// Descriptions that several keys share, under `$defs`. While the schema is built each stands for itself by a number.
class SharedSchemas {
 public:
  // A reference to this schema, which is named after the first key that has it.
  Json add(Json schema, std::string_view name) {
    const auto [at, fresh] = numbers_.emplace(schema.dump(), all_.size());
    if (fresh) all_.push_back({std::move(schema), free_name(name)});
    return {{"$ref", at->second}};
  }

  // Puts those that are used once in their place, and the others under `$defs`.
  void finish(Json& root) {
    count(root);
    place(root);
    for (Shared& s : all_)
      if (s.uses > 1) {
        place(s.schema);
        root["$defs"][s.name] = s.schema;
      }
  }

 private:
  struct Shared {
    Json schema;
    std::string name;
    int uses = 0;
  };

  std::string free_name(std::string_view wanted) {
    std::string name;
    for (const char c : wanted) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    const int n = ++names_[name];
    return n == 1 ? name : fmt::format("{}-{}", name, n);
  }

  static bool is_reference(const Json& node) { return node.is_object() && node.contains("$ref"); }

  // What a shared schema uses counts once, however often it is used itself.
  void count(const Json& node) {
    if (is_reference(node)) {
      Shared& s = all_[node["$ref"].get<std::size_t>()];
      if (++s.uses == 1) count(s.schema);
    } else if (node.is_structured()) {
      for (const Json& child : node) count(child);
    }
  }

  void place(Json& node) {
    if (is_reference(node)) {
      const Shared& s = all_[node["$ref"].get<std::size_t>()];
      if (s.uses > 1) {
        node["$ref"] = "#/$defs/" + s.name;
        return;
      }
      Json whole = s.schema;
      for (const auto& [key, value] : node.items())
        if (key != "$ref") whole[key] = value;
      node = std::move(whole);
    }
    if (node.is_structured())
      for (Json& child : node) place(child);
  }

  std::vector<Shared> all_;
  std::map<std::string, std::size_t> numbers_;  // by text
  std::map<std::string, int> names_;
};

// A file may leave to its `base:` whatever it likes, so nested keys are never required here; the reader decides.
class JsonSchemaBuilder : public Visitor {
 public:
  explicit JsonSchemaBuilder(SharedSchemas& shared) : shared_(shared) {}
  Json properties = Json::object(), required = Json::array();

  void boolean(const Field& f, bool& x) override { scalar(f, {{"type", "boolean"}}, x, "boolean"); }
  void integer(const Field& f, std::int64_t& x, std::int64_t lowest, std::int64_t highest) override {
    Field g = f;
    g.min = std::max(f.min, static_cast<double>(lowest));
    g.max = std::min(f.max, static_cast<double>(highest));
    scalar(f, limited(g, {{"type", "integer"}}), x, "integer");
  }
  void number(const Field& f, double& x) override {
    if (f.unit == Unit::none) {
      scalar(f, limited(f, {{"type", "number"}}), x, "number");
      return;
    }
    const Json type = f.unit == Unit::fraction ? Json::array({"string", "number"}) : Json("string");
    scalar(f, {{"type", type}, {"examples", Json::array({example(f.unit)})}}, format_quantity(x, f.unit),
           f.unit == Unit::fraction ? "fraction" : symbol(f.unit));
  }
  void text(const Field& f, std::string& x) override { scalar(f, {{"type", "string"}}, x, "text"); }
  void choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) override {
    scalar(f, {{"enum", names}}, names[i], f.key);
  }
  void optional(const Field& f, const OptionalRef& ref) override {
    const bool had = ref.has();
    if (!had) ref.set(true);
    ref.visit(*this);
    if (!had) ref.set(false);
    Json& inner = properties[f.key];
    const Json unset =
        shared_.add(annotated({{"const", *f.absent ? f.absent : "unset"}}), *f.absent ? f.absent : "unset");
    if (!had) inner.erase("default");
    inner.erase("description");
    inner = {{"anyOf", {inner, unset}}, {"description", f.meaning}};
    if (!had && *f.absent) inner["default"] = f.absent;
  }
  void record(const Field& f, const Visit& visit) override {
    const Json j = shared_.add(object_of(visit), f.key);
    const Json text{{"type", "string"}};
    put(f, f.library ? Json{{"anyOf", {j, text}}} : *f.scalar ? Json{{"anyOf", {j, annotated(text)}}} : j);
  }
  void variant(const Field& f, const VariantRef& ref) override {
    Json any = Json::array();
    const std::size_t chosen = ref.index();
    for (std::size_t i = 0; i < ref.types.size(); ++i) {
      if (i != chosen) ref.choose(i);
      Json j = object_of(ref.visit);
      j["properties"]["type"] = {{"const", ref.types[i]}, {"description", ref.about[i]}};
      any.push_back(shared_.add(std::move(j), fmt::format("{}-{}", f.key, ref.types[i])));
      if (i != chosen) ref.choose(chosen);
    }
    any.push_back(f.library ? Json{{"type", "string"}} : Json{{"enum", ref.types}});
    put(f, {{"anyOf", any}});
  }
  void list(const Field& f, const ListRef& ref) override {
    const std::size_t n = ref.size();
    if (n == 0) ref.resize(1);
    ref.visit(*this, 0);
    if (n == 0) ref.resize(0);
    Json items = properties[f.key];
    items.erase("default");
    items.erase("description");
    const Json list = annotated({{"type", "array"}, {"items", items}});
    put(f, f.single ? Json{{"anyOf", {items, list}}} : list);
  }
  void map(const Field& f, const MapRef& ref) override {
    JsonSchemaBuilder element(shared_);
    ref.visit(element, "NAME");
    Json any = element.properties[f.key];
    any.erase("description");
    put(f, {{"type", "object"}, {"additionalProperties", any}});
  }
  void raw(const Field& f, Value& x) override { put(f, {{"type", x.is_list() ? "array" : "object"}}); }

  Json object_of(const Visit& visit) {
    JsonSchemaBuilder inner(shared_);
    return inner.object(visit);
  }
  Json object(const Visit& visit) {
    properties["base"] = {{"type", "string"}, {"description", "file or shipped configuration merged below this map"}};
    visit(*this);
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  }

 private:
  static Json limited(const Field& f, Json j) {
    if (f.positive)
      j["exclusiveMinimum"] = 0;
    else if (std::isfinite(f.min))
      j["minimum"] = bound(f.min);
    if (std::isfinite(f.max)) j["maximum"] = bound(f.max);
    return j;
  }
  static Json bound(double x) {
    return x == std::floor(x) && std::abs(x) < 0x1p53 ? Json(static_cast<std::int64_t>(x)) : Json(x);
  }
  // Scalars and lists may also be written {value: X, source: ..., assumed: ...}.
  static Json annotated(const Json& plain) {
    const Json text{{"type", "string"}};
    const Json object{{"type", "object"},
                      {"required", Json::array({"value"})},
                      {"properties", {{"value", plain}, {"source", text}, {"assumed", text}}},
                      {"additionalProperties", false}};
    return {{"anyOf", {plain, object}}};
  }
  void scalar(const Field& f, const Json& plain, const Json& fallback, std::string_view name) {
    Json j = shared_.add(annotated(plain), name);
    if (!f.required) j["default"] = fallback;
    put(f, std::move(j));
  }
  void put(const Field& f, Json j) {
    j["description"] = f.meaning;
    properties[f.key] = std::move(j);
    if (f.required) required.push_back(f.key);
  }

  SharedSchemas& shared_;
};

}  // namespace

std::string json_schema(const std::function<void(Visitor&)>& visit, const std::string& title) {
  SharedSchemas shared;
  JsonSchemaBuilder top(shared);
  Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  out.update(top.object(visit));
  if (!top.required.empty()) {
    const Json based{{"required", Json::array({"base"})}}, whole{{"required", top.required}};
    out["anyOf"] = Json::array({based, whole});
  }
  shared.finish(out);
  return out.dump(2) + "\n";
}

}  // namespace bitline
