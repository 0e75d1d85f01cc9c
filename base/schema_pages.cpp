// SPDX-License-Identifier: Apache-2.0
#include "base/schema_pages.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

std::string range_text(const Field& f) {
  const bool low = std::isfinite(f.min), high = std::isfinite(f.max);
  const auto q = [&](double v) { return format_quantity(v, f.unit); };
  if (f.positive) return high ? "> 0, <= " + q(f.max) : "> 0";
  if (low && high) return q(f.min) + " .. " + q(f.max);
  if (low) return ">= " + q(f.min);
  return high ? "<= " + q(f.max) : "";
}

std::string unit_text(const Field& f) { return f.unit == Unit::fraction ? "fraction or %" : std::string(symbol(f.unit)); }

class RowCollector : public Visitor {
 public:
  std::vector<SchemaRow> rows;

  void boolean(const Field& f, bool& x) override { add(f, "true or false", x ? "true" : "false"); }
  void integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) override { add(f, "whole number", std::to_string(x)); }
  void number(const Field& f, double& x) override { add(f, f.unit == Unit::none ? "number" : "quantity", format_quantity(x, f.unit)); }
  void text(const Field& f, std::string& x) override { add(f, "text", x); }
  void choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) override {
    std::string all;
    for (auto n : names) all += (all.empty() ? "" : " \\| ") + std::string(n);
    add(f, all, std::string(names[i]));
  }
  void optional(const Field& f, const OptionalRef& ref) override {
    const bool had = ref.has();
    if (!had) ref.set(true);
    const std::size_t first = rows.size();
    ref.visit(*this);
    if (rows.size() > first) {
      if (*f.absent) rows[first].type += std::string(" or ") + f.absent;
      if (!had) rows[first].fallback = *f.absent ? f.absent : "unset";
    }
    if (!had) ref.set(false);
  }
  void record(const Field& f, const Visit& visit) override {
    add(f, f.library ? "map, or the name of a shipped one" : "map", "");
    nested(here(f), visit);
  }
  void variant(const Field& f, const VariantRef& ref) override {
    std::string all;
    for (auto n : ref.types) all += (all.empty() ? "" : " \\| ") + std::string(n);
    const std::size_t chosen = ref.index();
    add(f, "type: " + all, std::string(ref.types[chosen]));
    // The chosen alternative's own values are the defaults worth showing; the others show theirs as built.
    for (std::size_t i = 0; i < ref.types.size(); ++i) {
      if (i != chosen) ref.choose(i);
      const std::string path = here(f) + "[" + std::string(ref.types[i]) + "]";
      rows.push_back({path, "", "", "", "", std::string(ref.about[i]), ""});
      nested(path, ref.visit);
      if (i != chosen) ref.choose(chosen);
    }
  }
  void list(const Field&, const ListRef& ref) override {
    const std::size_t n = ref.size(), first = rows.size();
    if (n == 0) ref.resize(1);
    ref.visit(*this, 0);
    if (n == 0) ref.resize(0);
    rows[first].type = "list of " + rows[first].type;
    rows[first].fallback = n == 0 ? "[]" : "";
  }
  void map(const Field& f, const MapRef&) override { add(f, "map by name", ""); }
  void raw(const Field& f, Value&) override { add(f, "map", ""); }

 private:
  std::string prefix_;
  std::string here(const Field& f) const { return prefix_.empty() ? f.key : prefix_ + "." + f.key; }
  void add(const Field& f, std::string type, std::string fallback) {
    rows.push_back({here(f), std::move(type), unit_text(f), range_text(f), f.required ? "required" : std::move(fallback), f.meaning, f.source});
  }
  void nested(const std::string& path, const Visit& visit) {
    const std::string outer = std::exchange(prefix_, path);
    visit(*this);
    prefix_ = outer;
  }
};

class JsonSchemaBuilder : public Visitor {
 public:
  Json properties = Json::object(), required = Json::array();

  void boolean(const Field& f, bool& x) override { put(f, {{"type", "boolean"}, {"default", x}}); }
  void integer(const Field& f, std::int64_t& x, std::int64_t, std::int64_t) override {
    Json j{{"type", "integer"}, {"default", x}};
    limits(f, j);
    put(f, annotated(j));
  }
  void number(const Field& f, double& x) override {
    if (f.unit == Unit::none) {
      Json j{{"type", "number"}, {"default", x}};
      limits(f, j);
      put(f, annotated(j));
    } else {
      Json j{{"type", f.unit == Unit::fraction ? Json{"string", "number"} : Json("string")}, {"default", format_quantity(x, f.unit)}, {"examples", Json::array({example(f.unit)})}};
      put(f, annotated(j));
    }
  }
  void text(const Field& f, std::string& x) override { put(f, annotated({{"type", "string"}, {"default", x}})); }
  void choice(const Field& f, std::size_t& i, std::span<const std::string_view> names) override { put(f, annotated({{"enum", names}, {"default", names[i]}})); }
  void optional(const Field& f, const OptionalRef& ref) override {
    const bool had = ref.has();
    if (!had) ref.set(true);
    ref.visit(*this);
    if (!had) ref.set(false);
    Json inner = properties[f.key];
    const std::string meaning = inner.value("description", "");
    properties[f.key] = {{"anyOf", {inner, {{"const", *f.absent ? f.absent : "unset"}}}}, {"description", meaning}};
  }
  void record(const Field& f, const Visit& visit) override {
    Json j = object_of(visit);
    put(f, f.library ? Json{{"anyOf", {j, {{"type", "string"}}}}} : j);
  }
  void variant(const Field& f, const VariantRef& ref) override {
    Json any = Json::array();
    const std::size_t chosen = ref.index();
    for (std::size_t i = 0; i < ref.types.size(); ++i) {
      if (i != chosen) ref.choose(i);
      Json j = object_of(ref.visit);
      j["properties"]["type"] = {{"const", ref.types[i]}, {"description", ref.about[i]}};
      j["required"].push_back("type");
      any.push_back(j);
      if (i != chosen) ref.choose(chosen);
    }
    any.push_back({{"type", "string"}});
    put(f, {{"anyOf", any}});
  }
  void list(const Field& f, const ListRef& ref) override {
    const std::size_t n = ref.size();
    if (n == 0) ref.resize(1);
    ref.visit(*this, 0);
    if (n == 0) ref.resize(0);
    Json inner = properties[f.key];
    put(f, {{"type", "array"}, {"items", inner}});
  }
  void map(const Field& f, const MapRef&) override { put(f, {{"type", "object"}}); }
  void raw(const Field& f, Value&) override { put(f, {{"type", "object"}}); }

 private:
  static void limits(const Field& f, Json& j) {
    if (f.positive) j["exclusiveMinimum"] = 0;
    else if (std::isfinite(f.min)) j["minimum"] = f.min;
    if (std::isfinite(f.max)) j["maximum"] = f.max;
  }
  // A scalar may also be written {value: X, source: ..., assumed: ...}.
  static Json annotated(Json scalar) {
    return {{"anyOf", {scalar, {{"type", "object"}, {"required", {"value"}}, {"properties", {{"value", scalar}, {"source", {{"type", "string"}}}, {"assumed", {{"type", "string"}}}}}}}}};
  }
  static Json object_of(const Visit& visit) {
    JsonSchemaBuilder inner;
    inner.properties["base"] = {{"type", "string"}, {"description", "file or shipped configuration merged below this map"}};
    visit(inner);
    return {{"type", "object"}, {"properties", inner.properties}, {"required", inner.required}, {"additionalProperties", false}};
  }
  void put(const Field& f, Json j) {
    j["description"] = f.meaning;
    properties[f.key] = std::move(j);
    if (f.required) required.push_back(f.key);
  }
  friend std::string bitline::json_schema(const std::function<void(Visitor&)>&, const std::string&);
};

}  // namespace

std::vector<SchemaRow> schema_rows(const std::function<void(Visitor&)>& visit) {
  RowCollector c;
  visit(c);
  return c.rows;
}

std::string json_schema(const std::function<void(Visitor&)>& visit, const std::string& title) {
  Json j = JsonSchemaBuilder::object_of(visit);
  Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  out.update(j);
  return out.dump(2) + "\n";
}

std::string schema_markdown(const std::vector<SchemaRow>& rows) {
  std::string out = "| key | type | unit | range | default | meaning | source |\n|---|---|---|---|---|---|---|\n";
  for (const auto& r : rows)
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", r.path, r.type, r.unit, r.range, r.fallback, r.meaning, r.source);
  return out;
}

}  // namespace bitline
