// SPDX-License-Identifier: Apache-2.0
// A config on top of another is called by what it changes; published figures of replaced parts go.
#include <doctest/doctest.h>

#include "helpers.h"

namespace bitline::changes_test {
using namespace arch;
using namespace bitline::test;

namespace {

std::string name_of(const std::vector<Override>& overrides) {
  return load(source / "configs/fashion-mlp.yaml", overrides, shipped).config.name;
}
// The key that replaced what the only published figure speaks of.
std::string replaced(const std::vector<Override>& overrides) {
  const auto figures = load(source / "configs/fashion-mlp.yaml", overrides, shipped).config.published;
  return figures.size() == 1 ? figures[0].replaced : "no figure";
}
const std::string own = "Fashion-MNIST on the two-chip 2T2R accelerator";

}  // namespace

TEST_CASE("changed keys stand behind an inherited name") {
  CHECK(name_of({}) == own);
  CHECK(name_of({{"technology", "22nm"}, {"cell.type", "1t1r-differential"}}) ==
        own + ", changed: technology, cell.type");
  // What is no design.
  CHECK(name_of({{"workload.images", "500"}, {"seed", "2"}, {"instances", "1"}}) == own);
  CHECK(name_of({{"name", "mine"}, {"adc.bits", "6"}}) == "mine, changed: adc.bits");
  CHECK(has(
      name_of(
          {{"adc.bits", "6"}, {"chips", "4"}, {"tiles", "2"}, {"age", "1 s"}, {"adc.shared_by", "4"}, {"arrays", "4"}}),
      "changed: adc.bits, chips, tiles, age and 2 more"));
}

TEST_CASE("a file on top of another, with a name of its own or without") {
  const ConfigFolder f;
  CHECK(f.loaded("base: fashion-mlp\nadc: {bits: 6, type: sar}\n").config.name == own + ", changed: adc.bits");
  CHECK(f.loaded("base: fashion-mlp\nname: mine\nadc: {bits: 6}\n").config.name == "mine");
  f.file("lower.yaml", "base: fashion-mlp\nadc: {bits: 6}\n");
  CHECK(f.loaded("base: lower.yaml\nage: {value: 1 s, source: me}\n").config.name == own + ", changed: adc.bits, age");
}

TEST_CASE("what is written on top may mend what lies below") {
  const ConfigFolder f;
  f.file("lower.yaml", "name: lower\narray: {rows: 64, columns: 32}\ndevice: {g_min: 2 uS, g_max: 20 uS}\n");
  CHECK(f.loaded("base: lower.yaml\ntechnology: 130nm\n").config.name == "lower, changed: technology");
  CHECK(name_of({{"array", "{columns: 64}"}}) == own + ", changed: array.columns");
}

TEST_CASE("published figures of a replaced part name the key that replaced it") {
  CHECK(replaced({}).empty());  // level accuracy after writing
  CHECK(replaced({{"device", "pcm"}}) == "device");
  CHECK(replaced({{"adc.bits", "6"}, {"cell.type", "1t1r-differential"}}) == "cell.type");
  CHECK(replaced({{"device.g_max", "30 uS"}}).empty());
  CHECK(replaced({{"technology", "22nm"}}).empty());  // writing does not know the node
}

TEST_CASE("a resolved config still says what was replaced") {
  const ConfigFolder f;
  const auto first = load(source / "configs/fashion-mlp.yaml", {{"device", "pcm"}}, shipped);
  CHECK(f.loaded(resolved_yaml(first)).config.published.at(0).replaced == "device");
}

}  // namespace bitline::changes_test
