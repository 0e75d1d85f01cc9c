// SPDX-License-Identifier: Apache-2.0
// Merging of config trees, and keys that are paths.
#include "base/value.h"

#include <doctest/doctest.h>

#include "base/config_writer.h"
#include "base/yaml.h"
#include "tests/base/helpers.h"

namespace bitline::value_test {
using namespace bitline::test;

namespace {

Value yaml(std::string_view text) { return parse_yaml(text, "test"); }
// The merge as text, to compare with what it should be.
std::string over(std::string_view under, std::string_view upper) { return to_yaml(merged(yaml(under), yaml(upper))); }

}  // namespace

TEST_CASE("maps merge key by key, anything else replaces") {
  CHECK(over("{a: 1, b: {c: 2, d: 3}}", "{b: {d: 4, e: 5}, f: 6}") ==
        to_yaml(yaml("{a: 1, b: {c: 2, d: 4, e: 5}, f: 6}")));
  CHECK(over("{a: [1, 2, 3]}", "{a: [4]}") == to_yaml(yaml("{a: [4]}")));
  CHECK(over("{a: {b: 1}}", "{a: 2}") == to_yaml(yaml("{a: 2}")));
  CHECK(over("{a: [1]}", "{a: {b: 1}}") == to_yaml(yaml("{a: {b: 1}}")));
}

TEST_CASE("a node whose type changes is replaced whole") {
  CHECK(over("{adc: {type: sar, bits: 8, mismatch: 1}}", "{adc: {type: ramp, clock: 2}}") ==
        to_yaml(yaml("{adc: {type: ramp, clock: 2}}")));
  CHECK(over("{adc: {type: sar, bits: 8}}", "{adc: {type: sar, shared_by: 4}}") ==
        to_yaml(yaml("{adc: {type: sar, bits: 8, shared_by: 4}}")));
  CHECK(over("{adc: {type: sar, bits: 8}}", "{adc: {bits: 6}}") == to_yaml(yaml("{adc: {type: sar, bits: 6}}")));
}

TEST_CASE("a map over a name keeps the name as its base") {
  const Value v = merged(yaml("{device: pcm}"), yaml("{device: {g_max: 20 uS}}"));
  REQUIRE(v.find("device")->find("base"));
  CHECK(v.find("device")->find("base")->text == "pcm");
  CHECK(v.find("device")->find("base")->shorthand);
  CHECK(over("{adc: sar}", "{adc: {type: ramp}}") == to_yaml(yaml("{adc: {type: ramp}}")));
  CHECK(over("{adc: a}", "{adc: {base: b, bits: 2}}") == to_yaml(yaml("{adc: {base: b, bits: 2}}")));
  // A name laid over, then given a type: the same word keeps the settings, another one drops them.
  const Value settings = merged(yaml("{adc: sar}"), yaml("{adc: {bits: 6}}"));
  CHECK(to_yaml(merged(settings, yaml("{adc: {type: sar}}"))) == to_yaml(yaml("{adc: {bits: 6, type: sar}}")));
  CHECK(to_yaml(merged(settings, yaml("{adc: {type: ramp}}"))) == to_yaml(yaml("{adc: {type: ramp}}")));
}

TEST_CASE("an annotated value replaces whole") {
  CHECK(over("{v: {value: 1, source: x}}", "{v: {value: 2}}") == to_yaml(yaml("{v: {value: 2}}")));
  CHECK(over("{v: 1}", "{v: {value: 2, source: y}}") == to_yaml(yaml("{v: {value: 2, source: y}}")));
  CHECK(over("{v: {value: 1, source: x}}", "{v: 3}") == to_yaml(yaml("{v: 3}")));
  // A layer may be called `value`: a map there is no annotation.
  CHECK(over("{layers: {value: {a: 1}, key: {b: 2}}}", "{layers: {value: {c: 3}}}") ==
        to_yaml(yaml("{layers: {value: {a: 1, c: 3}, key: {b: 2}}}")));
}

TEST_CASE("keys that are paths open up") {
  const auto expanded = [](std::string_view text) { return to_yaml(expand_dotted(yaml(text))); };
  CHECK(expanded("{adc.bits: 6}") == to_yaml(yaml("{adc: {bits: 6}}")));
  CHECK(expanded("{adc.bits: 6, adc: {shared_by: 2}}") == to_yaml(yaml("{adc: {bits: 6, shared_by: 2}}")));
  CHECK(expanded("{adc: {bits: 6}, adc.errors.offset: 2}") == to_yaml(yaml("{adc: {bits: 6, errors: {offset: 2}}}")));
  CHECK(expanded("{a: {b.c: 1}}") == to_yaml(yaml("{a: {b: {c: 1}}}")));
  const auto twice = diagnostics_of([&] { expanded("{adc.bits: 6,\n adc: {bits: 8}}"); });
  REQUIRE(twice.size() == 1);
  CHECK(has(twice[0].message, "'adc.bits' is given twice; first in line 1"));
  CHECK(twice[0].where.line == 2);
  CHECK(has(diagnostics_of([&] { expanded("{adc..bits: 6}"); }).at(0).message, "empty part"));
}

TEST_CASE("a path finds keys of maps and places of lists") {
  const Value tree = yaml("{a: {b: 1, list: [5, {c: 6}, [7, 8]]}, d: x}");
  const auto text = [&](const char* path) { return value_at(tree, path)->text; };
  CHECK(text("a.b") == "1");
  CHECK(text("a.list.0") == "5");
  CHECK(text("a.list.1.c") == "6");
  CHECK(text("a.list.2.1") == "8");
  CHECK(value_at(tree, "a.list")->is_list());
  CHECK(value_at(tree, "") == &tree);
  for (const char* path : {"b", "a.x", "a.", ".a", "a..b", "d.0", "a.b.c", "a.list.3", "a.list.-1", "a.list.+1",
                           "a.list.0x", "a.list.", "a.list.99999999999999999999"})
    CHECK_MESSAGE(value_at(tree, path) == nullptr, path);
}

TEST_CASE("set_path makes maps on the way and enters lists") {
  const auto set = [](std::string_view text, const char* path, std::string_view value) {
    Value root = yaml(text);
    set_path(root, path, yaml(value));
    return to_yaml(root);
  };
  CHECK(set("{a: 1}", "b.c.d", "2") == to_yaml(yaml("{a: 1, b: {c: {d: 2}}}")));
  CHECK(set("{a: [1, 2, 3]}", "a.1", "9") == to_yaml(yaml("{a: [1, 9, 3]}")));
  CHECK(set("{a: [{b: 1}, {b: 2}]}", "a.1.b", "9") == to_yaml(yaml("{a: [{b: 1}, {b: 9}]}")));
  CHECK(set("{adc: {type: sar, bits: 8}}", "adc.type", "ramp") == to_yaml(yaml("{adc: {type: ramp}}")));
  for (const char* path : {"a.3", "a.x", "a.-1", "a.99999999999999999999"})
    CHECK(has(diagnostics_of([&] { set("{a: [1, 2, 3]}", path, "9"); }).at(0).message, "not an index of a list of 3"));
  CHECK(has(diagnostics_of([&] { set("{a: 1}", "a..b", "9"); }).at(0).message, "empty part"));
}

}  // namespace bitline::value_test
