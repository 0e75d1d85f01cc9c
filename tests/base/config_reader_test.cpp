// SPDX-License-Identifier: Apache-2.0
// Reading structs: every kind of member, every diagnostic, annotations.
#include "base/config_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/nearest.h"
#include "tests/base/example_config.h"
#include "tests/base/helpers.h"

namespace bitline::config_reader_test {
using namespace bitline::test;

namespace {

Example read(std::string_view text, Annotations* notes = nullptr, const ConfigPath& where = {}) {
  ConfigReader reader(parse_yaml(text, "f.yaml"), where);
  Example c;
  reader.read(c);
  reader.finish();
  if (notes) *notes = reader.annotations();
  return c;
}
std::vector<Diagnostic> wrong(std::string_view text, const ConfigPath& where = {}) {
  return diagnostics_of([&] { read(text, nullptr, where); });
}
// The only diagnostic as "line:column path: message (remedy)".
std::string one(std::string_view text) {
  const auto all = wrong(text);
  CAPTURE(text);
  REQUIRE(all.size() == 1);
  return to_string(all[0]);
}

}  // namespace

TEST_CASE("every kind of member is read") {
  const Example c = read(R"(
name: a name
on: true
count: 7
seed: 4294967295
gain: -2.5
share: 12 %
current: 5 uA
delay: 3 ns
colour: dark-blue
point: {x: 1 um, y: 2 mm}
shape: {type: framed, inner: {type: round, radius: 4 nm, bits: 3}}
limit: 9
area: 2 um2
levels: [1 uS, 2 uS]
points: [{x: 1 m}, {x: 2 m, y: 3 m}]
named: {left: {x: 4 m}, right: {x: 5 m}}
free: {any: [thing]}
)");
  CHECK(c.name == "a name");
  CHECK(c.on);
  CHECK(c.count == 7);
  CHECK(c.seed == 4294967295u);
  CHECK(c.gain == -2.5);
  CHECK(c.share == 0.12);
  CHECK(c.current_A == 5e-6);
  CHECK(c.delay_s == 3e-9);
  CHECK(c.colour == Colour::dark_blue);
  CHECK(c.point.y_m == 2e-3);
  CHECK(std::get<Round>(std::get<Framed>(c.shape).inner).radius_m == 4e-9);
  CHECK(std::get<Round>(std::get<Framed>(c.shape).inner).bits == 3);
  CHECK(c.limit == 9);
  CHECK(c.area_m2 == 2e-12);
  CHECK(c.levels_S == std::vector<double>{1e-6, 2e-6});
  CHECK(c.points.at(1).x_m == 2);
  CHECK(c.points.at(1).y_m == 3);
  CHECK(c.named.at("right").x_m == 5);
  CHECK(c.free.find("any")->items[0].text == "thing");
}

TEST_CASE("keys left out keep their defaults") {
  const Example c = read("{name: x}");
  CHECK(c.count == 3);
  CHECK(c.colour == Colour::green);
  CHECK(std::get<Round>(c.shape).bits == 8);
  CHECK_FALSE(c.limit);
  CHECK(read("{limit: all}").limit == std::nullopt);
  CHECK(read("{area: unset}").area_m2 == std::nullopt);
  CHECK(read("{shape: plain}").shape.index() == 0);
}

TEST_CASE("wrong values: position, path, reason, remedy") {
  CHECK(one("name: x\ncount: 0\n") == "f.yaml:2:8: count: is '0' but must be from 1 to 100");
  CHECK(has(one("count: 101"), "from 1 to 100"));
  CHECK(has(one("count: 2.5"), "whole number"));
  CHECK(has(one("count: 1e1"), "whole number"));
  CHECK(has(one("count: 0x10"), "whole number"));
  CHECK(has(one("count: many"), "whole number"));
  CHECK(has(one("count: \"\""), "whole number"));
  CHECK(has(one("count: 99999999999999999999"), "too large"));
  CHECK(has(one("seed: -1"), "from 0 to 4294967295"));
  CHECK(has(one("seed: 4294967296"), "from 0 to 4294967295"));
  CHECK(has(one("on: yes"), "true or false"));
  CHECK(has(one("on: True"), "true or false"));
  CHECK(has(one("gain: 10.5"), "at most 10"));
  CHECK(has(one("gain: 3 V"), "pure number"));
  CHECK(has(one("gain: .nan"), "not a number"));
  CHECK(has(one("gain: inf"), "not a number"));
  CHECK(has(one("gain: 1e400"), "range"));
  CHECK(has(one("share: 101 %"), "from 0 to 1"));
  CHECK(has(one("current: 5"), "no unit"));
  CHECK(has(one("current: 5 V"), "'V'"));
  CHECK(has(one("current: -5 A"), "at least 0 A"));
  CHECK(has(one("delay: 0 s"), "greater than zero and at most 1 s"));
  CHECK(has(one("delay: 2 s"), "at most 1 s"));
  CHECK(has(one("colour: gren"), "red, green, dark-blue"));
  CHECK(has(one("colour: gren"), "did you mean 'green'?"));
  CHECK(has(one("name: [a]"), "a list where a text"));
  CHECK(has(one("point: 3"), "no configuration '3'"));
  CHECK(has(one("point: [1]"), "map of keys"));
  CHECK(has(one("levels: 3 uS"), "list"));
  CHECK(one("levels: [1 uS,\n -2 uS]") == "f.yaml:2:2: levels.1: is '-2 uS' but must be at least 0 S");
  CHECK(has(one("named: [1]"), "map"));
  CHECK(has(one("count:\nname: x"), "no value"));
  CHECK(has(one("levels: [1 uS, ~]"), "nothing"));
  CHECK(has(one("limit: some"), "whole number"));
}

TEST_CASE("numbers with a leading zero are refused, not read as octal") {
  for (const char* text : {"count: 010", "count: 007", "count: 00", "seed: 012", "count: -01"}) {
    CAPTURE(text);
    CHECK(has(one(text), "leading zero"));
  }
  CHECK(read("gain: 0").gain == 0);
}

TEST_CASE("unknown keys suggest the nearest one") {
  CHECK(one("name: x\ncuont: 4\n") == "f.yaml:2:1: cuont: unknown key 'cuont' (did you mean 'count'?)");
  CHECK(has(one("point: {x: 1 m, radius: 2 m}"), "known here: x, y"));
  CHECK(has(one("shape: {type: round, radius: 1 m, bit: 4}"), "did you mean 'bits'?"));
  CHECK(has(one("shape: {type: plain, bits: 4}"), "unknown key 'bits'"));
  const std::string huge(500000, 'x');
  CHECK(one(huge + ": 1").size() < 2 * huge.size());
}

TEST_CASE("nearest word") {
  const std::vector<std::string> known = {"rows", "columns", "topology", "active_rows"};
  CHECK(nearest("row", known) == "rows");
  CHECK(nearest("colmuns", known) == "columns");
  CHECK(nearest("topolgy", known) == "topology");
  CHECK(nearest("activ_row", known) == "active_rows");
  CHECK(nearest("temperature", known) == "");
  CHECK(nearest("rows", {}) == "");
  CHECK(nearest(std::string(100000, 'r'), known) == "");
  // Case alone is near, and of two spellings the one with more letters as written.
  CHECK(nearest("SAR", {"ideal", "sar", "flash"}) == "sar");
  CHECK(nearest("MOHM", {"mohm", "Mohm"}) == "Mohm");
  CHECK(did_you_mean("Rows", known) == "did you mean 'rows'?");
  CHECK(did_you_mean("temperature", known) == "");
}

TEST_CASE("missing keys are reported where the map begins") {
  CHECK(one("name: x\npoint:\n  y: 1 m\n") == "f.yaml:3:3: point.x: the key 'x' is missing: across (add \"x: ...\")");
  CHECK(has(one("shape: {type: round}"), "shape.radius: the key 'radius' is missing"));
  CHECK(has(one("shape: round"), "shape.radius: the key 'radius' is missing"));
  CHECK(has(one("shape: {type: framed, inner: round}"), "shape.inner.radius: the key 'radius' is missing"));
  CHECK(has(one("points: [{x: 1 m}, {y: 1 m}]"), "points.1.x: the key 'x' is missing"));
  CHECK(has(one("named: {left: {}}"), "named.left.x: the key 'x' is missing"));
}

TEST_CASE("types of a closed list") {
  CHECK(has(one("shape: {radius: 1 m}"), "needs the key 'type': one of plain, round, framed"));
  CHECK(has(one("shape: {type: rond, radius: 1 m}"), "did you mean 'round'?"));
  CHECK(has(one("shape: {type: [round]}"), "not one of plain, round, framed"));
  CHECK(has(one("shape: rond"), "not one of plain, round, framed"));
  CHECK(has(one("shape: rond"), "did you mean 'round'?"));
  CHECK(has(one("shape: {type: framed, inner: framed}"), "not one of plain, round"));
  CHECK(has(one("shape: [1]"), "a list where a map of keys"));
}

TEST_CASE("all diagnostics in one go, in the order of the text") {
  const auto all = wrong(
      "count: 0\nnmae: x\npoint: {y: 3}\nshape: {type: round, radius: -1 m, bits: 99}\nshare: 2\nlevels: [1, x]\n");
  std::vector<std::string> paths;
  for (const auto& d : all) paths.push_back(d.path);
  CHECK(paths == std::vector<std::string>{"count", "nmae", "point.x", "point.y", "shape.radius", "shape.bits", "share",
                                          "levels.0", "levels.1"});
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i - 1].where.line <= all[i].where.line);
  const std::string message = message_of<ConfigError>([] { read("count: 0\nnmae: x"); });
  CHECK(has(message, "f.yaml:1:8: count"));
  CHECK(has(message, "\nf.yaml:2:1: nmae"));
}

TEST_CASE("a long wrong value is shown in part") {
  CHECK(one("gain: " + std::string(100000, 'x')).size() < 300);
  CHECK(has(one("gain: " + std::string(59, 'x') + "\xc2\xb5\xc2\xb5"),
            std::string(59, 'x') + "...'"));  // no half characters
  CHECK_FALSE(has(one("gain: |\n  two\n  lines\n"), "two\nlines"));
}

TEST_CASE("annotations are recorded for every kind of value") {
  Annotations notes;
  const Example c = read(R"(
count: {value: 7, source: "Table 1"}
current: {value: 5000 nA, assumed: no source gives it}
colour: {value: red, source: eyes, assumed: taken over}
limit: {value: all, source: everyone}
area: {value: 2 um2, source: ruler}
levels: {value: [1 uS, {value: 2 uS, source: third}], source: Fig. 2}
shape: {type: round, radius: {value: 3 um, assumed: "guess"}}
)",
                         &notes);
  CHECK(c.count == 7);
  CHECK(c.current_A == 5e-6);
  CHECK(c.colour == Colour::red);
  CHECK_FALSE(c.limit);
  CHECK(c.area_m2 == 2e-12);
  CHECK(c.levels_S == std::vector<double>{1e-6, 2e-6});
  CHECK(notes.sources == std::map<std::string, std::string>{{"count", "Table 1"},
                                                            {"colour", "eyes"},
                                                            {"limit", "everyone"},
                                                            {"area", "ruler"},
                                                            {"levels", "Fig. 2"},
                                                            {"levels.1", "third"}});
  REQUIRE(notes.assumed.size() == 3);
  CHECK(notes.assumed[0].path == "current");
  CHECK(notes.assumed[0].value == "5 uA");  // however it was written
  CHECK(notes.assumed[0].reason == "no source gives it");
  CHECK(notes.assumed[1].path == "colour");
  CHECK(notes.assumed[2].path == "shape.radius");
  CHECK(notes.assumed[2].value == "3 um");
  CHECK(notes.origins.at("count").line == 2);
  CHECK(notes.origins.at("shape.type").line == 8);
  CHECK_FALSE(notes.origins.count("name"));
  CHECK(has(one("count: {value: 7, sorce: x}"), "unknown key 'sorce' beside 'value'"));
  CHECK(has(one("count: {value: 7, source: [x]}"), "count.source"));
  CHECK(has(one("count: {value: }"), "nothing"));
  CHECK(has(one("count: {source: x}"), "a map where a whole number"));
}

TEST_CASE("names of shipped files, alone and with keys laid over them") {
  const TemporaryFolder f;
  const ConfigPath where{{f.path}};
  f.file("point/home.yaml", "{x: 7 m, y: 8 m}");
  f.file("shape/ball.yaml", "{type: round, radius: 2 m, bits: 5}");
  f.file("shape/bad.yaml", "type: round\nradius: 2 m\nbtis: 5\n");
  f.file("plain.yaml", "{x: 1 m}");  // not the shape `plain`
  CHECK(read("point: home", nullptr, where).point.y_m == 8);
  CHECK(std::get<Round>(read("shape: ball", nullptr, where).shape).bits == 5);
  CHECK(read("shape: plain", nullptr, where).shape.index() == 0);
  const auto laid_over = [&](const char* under, const char* over) {
    ConfigReader reader(merged(parse_yaml(under, "u"), parse_yaml(over, "o")), where);
    Example c;
    reader.read(c);
    reader.finish();
    return c;
  };
  CHECK(std::get<Round>(laid_over("shape: ball", "shape: {bits: 6}").shape).radius_m == 2);
  CHECK(std::get<Round>(laid_over("shape: ball", "shape: {bits: 6}").shape).bits == 6);
  CHECK(std::get<Round>(laid_over("shape: round", "shape: {radius: 3 m}").shape).radius_m == 3);
  CHECK(laid_over("point: home", "point: {y: 1 m}").point.x_m == 7);
  // A mistake in the file is reported there.
  const auto all = wrong("shape: bad", where);
  REQUIRE(all.size() == 1);
  CHECK(has(all[0].where.file, "bad.yaml"));
  CHECK(all[0].where.line == 3);
  CHECK(has(all[0].remedy, "did you mean 'bits'?"));
  const auto absent = wrong("name: x\npoint: office", where);
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].where.line == 2);
  CHECK(has(absent[0].remedy, (f.path / "point/office.yaml").string()));
  CHECK(has(diagnostics_of([&] { laid_over("count: 8", "count: {bits: 3}"); }).at(0).message,
            "a map where a whole number"));
}

TEST_CASE("problems found by the caller stand at the nearest key written") {
  ConfigReader reader(parse_yaml("name: x\npoint:\n  x: 1 m\n", "f.yaml"), {});
  Example c;
  reader.read(c);
  CHECK(reader.clean());
  reader.problem("point.x", "a");
  reader.problem("point.y", "b");
  reader.problem("count", "c");
  CHECK_FALSE(reader.clean());
  CHECK_FALSE(reader.clean("point"));
  CHECK_FALSE(reader.clean("point.y"));
  CHECK(reader.clean("poin"));
  CHECK(reader.clean("point.x.z"));
  const auto all = diagnostics_of([&] { reader.finish(); });
  REQUIRE(all.size() == 3);
  CHECK(to_string(all[0]) == "f.yaml:1:1: count: c");
  CHECK(to_string(all[1]) == "f.yaml:3:3: point.y: b");
  CHECK(to_string(all[2]) == "f.yaml:3:6: point.x: a");
}

}  // namespace bitline::config_reader_test
