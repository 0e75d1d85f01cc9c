// SPDX-License-Identifier: Apache-2.0
// What a config with an experiment is refused for before it runs, and which assumptions its result can depend on.
#include "arch/experiment.h"

#include <doctest/doctest.h>

#include <set>

#include "arch/assumed.h"
#include "arch/check_experiment.h"
#include "arch/warnings.h"
#include "helpers.h"

namespace bitline::experiment_test {
using namespace arch;
using namespace bitline::test;

namespace {

// "path: message" of each problem of a shipped config with changes.
std::string refused(const std::string& base, const std::vector<Override>& overrides) {
  const ConfigFolder f;
  std::string out;
  for (const Diagnostic& d : diagnostics_of([&] { f.loaded("base: " + base + "\n", overrides); })) {
    CHECK_MESSAGE(!d.remedy.empty(), d.message);
    CHECK_MESSAGE(!d.where.file.empty(), d.message);
    out += d.path + ": " + d.message + "\n";
  }
  return out;
}

std::set<std::string> assumed(const std::string& base, const std::vector<Override>& overrides = {}) {
  std::set<std::string> paths;
  for (const Assumption& a : assumptions_in_force(ConfigFolder().loaded("base: " + base + "\n", overrides)))
    paths.insert(a.path);
  return paths;
}

}  // namespace

TEST_CASE("an experiment is refused on a device that does not describe its pulses") {
  const Override light{"device", "{base: in2se3-gan, g_min: 1 uS, g_max: 2 uS}"};  // potentiates only
  CHECK(refused("orientation", {light}).empty());
  for (const char* name : {"history", "reservoir"})
    CHECK(has(refused(name, {light}), "device.plasticity.depression is not set"));
  for (const char* name : {"orientation", "history", "reservoir"})
    CHECK(has(refused(name, {{"device", "rram-2t2r"}}), "experiment.type: " + std::string(name) +
                                                            " puts pulses on the device, but device.plasticity is not "
                                                            "set"));
  CHECK(has(refused("train-on-array", {{"device", "rram-2t2r"}}), "device: plasticity is not given"));
  // Only the config's own device need not be trained where the library's are.
  CHECK(refused("neurosim-mlp", {{"device", "rram-2t2r"}}).empty());
}

TEST_CASE("records that no run takes are refused by their keys") {
  const auto has_all = [](const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) CHECK_MESSAGE(has(text, part), text);
  };
  has_all(refused("history", {{"experiment.sequence.frequencies", "[]"}, {"experiment.threshold.lowest", "20 Hz"}}),
          {"experiment.sequence.frequencies: is empty", "experiment.threshold.lowest: is not below"});
  // The fastest trains, of 20 Hz, leave 50 ms for each pulse.
  CHECK(refused("history", {{"experiment.width", "50 ms"}}).empty());
  has_all(refused("history", {{"experiment.width", "50.1 ms"}}),
          {"experiment.width: pulses of 0.0501 s overlap at 20 Hz"});
  CHECK(refused("orientation", {{"experiment.observation", "250 s"}}).empty());  // 500 pulses at 2 Hz
  has_all(refused("orientation", {{"experiment.observation", "251 s"}}), {"experiment.observation: 251 s at 2 Hz"});
  CHECK(refused("orientation", {{"experiment.motion.width", "20 ms"}}).empty());
  has_all(refused("orientation", {{"experiment.motion.width", "21 ms"}}), {"experiment.motion.width:"});
  has_all(refused("orientation", {{"experiment.motion.step", "10 ms"}, {"experiment.motion.width", "11 ms"}}),
          {"longer than a step of 0.01 s"});
  has_all(refused("reservoir", {{"experiment.sets.single", "30"},
                                {"experiment.sets.apart", "30"},
                                {"experiment.sets.pairs", "5400"},
                                {"experiment.images.kept", "6"},
                                {"experiment.voices.kept", "21"},
                                {"experiment.voices.width", "1 s"}}),
          {"experiment.sets.single: 30 of 30", "experiment.sets.apart: 30 of 30", "experiment.sets.pairs: 5400 of 5400",
           "experiment.images.kept: 6 of 5", "experiment.voices.kept: 21 of 20", "experiment.voices.width: is longer"});
  has_all(refused("reservoir", {{"experiment.digits", "[0, 5]"}}), {"experiment.images.glyphs: 3 given for 2"});
  has_all(refused("medical", {{"experiment.networks", "[]"}, {"workload.activation", "{type: trained}"}}),
          {"experiment.networks: names no kind", "workload.activation: has no diode"});
  has_all(refused("sensitized-classify", {{"experiment.limits", "[]"},
                                          {"experiment.brightness", "[0.3]"},
                                          {"experiment.vehicles.dark", "0.9"},
                                          {"workload.network", "\"\""}}),
          {"experiment.limits: names no largest shift", "experiment.brightness: has no bright light",
           "experiment.vehicles.dark: 0.9 is none of", "workload.network: is missing"});
  has_all(refused("sensitized-edges", {{"experiment.limits", "[]"}}), {"experiment.limits: names no largest shift"});
  has_all(refused("inpainting", {{"workload.images", "3"}}), {"workload.images: is too few"});
  has_all(refused("train-on-array", {{"experiment.data", "[]"},
                                     {"experiment.hidden", "129"},
                                     {"input.bits", "1"},
                                     {"experiment.algorithms", "[]"},
                                     {"experiment.devices", "[]"}}),
          {"experiment.data: names no set", "array.columns: 128 columns, but a layer has 129",
           "input.bits:", "experiment.algorithms: nothing is trained"});
}

TEST_CASE("networks that no set has are told before data are looked for") {
  CHECK(has(refused("inpainting", {{"experiment.holes", "[4, 6]"}}), "inpainting-mnist-residual-6.onnx"));
  CHECK(has(refused("inpainting", {{"experiment.encoder.read", "peak"}}), "experiment.data: no set has networks"));
  CHECK(refused("inpainting", {{"experiment.holes", "[4, 12]"}}).empty());
  CHECK(has(refused("medical", {{"experiment.models", "none"}}), "experiment.models: no folder 'none'"));
}

TEST_CASE("files that an experiment names are looked for when it is loaded, and stay found elsewhere") {
  const ConfigFolder f;
  const auto wrong = [&](const std::string& text) { return diagnostics_of([&] { f.loaded(text); }); };
  const auto networks =
      wrong("base: sensitized-classify\nexperiment:\n  networks: [sensitized-fashion-2.onnx, none.onnx]\n");
  REQUIRE(networks.size() == 1);
  CHECK(networks[0].path == "experiment.networks.1");
  CHECK(networks[0].where.line == 3);
  CHECK(networks[0].where.column == 41);
  const auto devices = wrong("base: neurosim-mlp\nexperiment: {devices: [in2se3-gan]}\n");
  REQUIRE(devices.size() == 1);
  CHECK(has(devices[0].message, "in2se3-gan: plasticity."));
  f.file("own.onnx", "");
  f.file("mine.yaml", "base: device/sns-pt\n");
  const LoadedConfig own =
      f.loaded("base: sensitized-classify\nexperiment: {networks: [own.onnx, sensitized-fashion-2.onnx]}\n");
  const auto& classify = std::get<SensitizedClassify>(own.config.experiment);
  CHECK(classify.networks == std::vector<std::string>{(f.path / "own.onnx").string(), "sensitized-fashion-2.onnx"});
  const LoadedConfig train = f.loaded("base: neurosim-mlp\nexperiment: {devices: [mine.yaml, ftj]}\n");
  CHECK(std::get<TrainOnArray>(train.config.experiment).devices ==
        std::vector<std::string>{(f.path / "mine.yaml").string(), "ftj"});
}

TEST_CASE("published figures of a base's experiment do not stand beside another one") {
  CHECK(has(refused("orientation", {{"experiment.type", "reservoir"}}),
            "experiment.type: is reservoir, but `published`"));
  CHECK(has(refused("orientation", {{"experiment", "none"}}), "experiment.type: is none, but `published`"));
  const ConfigFolder f;
  f.file("network.yaml", "base: fashion-mlp\npublished: [{what: a, published: 1, ours: quality.value, source: b}]\n");
  const auto over_network =
      diagnostics_of([&] { f.loaded("base: network.yaml\nexperiment: {type: sensitized-edges}\n"); });
  REQUIRE(over_network.size() == 1);
  CHECK(has(over_network[0].message, "network.yaml (experiment none)"));
  CHECK(over_network[0].where.line == 2);
  CHECK(refused("orientation", {{"experiment.type", "reservoir"}, {"published", "[]"}}).empty());
  CHECK(refused("orientation", {{"experiment.type", "orientation"}}).empty());
  CHECK(refused("orientation", {{"experiment.seeds", "3"}}).empty());
  // No key of the old type is left.
  const LoadedConfig over =
      ConfigFolder().loaded("base: orientation\npublished: []\nexperiment: {type: history, width: 1 ms}\n");
  const auto& history = std::get<History>(over.config.experiment);
  CHECK(history.width_s == 1e-3);
  CHECK(history.amplitude_V == History{}.amplitude_V);
}

TEST_CASE("a config changed after loading is looked at again") {
  LoadedConfig loaded = ConfigFolder().loaded("base: orientation\n");
  CHECK(check_experiment(loaded.config).empty());
  loaded.config.device.plasticity.reset();
  CHECK(check_experiment(loaded.config).size() == 1);
}

TEST_CASE("an experiment on devices alone needs no technology, others do") {
  const ConfigFolder f;
  const auto alone = [&](const std::string& text) { return diagnostics_of([&] { f.loaded(text); }); };
  CHECK(alone("experiment: sensitized-edges\n").empty());
  for (const char* name : {"orientation", "history", "reservoir"}) {
    const LoadedConfig loaded = f.loaded("device: ftj\nexperiment: " + std::string(name) + "\n");
    CHECK(warnings(loaded).empty());
    const std::string resolved = resolved_yaml(loaded);
    CHECK(!has(resolved, "technology"));
    CHECK(config_hash(f.loaded(resolved).config) == config_hash(loaded.config));
  }
  const auto missing =
      alone("input: {encoding: analog}\nexperiment: {type: train-on-array, algorithms: [], devices: [sns-pt]}\n");
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].path == "technology");
  CHECK(has(missing[0].remedy, "base: chip/two-chip-2t2r"));
}

TEST_CASE("a network that an experiment does not run is warned of") {
  const auto warned = [](const std::string& base, const std::vector<Override>& overrides) {
    std::string out;
    for (const Diagnostic& d : warnings(ConfigFolder().loaded("base: " + base + "\n", overrides)))
      out += placeless(d) + "\n";
    return out;
  };
  const Override network{"workload.network", "fashion-mlp.onnx"};
  CHECK(has(warned("orientation", {network}), "workload.network: is not used: experiment orientation"));
  CHECK(!has(warned("sensitized-classify", {network}), "is not used"));
  CHECK(!has(warned("orientation", {}), "is not used"));
}

TEST_CASE("only assumptions of keys that are read are in force") {
  const auto below = [](const std::set<std::string>& paths, const std::string& key) {
    return std::ranges::count_if(paths, [&](const std::string& p) { return p.starts_with(key); });
  };
  // Positive pulses alone move the orientation's devices; nothing is mapped.
  const auto orientation = assumed("orientation");
  CHECK(orientation.contains("device.g_max"));
  CHECK(orientation.contains("device.plasticity.potentiation.update.pulses"));
  CHECK(orientation.contains("experiment.motion.read_noise"));
  for (const char* key : {"device.plasticity.figures", "device.plasticity.depression", "device.curie", "adc", "input",
                          "technology", "published"})
    CHECK_MESSAGE(below(orientation, key) == 0, key);
  CHECK(below(assumed("reservoir"), "device.plasticity.depression") > 0);
  CHECK(below(assumed("history"), "device.plasticity.spread") == 0);  // none is drawn
  CHECK(below(assumed("sensitized-edges"), "device") == 0);
  CHECK(below(assumed("train-on-array"), "input") > 0);
  // Of networks on the chip everything but what pulses do, unless pulses write.
  const Override pulsed{"device", "{base: sns-pt, g_min: 1 uS, g_max: 10 uS}"};
  CHECK(below(assumed("fashion-mlp"), "adc") > 0);
  CHECK(below(assumed("fashion-mlp", {pulsed}), "device.plasticity") == 0);
  const auto written = assumed("fashion-mlp", {pulsed, {"device.write", "{type: pulses}"}});
  CHECK(below(written, "device.plasticity.potentiation") > 0);
  CHECK(below(written, "device.plasticity.depression") == 0);
  // Light drives the encoder of inpainting, and writes along the curve of potentiation.
  const auto inpainting = assumed("inpainting");
  CHECK(below(inpainting, "experiment.encoder.device.plasticity.light") > 0);
  CHECK(below(inpainting, "experiment.encoder.device.plasticity.figures") == 0);
  CHECK(below(inpainting, "experiment.encoder.device.plasticity.depression") == 0);
}

}  // namespace bitline::experiment_test
