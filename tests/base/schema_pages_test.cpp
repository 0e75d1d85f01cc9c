// SPDX-License-Identifier: Apache-2.0
// The schema as a table and as JSON Schema.
#include "base/schema_pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/base/example_config.h"
#include "tests/base/helpers.h"

namespace bitline::schema_pages_test {
using namespace bitline::test;
using Json = nlohmann::json;

namespace {

const auto visit = [](Visitor& v) {
  Example c;
  fields(v, c);
};
const SchemaRow& row(const std::vector<SchemaRow>& rows, const std::string& path) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const SchemaRow& r) { return r.path == path; });
  CAPTURE(path);
  REQUIRE(at != rows.end());
  return *at;
}

}  // namespace

TEST_CASE("the table lists every key once, alternatives in brackets") {
  const auto rows = schema_rows(visit);
  std::vector<std::string> paths;
  for (const auto& r : rows) paths.push_back(r.path);
  const std::vector<std::string> expected = {"name",
                                             "on",
                                             "count",
                                             "seed",
                                             "gain",
                                             "share",
                                             "current",
                                             "delay",
                                             "colour",
                                             "point",
                                             "point.x",
                                             "point.y",
                                             "shape",
                                             "shape[plain]",
                                             "shape[round]",
                                             "shape[round].radius",
                                             "shape[round].bits",
                                             "shape[framed]",
                                             "shape[framed].inner",
                                             "shape[framed].inner[plain]",
                                             "shape[framed].inner[round]",
                                             "shape[framed].inner[round].radius",
                                             "shape[framed].inner[round].bits",
                                             "limit",
                                             "area",
                                             "levels",
                                             "points",
                                             "points.x",
                                             "points.y",
                                             "named",
                                             "named.NAME",
                                             "named.NAME.x",
                                             "named.NAME.y",
                                             "free"};
  CHECK(paths == expected);
  CHECK(row(rows, "delay").range == "> 0, <= 1 s");
  CHECK(row(rows, "delay").fallback == "1 ns");
  CHECK(row(rows, "delay").unit == "s");
  CHECK(row(rows, "delay").source == "a book");
  CHECK(row(rows, "count").range == "1 .. 100");
  CHECK(row(rows, "colour").type == "red | green | dark-blue");
  CHECK(row(rows, "colour").fallback == "green");
  CHECK(row(rows, "limit").fallback == "all");
  CHECK(row(rows, "area").fallback == "unset");
  CHECK(row(rows, "point.x").fallback == "required");
  CHECK(row(rows, "shape").type == "type: plain | round | framed");
  CHECK(row(rows, "levels").fallback == "[]");
}

TEST_CASE("Markdown: one row each, seven cells, bars escaped") {
  const auto rows = schema_rows(visit);
  const std::string page = schema_markdown(rows);
  CHECK(static_cast<std::size_t>(std::count(page.begin(), page.end(), '\n')) == rows.size() + 2);
  std::size_t begin = 0;
  while (begin < page.size()) {
    const auto end = page.find('\n', begin);
    int bars = 0;
    for (auto i = begin; i < end; ++i) bars += page[i] == '|' && (i == begin || page[i - 1] != '\\');
    CAPTURE(page.substr(begin, end - begin));
    CHECK(bars == 8);
    begin = end + 1;
  }
}

namespace {

// The schema with every reference in its place, what stands beside it kept.
Json resolved(const Json& node, const Json& defs) {
  if (!node.is_structured()) return node;
  Json out = node;
  if (node.is_object() && node.contains("$ref")) {
    const std::string name = node["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    REQUIRE(defs.contains(name));
    out = defs[name];
    for (const auto& [key, value] : node.items())
      if (key != "$ref") out[key] = value;
    return resolved(out, defs);
  }
  for (auto& child : out) child = resolved(child, defs);
  return out;
}

}  // namespace

TEST_CASE("JSON Schema has the same keys") {
  const Json written = Json::parse(json_schema(visit, "Example"));
  Json j = resolved(written, written["$defs"]);
  j.erase("$defs");
  CHECK(j["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(j["title"] == "Example");
  CHECK(j["type"] == "object");
  CHECK(j["additionalProperties"] == false);
  std::set<std::string> keys;
  for (const auto& [key, _] : j["properties"].items()) keys.insert(key);
  CHECK(keys == std::set<std::string>{"base", "name", "on", "count", "seed", "gain", "share", "current", "delay",
                                      "colour", "point", "shape", "limit", "area", "levels", "points", "named",
                                      "free"});
  for (const auto& [key, property] : j["properties"].items()) CHECK_MESSAGE(property.contains("description"), key);
  const Json& count = j["properties"]["count"];
  CHECK(count["default"] == 3);
  CHECK(count["anyOf"][0] == Json{{"type", "integer"}, {"minimum", 1}, {"maximum", 100}});
  CHECK(count["anyOf"][1]["properties"]["value"] == count["anyOf"][0]);
  CHECK(j["properties"]["seed"]["anyOf"][0]["maximum"] == 4294967295);
  CHECK(j["properties"]["delay"]["anyOf"][0]["type"] == "string");
  CHECK(j["properties"]["colour"]["anyOf"][0]["enum"] == Json{"red", "green", "dark-blue"});
  CHECK(j["properties"]["limit"]["default"] == "all");
  const Json& shape = j["properties"]["shape"]["anyOf"];
  REQUIRE(shape.size() == 4);
  CHECK(shape[1]["properties"]["type"]["const"] == "round");
  CHECK(shape[1]["properties"].contains("radius"));
  CHECK(shape[2]["properties"]["inner"]["anyOf"][2]["enum"] == Json{"plain", "round"});
  CHECK(j["properties"]["points"]["anyOf"][0]["items"]["properties"].contains("y"));
  CHECK(j["properties"]["named"]["additionalProperties"]["properties"].contains("y"));
}

TEST_CASE("JSON Schema says once what several keys share, and nothing else apart") {
  const std::string text = json_schema(visit, "Example");
  const Json j = Json::parse(text);
  const auto uses = [&](const std::string& name) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find("\"#/$defs/" + name + "\"", at)) != std::string::npos; ++at) ++n;
    return n;
  };
  for (const auto& [name, schema] : j["$defs"].items()) CHECK_MESSAGE(uses(name) > 1, name);
  CHECK(uses("point") == 4);  // point; points, plain and with a source; named
  CHECK(j["$defs"]["point"]["properties"].contains("x"));
  CHECK(j["properties"]["points"]["anyOf"][0]["items"] == Json{{"$ref", "#/$defs/point"}});
  CHECK(j["properties"]["count"]["anyOf"][0]["maximum"] == 100);  // of one key only
}

TEST_CASE("required keys may come from a base") {
  const Json j = Json::parse(json_schema(
      [](Visitor& v) {
        Point c;
        fields(v, c);
      },
      "Point"));
  CHECK(j["anyOf"] == Json{{{"required", {"base"}}}, {{"required", {"x"}}}});
  CHECK_FALSE(j.contains("required"));
}

}  // namespace bitline::schema_pages_test
