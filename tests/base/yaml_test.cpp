// SPDX-License-Identifier: Apache-2.0
// Strict YAML: what is read, where it stands, and what is refused.
#include "base/yaml.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>

#include "tests/base/helpers.h"

namespace bitline::yaml_test {
using namespace bitline::test;

namespace {

// The one diagnostic of a refused text.
Diagnostic refused(std::string_view text) {
  const auto all = diagnostics_of([&] { parse_yaml(text, "f.yaml"); });
  REQUIRE(all.size() == 1);
  CHECK(all[0].where.file == "f.yaml");
  return all[0];
}

void check_at(const Origin& where, int line, int column) {
  CHECK(where.line == line);
  CHECK(where.column == column);
}

}  // namespace

TEST_CASE("block style: every node knows its line and column") {
  const Value v = parse_yaml("# comment\na: 1\nadc:\n  bits: 8\n  names:\n    - x\n    -   y\n", "f.yaml");
  REQUIRE(v.is_map());
  REQUIRE(v.entries.size() == 2);
  CHECK(v.find("a")->text == "1");
  check_at(v.find("a")->origin, 2, 4);
  check_at(v.entries[1].origin, 3, 1);
  const Value& adc = *v.find("adc");
  check_at(adc.entries[0].origin, 4, 3);
  check_at(adc.find("bits")->origin, 4, 9);
  const Value& names = *adc.find("names");
  REQUIRE(names.is_list());
  check_at(names.items[0].origin, 6, 7);
  check_at(names.items[1].origin, 7, 9);
  CHECK(names.items[1].origin.file == "f.yaml");
}

TEST_CASE("flow style: every node knows its line and column") {
  const Value v = parse_yaml("a: {b: 1, c: [2,\n  30]}\n", "f.yaml");
  const Value& a = *v.find("a");
  check_at(a.origin, 1, 4);
  check_at(a.entries[0].origin, 1, 5);
  check_at(a.find("b")->origin, 1, 8);
  check_at(a.find("c")->origin, 1, 14);
  check_at(a.find("c")->items[0].origin, 1, 15);
  check_at(a.find("c")->items[1].origin, 2, 3);
  CHECK(a.find("c")->items[1].text == "30");
}

TEST_CASE("scalars keep their text; quotes are remembered") {
  const Value v = parse_yaml("a: 010\nb: \"8\"\nc: 'it''s'\nd: yes\ne: 80 uS\nf: ~\ng:\nh: \"\"\n", "f");
  CHECK(v.find("a")->text == "010");
  CHECK_FALSE(v.find("a")->quoted);
  CHECK(v.find("b")->text == "8");
  CHECK(v.find("b")->quoted);
  CHECK(v.find("c")->text == "it's");
  CHECK(v.find("d")->text == "yes");
  CHECK(v.find("e")->text == "80 uS");
  CHECK(v.find("f")->kind == Value::Kind::null);
  CHECK(v.find("g")->kind == Value::Kind::null);
  CHECK(v.find("h")->is_scalar());
}

TEST_CASE("Windows line ends and a byte order mark change nothing") {
  const Value v = parse_yaml("a: 1\r\nadc:\r\n  bits: 8\r\n", "f");
  CHECK(v.find("a")->text == "1");
  CHECK(v.find("adc")->find("bits")->text == "8");
  check_at(v.find("adc")->find("bits")->origin, 3, 9);
  CHECK(parse_yaml("\xef\xbb\xbf"
                   "a: 1\n",
                   "f")
            .find("a")
            ->text == "1");
}

TEST_CASE("duplicate keys: all of them, each with the line of the first") {
  const auto all = diagnostics_of([] { parse_yaml("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 2\n", "f.yaml"); });
  REQUIRE(all.size() == 2);
  CHECK(has(all[0].message, "'c' is given twice; first in line 3"));
  check_at(all[0].where, 5, 3);
  CHECK(has(all[1].message, "'a' is given twice; first in line 1"));
  check_at(all[1].where, 6, 1);
}

TEST_CASE("the first line of a duplicate is that of its key, not of its value") {
  CHECK(has(refused("a:\n  b: 1\na: 2\n").message, "first in line 1"));
}

TEST_CASE("duplicate keys in flow style") { check_at(refused("x: {a: 1, b: 2, a: 3}\n").where, 1, 17); }

TEST_CASE("anchors, aliases and tags are refused") {
  CHECK(has(refused("a: &x 3\n").message, "anchors"));
  CHECK(has(refused("a: &x\n").message, "anchors"));
  CHECK(has(refused("a: &x {b: 1}\n").message, "anchors"));
  CHECK(has(refused("a: &x [1]\nb: *x\n").message, "anchors"));
  CHECK(has(refused("a: *x\n").message, "anchor"));
  check_at(refused("b: 1\na: !!str 3\n").where, 2, 4);
  CHECK(has(refused("a: !!str 3\n").message, "tag"));
  CHECK(has(refused("!thing\na: 3\n").message, "!thing"));
  CHECK(has(refused("a: !!python/object:os.system x\n").message, "tag"));
}

TEST_CASE("deep nesting is refused quickly") {
  const auto start = std::chrono::steady_clock::now();
  for (const char* open : {"[", "{", "{a: ", "- ", "? ", "[{a: "}) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += open;
    CAPTURE(open);
    CHECK_FALSE(refused(text).message.empty());
  }
  std::string steps;
  for (int i = 0; i < 1000; ++i) steps += std::string(static_cast<std::size_t>(i), ' ') + "k:\n";
  CHECK(has(refused(steps).message, "64 levels"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("64 levels are read, 65 are not") {
  const auto nested = [](int levels) {
    std::string text = "a: ";
    for (int i = 1; i < levels; ++i) text += "{a: ";
    text += "1";
    return text + std::string(static_cast<std::size_t>(levels - 1), '}');
  };
  CHECK(diagnostics_of([&] { parse_yaml(nested(64), "f"); }).empty());
  CHECK(has(refused(nested(65)).message, "nested deeper than 64 levels"));
  CHECK(diagnostics_of([] { parse_yaml(fmt::format("a: {:[>63}{:]>63}", "", ""), "f"); }).empty());
}

TEST_CASE("many keys take time in proportion") {
  std::string text;
  for (int i = 0; i < 60000; ++i) text += fmt::format("k{}: 1\n", i);
  const auto start = std::chrono::steady_clock::now();
  CHECK(parse_yaml(text, "f").entries.size() == 60000);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("what is not text is refused with its place") {
  using namespace std::string_view_literals;
  check_at(refused("a: 1\nb: \x00\n"sv).where, 2, 4);
  check_at(refused("a: 1\nbc: x\x01\n").where, 2, 6);
  CHECK(has(refused("a: \x80\n").message, "0x80"));
  CHECK(has(refused("a: 5 \xb5S\n").message, "UTF-8"));                // Latin-1 micro
  CHECK(has(refused("\xff\xfe\x61\x00\x3a\x00"sv).message, "UTF-8"));  // UTF-16
  CHECK(has(refused("a: \xc0\xaf\n").message, "UTF-8"));               // overlong slash
  CHECK(has(refused("a: \xed\xa0\x80\n").message, "UTF-8"));           // surrogate
  CHECK(has(refused("a: \xf4\x90\x80\x80\n").message, "UTF-8"));       // beyond U+10FFFF
  CHECK(has(refused("a: \xe2\x82").message, "UTF-8"));                 // cut off
  CHECK(parse_yaml("a: 5 \xc2\xb5S \xe2\x82\xac \xf0\x9f\x98\x80\n", "f").find("a")->text ==
        "5 \xc2\xb5S \xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(has(refused(std::string(max_config_bytes + 1, '#')).message, "1048577 bytes"));
}

TEST_CASE("empty texts and second documents") {
  CHECK(has(refused("").message, "is empty"));
  CHECK(has(refused("# only a comment\n").message, "is empty"));
  CHECK(has(refused("a: 1\n---\nb: 2\n").message, "second document"));
  CHECK(has(refused("a: 1\n---\n---\nb: 2\n").message, "second document"));
  CHECK(has(refused("[a, b] c\n").message, "second document"));
  CHECK(parse_yaml("---\na: 1\n...\n", "f").find("a")->text == "1");
}

TEST_CASE("broken YAML names the place") {
  check_at(refused("a: 1\nb: [1, 2\n").where, 3, 1);
  CHECK(refused("a: b: c\n").where.line == 1);
  for (const char* text : {"a:\n\tb: 1\n", "a: 1\n\tb: {c: 1}\n", "a: 1\n  \tb: 2\n"}) {
    CAPTURE(text);
    CHECK(refused(text).where.line == 2);
    CHECK(has(refused(text).remedy, "indent with spaces"));
  }
  CHECK(refused("a: \"x\n").remedy.empty());
  CHECK(has(refused("a: \"x\n").message, "is not YAML"));
  CHECK(has(refused("a: \"x\nb: 1\n\n").message, "is not YAML"));
  CHECK(has(refused("a: 'x").message, "is not YAML"));
  CHECK(has(refused("{[1]: 2}\n").message, "key"));
  CHECK(has(refused("~: 2\n").message, "key"));
}

}  // namespace bitline::yaml_test
