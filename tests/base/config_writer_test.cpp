// SPDX-License-Identifier: Apache-2.0
// Structs to YAML and back.
#include "base/config_writer.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/base/example_config.h"
#include "tests/base/helpers.h"

namespace bitline::config_writer_test {
using namespace bitline::test;

namespace {

std::string written(const Example& c, const Annotations* notes = nullptr) {
  return to_yaml(ConfigWriter::write(c), notes);
}
Example read(const std::string& text, Annotations* notes = nullptr) {
  INFO(text);
  ConfigReader reader(parse_yaml(text, "again.yaml"), {});
  Example c;
  reader.read(c);
  reader.finish();
  if (notes) *notes = reader.annotations();
  return c;
}

}  // namespace

TEST_CASE("what is written reads back to the same text") {
  Example c;
  CHECK(written(read(written(c))) == written(c));
  c.name = "x: \"y\" # z\n\t\x01\\ \xc2\xb5";
  c.on = true;
  c.count = 99;
  c.gain = -1.0 / 3;
  c.share = 0.1 + 0.2;
  c.current_A = 1e-6 / 3;
  c.colour = Colour::dark_blue;
  c.point = {1.0 / 7, -0.0};
  c.shape = Framed{Round{2e-9 / 3, 5}};
  c.limit = 4;
  c.area_m2 = 3.38e-12;
  c.levels_S = {0, 1e-6, 2e-6 / 3};
  c.points = {{1, 2}, {3, 4}};
  c.named = {{"a b", {1, 2}}, {"c: d", {3, 4}}, {"null", {5, 6}}, {"...", {7, 8}}, {"- x", {9, 1}}, {"\"", {2, 3}}};
  c.free = parse_yaml("{k: [1, {m: \"2\"}, []], n: {}, o: \"~\"}", "t");
  const Example d = read(written(c));
  CHECK(written(d) == written(c));
  CHECK(d.name == c.name);
  CHECK(d.gain == c.gain);
  CHECK(d.share == c.share);
  CHECK(d.current_A == c.current_A);
  CHECK(std::signbit(d.point.y_m));
  CHECK(std::get<Round>(std::get<Framed>(d.shape).inner).radius_m == 2e-9 / 3);
  CHECK(d.levels_S == c.levels_S);
  CHECK(d.points.size() == 2);
  CHECK(d.named.size() == 6);
  CHECK(d.named.at("...").y_m == 8);
  CHECK(d.free.find("o")->is_scalar());
}

TEST_CASE("optionals are written when unset, so that a default cannot creep in") {
  Example c;
  c.limit.reset();
  CHECK(has(written(c), "limit: all\n"));
  CHECK(has(written(c), "area: unset\n"));
}

TEST_CASE("texts that YAML would read otherwise are quoted") {
  for (const char* name : {"",    " x",  "x ",  "null", "~",  "true: false", "a #b",  "[a]", "{a}",   "a, b",
                           "- a", "? a", "&a",  "*a",   "!a", "|",           ">",     "'a'", "\"a\"", "%a",
                           "@a",  "`a",  "...", "---",  "a:", "a\nb",        "a\\nb", "\r",  "\x1b"}) {
    Example c;
    c.name = name;
    CHECK(read(written(c)).name == name);
    const Value free = [&] {
      Value v = Value::map();
      v.set(*name ? name : "k", Value::scalar(*name ? name : "v"));
      return v;
    }();
    c.free = free;
    const Value back = read(written(c)).free;
    CHECK(back.entries.at(0).key == free.entries[0].key);
    CHECK(back.entries[0].value.text == free.entries[0].value.text);
  }
}

TEST_CASE("with annotations: where each value came from, sources and assumptions kept") {
  Annotations notes;
  const Example c = read(R"(count: {value: 7, source: "says \"seven\""}
levels: {value: [1 uS, {value: 2 uS, assumed: why}], source: Fig. 2}
limit: {value: all, source: all of them}
points: [{x: {value: 3 m, source: map}}, {x: 4 m}]
shape: {type: round, radius: {value: 1 um, source: a, assumed: b}}
)",
                         &notes);
  const std::string text = written(c, &notes);
  const auto line = [&](const std::string& start) {
    const auto at = text.find(start);
    REQUIRE(at != std::string::npos);
    return text.substr(at, text.find('\n', at) - at);
  };
  CHECK(has(line("count:"), "{value: 7, source: \"says \\\"seven\\\"\"}"));
  CHECK(has(line("count:"), "# again.yaml:1"));
  CHECK(has(line("seed:"), "# default"));
  CHECK(has(line("  radius:"), "# again.yaml:5"));
  CHECK(has(line("limit:"), "{value: all, source: \"all of them\"}"));
  Annotations again;
  const Example d = read(text, &again);
  CHECK(written(d) == written(c));
  CHECK(again.sources == notes.sources);
  REQUIRE(again.assumed.size() == notes.assumed.size());
  for (std::size_t i = 0; i < again.assumed.size(); ++i) {
    CHECK(again.assumed[i].path == notes.assumed[i].path);
    CHECK(again.assumed[i].value == notes.assumed[i].value);
    CHECK(again.assumed[i].reason == notes.assumed[i].reason);
  }
}

TEST_CASE("an origin with a line break cannot break the comment") {
  Annotations notes;
  notes.origins["count"] = {"--set name=a\nb: c", 0, 0};
  Example c;
  CHECK(written(read(written(c, &notes))) == written(c));
}

}  // namespace bitline::config_writer_test
