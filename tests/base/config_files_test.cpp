// SPDX-License-Identifier: Apache-2.0
// Configs made of several files: `base:`, short names, --set.
#include <doctest/doctest.h>

#include "base/config_writer.h"
#include "base/yaml.h"
#include "tests/base/helpers.h"

namespace bitline::config_files_test {
using namespace bitline::test;
namespace fs = std::filesystem;

namespace {

struct Shipped : TemporaryFolder {
  ConfigPath where{{path / "configs"}};
  std::string loaded(const std::string& name, const std::vector<std::string>& sets = {}) const {
    std::vector<Override> overrides;
    for (const auto& s : sets) overrides.push_back(parse_override(s));
    return to_yaml(load_config(path / name, overrides, where));
  }
  std::vector<Diagnostic> wrong(const std::string& name, const std::vector<std::string>& sets = {}) const {
    return diagnostics_of([&] { loaded(name, sets); });
  }
};

std::string yaml(std::string_view text) { return to_yaml(parse_yaml(text, "expected")); }

}  // namespace

TEST_CASE("base: beside the file first, then short names by key, root and any folder") {
  Shipped s;
  s.file("configs/device/pcm.yaml", "{g: 1, h: 2}");
  s.file("configs/device/both.yaml", "{from: device}");
  s.file("configs/both.yaml", "{from: root}");
  s.file("configs/zoo/rare.yaml", "{from: zoo}");
  s.file("mine/own.yaml", "{from: mine}");
  s.file("mine/a.yaml", "{base: own.yaml, x: 1}");
  CHECK(s.loaded("mine/a.yaml") == yaml("{from: mine, x: 1}"));
  s.file("mine/b.yaml", "{device: {base: pcm, g: 3}}");
  CHECK(s.loaded("mine/b.yaml") == yaml("{device: {g: 3, h: 2}}"));
  s.file("mine/c.yaml", "{device: {base: both}, other: {base: both}, third: {base: rare}}");
  CHECK(s.loaded("mine/c.yaml") == yaml("{device: {from: device}, other: {from: root}, third: {from: zoo}}"));
  s.file("mine/d.yaml", "base: zoo/rare\n");
  CHECK(s.loaded("mine/d.yaml") == yaml("{from: zoo}"));
  s.file("mine/deep/e.yaml", "base: ../own.yaml\n");
  CHECK(s.loaded("mine/deep/e.yaml") == yaml("{from: mine}"));
  s.file("mine/f.yaml", "base: \"" + (s.path / "mine/own.yaml").string() + "\"\n");
  CHECK(s.loaded("mine/f.yaml") == yaml("{from: mine}"));
}

TEST_CASE("base: lenet is lenet.yaml beside the file, before a shipped one; never the file itself") {
  Shipped s;
  s.file("configs/lenet.yaml", "{from: shipped}");
  s.file("configs/device/pcm.yaml", "{from: shipped device}");
  s.file("configs/part/pcm.yaml", "{device: pcm, from: part}");
  s.file("mine/lenet.yaml", "{from: mine}");
  s.file("mine/a.yaml", "base: lenet\n");
  CHECK(s.loaded("mine/a.yaml") == yaml("{from: mine}"));
  s.file("other/lenet.yaml", "{base: lenet, x: 1}");
  CHECK(s.loaded("other/lenet.yaml") == yaml("{from: shipped, x: 1}"));
  // Of a part, the folder of its key comes first.
  s.file("mine/pcm.yaml", "{from: mine}");
  s.file("mine/b.yaml", "{device: {base: pcm}, array: {base: lenet}}");
  CHECK(s.loaded("mine/b.yaml") == yaml("{device: {from: shipped device}, array: {from: shipped}}"));
  s.file("mine/only.yaml", "{from: only here}");
  s.file("mine/c.yaml", "{device: {base: only}}");
  CHECK(s.loaded("mine/c.yaml") == yaml("{device: {from: only here}}"));
}

TEST_CASE("a part of a key path may stand in quotes") {
  Shipped s;
  s.file("a.yaml", "{layers: {f.0: {bits: 8}}}");
  CHECK(s.loaded("a.yaml", {"layers.\"f.0\".bits=4"}) == yaml("{layers: {f.0: {bits: 4}}}"));
  CHECK(s.loaded("a.yaml", {"layers.'f.1'.bits=4"}) == yaml("{layers: {f.0: {bits: 8}, f.1: {bits: 4}}}"));
  CHECK(has(s.wrong("a.yaml", {"layers.\"f.0.bits=4"}).at(0).message, "no closing \""));
}

TEST_CASE("a base file's own base is relative to that file") {
  Shipped s;
  s.file("x/top.yaml", "{base: ../y/middle.yaml, a: 1}");
  s.file("y/middle.yaml", "{base: bottom.yaml, a: 2, b: 2}");
  s.file("y/bottom.yaml", "{a: 3, b: 3, c: 3, sub: {base: part.yaml}}");
  s.file("y/part.yaml", "{p: 4}");
  CHECK(s.loaded("x/top.yaml") == yaml("{a: 1, b: 2, c: 3, sub: {p: 4}}"));
}

TEST_CASE("an upper file may name another nested base") {
  Shipped s;
  s.file("low.yaml", "{device: {base: one.yaml, own: 5}}");
  s.file("one.yaml", "{name: one, only_one: 1}");
  s.file("two.yaml", "{name: two}");
  s.file("top.yaml", "{base: low.yaml, device: {base: two.yaml}}");
  CHECK(s.loaded("top.yaml") == yaml("{device: {name: two, own: 5}}"));
}

TEST_CASE("circles of bases are refused, direct, indirect and nested") {
  Shipped s;
  s.file("a.yaml", "base: a.yaml\n");
  s.file("b.yaml", "base: c.yaml\n");
  s.file("c.yaml", "x: 1\nbase: b.yaml\n");
  s.file("d.yaml", "device: {base: d.yaml}\n");
  s.file("e.yaml", "device: {base: f.yaml}\n");
  s.file("f.yaml", "inner: [{base: e.yaml}]\n");
  for (const char* name : {"a.yaml", "b.yaml", "d.yaml", "e.yaml"}) {
    CAPTURE(name);
    const auto all = s.wrong(name);
    REQUIRE(all.size() == 1);
    CHECK(has(all[0].message, "is its own base"));
    CHECK(all[0].where.line > 0);
  }
  // Twice the same file is no circle.
  s.file("g.yaml", "{one: {base: h.yaml}, two: {base: h.yaml}}");
  s.file("h.yaml", "{x: 1}");
  CHECK(s.loaded("g.yaml") == yaml("{one: {x: 1}, two: {x: 1}}"));
}

TEST_CASE("a type change replaces the node, wherever the type below was written") {
  Shipped s;
  s.file("configs/adc/sar8.yaml", "{type: sar, bits: 8, mismatch: 1}");
  s.file("low.yaml", "{adc: {base: sar8, shared_by: 4}}");
  s.file("same.yaml", "{base: low.yaml, adc: {type: sar, bits: 6}}");
  CHECK(s.loaded("same.yaml") == yaml("{adc: {type: sar, bits: 6, mismatch: 1, shared_by: 4}}"));
  s.file("other.yaml", "{base: low.yaml, adc: {type: ramp, bits: 6}}");
  CHECK(s.loaded("other.yaml") == yaml("{adc: {type: ramp, bits: 6}}"));
  CHECK(s.loaded("low.yaml", {"adc.type=ramp"}) == yaml("{adc: {type: ramp}}"));
  CHECK(s.loaded("low.yaml", {"adc={type: ramp, bits: 3}"}) == yaml("{adc: {type: ramp, bits: 3}}"));
  CHECK(s.loaded("low.yaml", {"adc.bits=5"}) == yaml("{adc: {type: sar, bits: 5, mismatch: 1, shared_by: 4}}"));
}

TEST_CASE("a missing base lists the places looked in") {
  Shipped s;
  s.file("configs/x.yaml", "{x: 1}");
  s.file("mine/a.yaml", "x: 1\ndevice:\n  base: nowhere\n");
  const auto all = s.wrong("mine/a.yaml");
  REQUIRE(all.size() == 1);
  CHECK(all[0].where.line == 3);
  CHECK(all[0].where.column == 9);
  CHECK(has(all[0].message, "'nowhere'"));
  for (const fs::path& place : {s.path / "mine/nowhere", s.path / "configs/device/nowhere.yaml",
                                s.path / "configs/nowhere.yaml", s.path / "configs/*/nowhere.yaml"})
    CHECK(has(all[0].remedy, place.string()));
}

TEST_CASE("a name that is nearly that of a shipped file is suggested, first of those for the key") {
  Shipped s;
  s.file("configs/technology/22nm.yaml", "{x: 1}");
  s.file("configs/technology/130nm.yaml", "{x: 1}");
  s.file("configs/inpainting.yaml", "{x: 1}");
  s.file("configs/chip/large.yaml", "{x: 1}");
  const auto remedy = [&](const std::string& text) {
    s.file("mine/a.yaml", text);
    return s.wrong("mine/a.yaml").at(0).remedy;
  };
  CHECK(remedy("technology: {base: 22 nm}")
            .starts_with("did you mean '22nm'? shipped for technology: 130nm, 22nm; looked"));
  CHECK(remedy("base: inpaintin").starts_with("did you mean 'inpainting'? looked for"));
  CHECK(remedy("base: Inpainting.yaml").starts_with("did you mean 'inpainting'?"));
  CHECK(remedy("base: some/folder/inpaintin.yaml").starts_with("did you mean 'inpainting'?"));
  CHECK(remedy("base: chips/large").starts_with("did you mean 'chip/large'?"));
  CHECK(remedy("base: lage").starts_with("did you mean 'large'?"));
  CHECK(remedy("base: something-else").starts_with("looked for"));
}

TEST_CASE("bases that are no maps, and names that are no names") {
  Shipped s;
  s.file("list.yaml", "[1, 2]");
  s.file("empty.yaml", "");
  s.file("null.yaml", "---\n");
  s.file("word.yaml", "hello");
  for (const char* name : {"list.yaml", "word.yaml"}) {
    CAPTURE(name);
    s.file("top.yaml", std::string("{base: ") + name + ", x: 1}");
    CHECK(has(s.wrong("top.yaml").at(0).message, "not a map of keys"));
    CHECK(has(s.wrong(name).at(0).message, "not a map of keys"));
  }
  for (const char* name : {"empty.yaml", "null.yaml"}) CHECK(has(s.wrong(name).at(0).message, "is empty"));
  for (const char* base : {"[a]", "{b: 1}", "~", "\"\""}) {
    s.file("top.yaml", std::string("{base: ") + base + "}");
    CHECK(has(s.wrong("top.yaml").at(0).message, "expected the name or path"));
  }
  s.file("top.yaml", "base: " + std::string(5000, 'x'));
  CHECK(has(s.wrong("top.yaml").at(0).message, "no configuration"));
  CHECK_FALSE(s.wrong("not-there.yaml").empty());
  CHECK(has(s.wrong(".").at(0).message, "folder"));
}

TEST_CASE("overrides: paths, lists, YAML values, their name in errors") {
  Shipped s;
  s.file("a.yaml", "{adc: {bits: 8, names: [x, y]}, list: [{k: 1}, {k: 2}]}");
  CHECK(s.loaded("a.yaml", {"adc.bits=6", "new.key=text", "list.1.k=9", "adc.names=[z]"}) ==
        yaml("{adc: {bits: 6, names: [z]}, list: [{k: 1}, {k: 9}], new: {key: text}}"));
  CHECK(s.loaded("a.yaml", {"adc={bits: 4}"}) == yaml("{adc: {bits: 4, names: [x, y]}, list: [{k: 1}, {k: 2}]}"));
  CHECK(s.loaded("a.yaml", {"adc.bits=1", "adc.bits=2"}) == s.loaded("a.yaml", {"adc.bits=2"}));
  CHECK(parse_override("a.b=c=d").path == "a.b");
  CHECK(parse_override("a.b=c=d").value == "c=d");
  CHECK(load_config(s.path / "a.yaml", {parse_override("name=")}, {}).find("name")->is_scalar());
  for (const char* text : {"adc.bits", "=6", ""})
    CHECK(has(diagnostics_of([&] { parse_override(text); }).at(0).message, "KEY=VALUE"));
  const auto index = s.wrong("a.yaml", {"list.2.k=9"});
  REQUIRE(index.size() == 1);
  CHECK(to_string(index[0]).starts_with("--set list.2.k=9: "));
  CHECK(has(s.wrong("a.yaml", {"adc.bits=[1"}).at(0).where.file, "--set adc.bits=[1"));
  // An override has no lines; its place is its text.
  const Value v = load_config(s.path / "a.yaml", {{"adc.bits", "{x: 5}"}}, {});
  CHECK(v.find("adc")->find("bits")->find("x")->origin.file == "--set adc.bits={x: 5}");
  CHECK(v.find("adc")->find("bits")->find("x")->origin.line == 0);
}

TEST_CASE("an override may name a base; paths in it are relative to the current folder") {
  Shipped s;
  s.file("configs/device/pcm.yaml", "{g: 1}");
  s.file("a.yaml", "{device: {x: 1}}");
  CHECK(s.loaded("a.yaml", {"device.base=pcm"}) == yaml("{device: {g: 1, x: 1}}"));
  CHECK(s.loaded("a.yaml", {"device.base=" + (s.path / "configs/device/pcm.yaml").string()}) ==
        yaml("{device: {g: 1, x: 1}}"));
  CHECK(folder_of({"--set a.b=c/d.onnx"}) == fs::path());
  CHECK(folder_of({"c/d.yaml", 3, 1}) == fs::path("c"));
}

TEST_CASE("open_named: a file or a type") {
  Shipped s;
  s.file("configs/adc/mine.yaml", "{type: sar, bits: 5, mismatch: 1}");
  const std::string_view types[] = {"ideal", "sar", "ramp"};
  const auto opened = [&](const Value& v) {
    const auto out = open_named(v, "adc", types, s.where);
    return out ? to_yaml(*out) : "nothing";
  };
  CHECK(opened(Value::scalar("mine")) == yaml("{type: sar, bits: 5, mismatch: 1}"));
  CHECK(opened(Value::scalar("ramp")) == yaml("{type: ramp}"));
  CHECK(opened(merged(Value::scalar("mine"), parse_yaml("{bits: 4}", "t"))) ==
        yaml("{type: sar, bits: 4, mismatch: 1}"));
  CHECK(opened(merged(Value::scalar("ramp"), parse_yaml("{bits: 4}", "t"))) == yaml("{type: ramp, bits: 4}"));
  CHECK(opened(parse_yaml("{bits: 4}", "t")) == "nothing");
  CHECK_FALSE(diagnostics_of([&] { opened(Value::scalar("none such")); }).empty());
}

}  // namespace bitline::config_files_test
