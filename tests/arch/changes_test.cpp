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
std::size_t published(const std::vector<Override>& overrides) {
  return load(source / "configs/fashion-mlp.yaml", overrides, shipped).config.published.size();
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

TEST_CASE("published figures of a replaced part go") {
  REQUIRE(published({}) == 1);  // level accuracy after writing
  CHECK(published({{"device", "pcm"}}) == 0);
  CHECK(published({{"cell.type", "1t1r-differential"}}) == 0);
  CHECK(published({{"device.g_max", "30 uS"}}) == 1);
  CHECK(published({{"technology", "22nm"}}) == 1);  // writing does not know the node
}

}  // namespace bitline::changes_test
