// SPDX-License-Identifier: Apache-2.0
// Resolved YAML gives the same config again, and the hash is of the meaning, not of the text.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "arch/config.h"
#include "base/config_writer.h"
#include "base/schema_pages.h"
#include "tests/arch/helpers.h"

namespace bitline::round_trip_test {
using namespace device;
using namespace periphery;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace bitline::test;
namespace fs = std::filesystem;

namespace {

// Loads the resolved text of a config from another folder.
LoadedConfig again(const LoadedConfig& loaded, const ConfigPath& where = shipped) {
  const ConfigFolder f;
  const std::string text = resolved_yaml(loaded);
  INFO(text);
  return f.loaded(text, {}, where);
}

void check_round_trip(const LoadedConfig& loaded) {
  const LoadedConfig second = again(loaded);
  CHECK(config_hash(second.config) == config_hash(loaded.config));
  CHECK(to_yaml(ConfigWriter::write(second.config)) == to_yaml(ConfigWriter::write(loaded.config)));
  const auto &a = loaded.annotations.assumed, &b = second.annotations.assumed;
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].path == b[i].path);
    CHECK(a[i].value == b[i].value);
    CHECK(a[i].reason == b[i].reason);
  }
  CHECK(second.annotations.sources == loaded.annotations.sources);
}

}  // namespace

TEST_CASE("every shipped experiment and chip survives its resolved text") {
  std::size_t tried = 0;
  for (const auto& folder : {source / "configs", source / "configs/chip", source / "configs/validation"}) {
    std::error_code ec;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, ec))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      CAPTURE(file.string());
      check_round_trip(load(file, {}, shipped));
      ++tried;
    }
  }
  CHECK(tried >= 4);
}

TEST_CASE("every alternative of every closed list survives") {
  // The alternatives come from the schema itself: a path such as "adc[sar].range[fixed]" becomes overrides of the types
  // on the way; keys without a default get a value of their unit.
  const ConfigFolder f;
  const auto rows = schema_rows([](Visitor& v) {
    Config c;
    fields(v, c);
  });
  std::size_t tried = 0;
  for (const auto& row : rows) {
    if (!row.path.ends_with(']')) continue;
    if (row.path.starts_with("device.plasticity.figures")) continue;  // a list; tests/array reads those of all devices
    CAPTURE(row.path);
    std::vector<Override> sets;
    if (row.path.starts_with("device.plasticity.potentiation") || row.path.starts_with("device.plasticity.depression"))
      sets.push_back({row.path.substr(0, row.path.find("ion.") + 3) + ".drive", "{amplitude: 5 V, width: 1 ms}"});
    if (row.path.starts_with("workload.")) sets.push_back({"workload.network", "fashion-mlp.onnx"});
    std::string plain;
    for (std::size_t i = 0; i < row.path.size(); ++i) {
      if (row.path[i] != '[') {
        plain += row.path[i];
        continue;
      }
      const auto end = row.path.find(']', i);
      sets.push_back({plain, fmt::format("{{type: {}}}", row.path.substr(i + 1, end - i - 1))});
      i = end;
    }
    for (const auto& key : rows) {
      if (!key.path.starts_with(row.path + ".") ||
          key.path.find_first_of(".[", row.path.size() + 1) != std::string::npos)
        continue;
      const std::string path = plain + key.path.substr(row.path.size());
      if (key.fallback == "required")
        sets.push_back({path, key.type == "list of text"       ? "[a.onnx]"
                              : key.type == "whole number"     ? "3"
                              : key.unit == "fraction or %"    ? "33 %"
                              : key.type == "quantity"         ? "1.25e-6 " + key.unit
                              : key.type == "list of quantity" ? "[1.25e-6 " + key.unit + "]"
                                                               : "0.375"});
    }
    if (row.path.ends_with("write[pulses]"))
      sets.push_back({"device.plasticity.potentiation",
                      "{drive: {amplitude: 5 V, width: 1 ms}, update: {type: linear, pulses: 50}}"});
    if (row.path.ends_with("update[table]")) sets.push_back({plain + ".points", "[0, 1]"});
    if (row.path.ends_with("[by-level]")) sets.push_back({plain + ".levels", "[{g: 5 uS, sigma: 0.1 uS}]"});
    if (row.path.ends_with("write[measured]"))
      sets.push_back({plain + ".levels", "[{g: 5 uS, error: [-1 uS, 0 uS, 1 uS]}]"});
    else if (row.path.ends_with("[measured]"))
      sets.push_back({plain + ".levels", "[{g: 5 uS, at: [{t: 1 s, change: [-1 uS, 0 uS, 1 uS]}]}]"});
    // An experiment needs devices, networks and neurons of its own: the shipped one has them.
    const std::string of_experiment = "experiment[";
    if (row.path.starts_with(of_experiment) && !row.path.starts_with("experiment[none]")) {
      const std::string name = row.path.substr(of_experiment.size(), row.path.find(']') - of_experiment.size());
      sets.erase(sets.begin());
      std::erase_if(sets, [](const Override& o) { return o.value == "[a.onnx]"; });
      check_round_trip(f.loaded("base: " + name + "\n", sets));
    } else {
      check_round_trip(f.with("", sets));
    }
    ++tried;
  }
  CHECK(tried >= 20);
}

TEST_CASE("every choice and switch survives, and each changes the hash") {
  const ConfigFolder f;
  const auto rows = schema_rows([](Visitor& v) {
    Config c;
    fields(v, c);
  });
  const std::vector<Override> base = {{"wires.row", "0 ohm"},  // which exact wires need
                                      {"wires.column", "0 ohm"},
                                      {"workload.network", "fashion-mlp.onnx"}};
  const std::string common = config_hash(f.with("", base).config);
  std::size_t tried = 0;
  for (const auto& row : rows) {
    if (row.path.find('[') != std::string::npos || row.type.starts_with("type: ") ||
        row.type.starts_with("one or a list of ") || row.path.starts_with("published") ||
        row.path.starts_with("workload.shapes.") || row.path.starts_with("device.plasticity.figures"))
      continue;
    std::vector<std::string> words;
    if (row.type == "true or false") words = {"true", "false"};
    for (std::size_t begin = 0, end; row.type.find(" | ") != std::string::npos && begin < row.type.size();
         begin = end + 3) {
      end = std::min(row.type.find(" | ", begin), row.type.size());
      words.push_back(row.type.substr(begin, end - begin));
    }
    for (const auto& word : words) {
      CAPTURE(row.path);
      CAPTURE(word);
      std::vector<Override> sets = base;
      sets.push_back({row.path, word});
      const LoadedConfig loaded = f.with("", sets);
      check_round_trip(loaded);
      CHECK((config_hash(loaded.config) == common) == (word == row.fallback));
      ++tried;
    }
  }
  CHECK(tried >= 15);
}

TEST_CASE("awkward numbers survive to the bit") {
  const ConfigFolder f;
  Config c = f.with("").config;
  c.device.g_max_S = 2e-5 / 3;
  c.age_s = 1.0 / 7;
  c.use = InTime{.span_s = 1e5 / 3, .time_per_image_s = 1.0 / 3, .moments = 3, .images = MomentImages::share};
  c.device.read_disturb = device::StretchedReadDisturb{1e-6 / 3, 1.0 / 3, 2.0 / 3, 0.1 / 3, 0.2 / 3};
  c.quantization.clip_percentile = 1 - 1e-16;
  c.technology.wire_F_per_m = 1e-10 / 3;
  c.technology.cell_area_m2 = 1e-12 / 3;
  c.device.levels_S = {1e-6, 1e-6 + 1e-21, 3e-6 / 7, 4e-6, 5e-6, 6e-6, 7e-6, 8e-6};
  std::sort(c.device.levels_S.begin(), c.device.levels_S.end());
  LoadedConfig l;
  l.config = c;
  const Config d = again(l).config;
  CHECK(d.device.g_max_S == c.device.g_max_S);
  CHECK(d.age_s == c.age_s);
  const auto& use = std::get<InTime>(d.use);
  CHECK(use.span_s == 1e5 / 3);
  CHECK(use.time_per_image_s == 1.0 / 3);
  CHECK(use.moments == 3);
  CHECK(use.images == MomentImages::share);
  const auto& disturb = std::get<device::StretchedReadDisturb>(d.device.read_disturb);
  CHECK(disturb.tau_s == 1.0 / 3);
  CHECK(disturb.per_e_V == 0.2 / 3);
  CHECK(d.quantization.clip_percentile == c.quantization.clip_percentile);
  CHECK(d.technology.wire_F_per_m == c.technology.wire_F_per_m);
  CHECK(d.technology.cell_area_m2 == c.technology.cell_area_m2);
  CHECK(d.device.levels_S == c.device.levels_S);
  CHECK(config_hash(d) == config_hash(c));
}

TEST_CASE("layers survive the resolved text, wherever their settings came from") {
  const ConfigFolder f;
  f.file("configs/adc/mine.yaml", "{type: sar, bits: 5, shared_by: 2}");
  const ConfigPath where{{f.path / "configs", source / "configs"}};
  const LoadedConfig l =
      f.loaded(std::string(complete) +
                   "layers: {a: {adc: mine}, \"/b.c/Gemm\": {adc: {base: mine, bits: {value: 6, assumed: x}}}}\n",
               {}, where);
  const LoadedConfig second = again(l);  // without the folder that has `mine`
  CHECK(config_hash(second.config) == config_hash(l.config));
  CHECK(std::get<SarAdc>(layer_config(second.config, "a").adc).common.bits == 5);
  CHECK(std::get<SarAdc>(layer_config(second.config, "/b.c/Gemm").adc).common.bits == 6);
  CHECK(second.annotations.assumed.size() == l.annotations.assumed.size());
}

TEST_CASE("the hash is of the meaning") {
  const ConfigFolder f;
  const std::string hash = config_hash(f.with("").config);
  CHECK(hash.size() == 32);
  const auto hash_of = [&](const std::string& text) { return config_hash(f.loaded(text).config); };
  // Comments, order, spelling of numbers, defaults written out.
  CHECK(hash_of(R"(# a comment
technology: 130nm      # another
adc: {shared_by: 4, bits: 8, type: sar}
device:
  g_max: 0.02 mS
  g_min: {value: 2000 nS, source: somewhere, assumed: why}
array: {columns: 32, rows: 64, active_rows: all}
name: "small"
seed: 1
chips: auto
)") == hash);
  // A base file, or inline.
  f.file("lower.yaml", "array: {rows: 64, columns: 32}\ndevice: {g_min: 2 uS, g_max: 20 uS}\n");
  f.file("adc8.yaml", "{type: sar, bits: 8}");
  CHECK(hash_of("base: lower.yaml\nname: small\ntechnology: 130nm\nadc: {base: adc8.yaml, shared_by: 4}\n") == hash);
  CHECK(config_hash(f.with("", {{"seed", "1"}, {"array.rows", "64"}}).config) == hash);
  // Whatever changes the meaning changes it.
  for (const Override& o : {Override{"seed", "2"},
                            {"array.rows", "65"},
                            {"device.g_max", "21 uS"},
                            {"adc.bits", "7"},
                            {"adc", "ideal"},
                            {"age", "1 s"},
                            {"cell.type", "1t1r-offset"},
                            {"layers.fc.digital", "true"}}) {
    CAPTURE(o.path);
    CHECK(config_hash(f.with("", {o}).config) != hash);
  }
}

TEST_CASE("layers count in the hash by what they mean") {
  const ConfigFolder f;
  const auto hash_of = [&](const char* layers) {
    return config_hash(f.with(std::string("layers: ") + layers + "\n").config);
  };
  CHECK(hash_of("{a: {adc.bits: 6}, b: {digital: true}}") == hash_of("{b: {digital: true}, a: {adc: {bits: 6}}}"));
  CHECK(hash_of("{a: {adc.bits: 8}}") == config_hash(f.with("").config));  // what it is anyway
  CHECK(hash_of("{a: {adc.bits: 6}}") != hash_of("{b: {adc.bits: 6}}"));
  CHECK(hash_of("{a: {adc.bits: 6}}") != hash_of("{a: {adc.bits: 5}}"));
}

}  // namespace bitline::round_trip_test
