// SPDX-License-Identifier: Apache-2.0
// Overrides by layer.
#include <doctest/doctest.h>

#include "arch/config.h"
#include "tests/arch/helpers.h"

namespace bitline::layers_test {
using namespace periphery;
using namespace array;
using namespace arch;
using namespace bitline::test;

TEST_CASE("a layer's override keeps the rest") {
  const ConfigFolder f;
  const Config c = f.with("layers: {fc1: {adc.bits: 6}, fc2: {digital: true}}\nmapping: {duplicate: 3}\n").config;
  const LayerConfig one = layer_config(c, "fc1"), two = layer_config(c, "fc2"), other = layer_config(c, "fc3");
  CHECK(std::get<SarAdc>(one.adc).common.bits == 6);
  CHECK(std::get<SarAdc>(one.adc).common.shared_by == 4);
  CHECK(std::holds_alternative<CalibratedRange>(std::get<SarAdc>(one.adc).common.range));
  CHECK_FALSE(one.digital);
  CHECK(one.duplicate == 3);
  CHECK(two.digital);
  CHECK(std::get<SarAdc>(two.adc).common.bits == 8);
  CHECK(std::get<SarAdc>(other.adc).common.bits == 8);
  CHECK_FALSE(other.digital);
}

TEST_CASE("nested keys, whole types and words") {
  const ConfigFolder f;
  const Config c = f.with(R"(layers:
  nested: {adc: {bits: 5, errors: {noise: 0.5}}, quantization.weight_bits: 2}
  typed: {adc: {type: ramp, bits: 4}}
  dotted: {adc.type: ramp}
  word: {adc: ideal, cell: 1t1r-offset}
  value: {duplicate: 2}
)")
                       .config;
  CHECK(std::get<SarAdc>(layer_config(c, "nested").adc).common.errors.noise_lsb == 0.5);
  CHECK(layer_config(c, "nested").quantization.weight_bits == 2);
  CHECK(std::get<RampAdc>(layer_config(c, "typed").adc).common.bits == 4);
  CHECK(std::get<RampAdc>(layer_config(c, "typed").adc).common.shared_by == 1);
  CHECK(std::holds_alternative<RampAdc>(layer_config(c, "dotted").adc));
  CHECK(std::holds_alternative<IdealAdc>(layer_config(c, "word").adc));
  CHECK(std::holds_alternative<OffsetCell>(layer_config(c, "word").cell));
  CHECK(layer_config(c, "value").duplicate == 2);
}

TEST_CASE("layers are named as frameworks name them, dots included") {
  const ConfigFolder f;
  const auto bits = [](const Config& c, const char* layer) {
    return std::get<SarAdc>(layer_config(c, layer).adc).common.bits;
  };
  const auto names = [](const Config& c) {
    std::vector<std::string> all;
    for (const auto& [name, _] : c.own_layers) all.push_back(name);
    return all;
  };
  const std::string file = "layers: {f.0: {adc.bits: 7, digital: false}, blocks.1/fc1: {adc.bits: 5}}\n";
  for (const char* path : {"layers.f.0.adc.bits", "layers.\"f.0\".adc.bits", "layers.'f.0'.adc.bits"}) {
    CAPTURE(path);
    const Config c = f.with(file, {{path, "4"}}).config;
    CHECK(bits(c, "f.0") == 4);
    CHECK(bits(c, "blocks.1/fc1") == 5);
    CHECK(names(c) == std::vector<std::string>{"blocks.1/fc1", "f.0"});
  }
  const Config c = f.with("", {{"layers.blocks.0.attention.query.adc.bits", "6"},
                               {"layers.blocks.0.attention.key.adc", "ideal"},
                               {"layers.blocks.0.digital", "true"},
                               {"layers.fc1.quantization.weight_bits", "3"}})
                       .config;
  CHECK(names(c) == std::vector<std::string>{"blocks.0", "blocks.0.attention.key", "blocks.0.attention.query", "fc1"});
  CHECK(layer_config(c, "blocks.0").digital);
  CHECK(bits(c, "blocks.0.attention.query") == 6);
  CHECK(layer_config(c, "fc1").quantization.weight_bits == 3);
  // As resolved.yaml has it, and published figures' settings.
  CHECK(names(f.loaded(resolved_yaml(f.with(file, {{"layers.f.0.adc.bits", "4"}}))).config) ==
        std::vector<std::string>{"blocks.1/fc1", "f.0"});
  CHECK(bits(load_with(f.with(file), parse_yaml("layers.f.0.adc.bits: 3", "with")).config, "f.0") == 3);
  // Dotted in the file, nested by --set, and the other way round.
  CHECK(bits(f.with("layers: {fc1: {adc.bits: 7}}\n", {{"layers.fc1.adc.bits", "4"}}).config, "fc1") == 4);
  CHECK(bits(f.with("layers: {fc1: {adc: {bits: 7}}}\n", {{"layers", "{fc1: {adc.bits: 4}}"}}).config, "fc1") == 4);
  CHECK(has(f.wrong("layers: {fc1: {adc.bits: 7, adc: {bits: 4}}}\n").at(0).message, "given twice"));
  // A wrong key stays one.
  const auto wrong = f.wrong("layers: {fc1: {adcc: {bits: 4}}}\n");
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].path == "layers.fc1.adcc");
  CHECK(has(wrong[0].remedy, "did you mean 'adc'?"));
  CHECK(diagnostics_of([&] { f.with("", {{"layers.f.0.adc.bitz", "4"}}); }).at(0).path == "layers.f.0.adc.bitz");
}

TEST_CASE("names of shipped files and bases work in layers") {
  const ConfigFolder f;
  f.file("configs/adc/mine.yaml", "{type: sar, bits: 5, shared_by: 2}");
  f.file("configs/technology/130nm.yaml", "base: \"" + (source / "configs/technology/130nm.yaml").string() + "\"\n");
  const ConfigPath where{{f.path / "configs"}};
  const Config c = f.loaded(std::string(complete) +
                                "layers: {a: {adc: mine}, b: {adc: {base: mine, bits: 6}}, c: {adc.base: mine}}\n",
                            {}, where)
                       .config;
  for (const auto& [name, bits] : {std::pair{"a", 5}, {"b", 6}, {"c", 5}}) {
    CAPTURE(name);
    CHECK(std::get<SarAdc>(layer_config(c, name).adc).common.bits == bits);
    CHECK(std::get<SarAdc>(layer_config(c, name).adc).common.shared_by == 2);
  }
}

TEST_CASE("overrides of layers by --set") {
  const ConfigFolder f;
  const Config c = f.with("layers: {fc: {adc.shared_by: 2}}\n", {{"layers.fc.duplicate", "5"}}).config;
  CHECK(layer_config(c, "fc").duplicate == 5);
  CHECK(std::get<SarAdc>(layer_config(c, "fc").adc).common.shared_by == 2);
}

TEST_CASE("mistakes in layers stand where they were written") {
  const ConfigFolder f;
  const int first = 6;  // the line after the small config
  const auto all =
      f.wrong("layers:\n  a: {adc.bits: 99}\n  b:\n    adc:\n      bitz: 3\n  c: 5\n  d: {colour: red}\n  e:\n");
  REQUIRE(all.size() == 5);
  CHECK(all[0].path == "layers.a.adc.bits");
  CHECK(all[0].where.line == first + 1);
  CHECK(all[1].path == "layers.b.adc.bitz");
  CHECK(all[1].where.line == first + 4);
  CHECK(has(all[1].remedy, "did you mean 'bits'?"));
  CHECK(all[2].path == "layers.c");
  CHECK(all[3].path == "layers.d.colour");
  CHECK(all[4].path == "layers.e");
  CHECK(has(f.wrong("layers: {a: {adc.bits: 5, adc: {bits: 6}}}\n").at(0).message, "given twice"));
  CHECK(has(f.wrong("layers: [a]\n").at(0).message, "map"));
  CHECK(has(f.wrong("layers: {a: {adc: nowhere}}\n").at(0).message, "nowhere"));
}

TEST_CASE("what fields of a layer decide together is checked too") {
  const ConfigFolder f;
  const auto slices = f.wrong("layers: {a: {cell.slices: 8}}\n");
  REQUIRE(slices.size() == 1);
  CHECK(slices[0].path == "layers.a.cell.slices");
  CHECK(slices[0].where.line == 6);
  const auto thresholds = f.wrong("layers: {a: {adc: {type: flash, bits: 2, thresholds: [1, 2]}}}\n");
  REQUIRE(thresholds.size() == 1);
  CHECK(thresholds[0].path == "layers.a.adc.thresholds");
}

TEST_CASE("assumptions made in layers are recorded with the layer's name") {
  const ConfigFolder f;
  const auto assumed = f.with("layers: {fc: {adc.bits: {value: 6, assumed: no source}}}\n").annotations.assumed;
  const auto at =
      std::find_if(assumed.begin(), assumed.end(), [](const Assumption& a) { return a.path == "layers.fc.adc.bits"; });
  REQUIRE(at != assumed.end());
  CHECK(at->value == "6");
  CHECK(at->reason == "no source");
}

}  // namespace bitline::layers_test
