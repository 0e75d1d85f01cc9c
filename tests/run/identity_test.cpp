// SPDX-License-Identifier: Apache-2.0
// The identity of a result: what changes a number changes it, in configs and in files; names, notes and places do not.
#include "run/identity.h"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "base/files.h"
#include "run/inputs.h"
#include "run/numbers_version.h"
#include "tests/run/helpers.h"
#include "tests/temporary_folder.h"

namespace bitline::identity_test {
using namespace periphery;
using namespace arch;
using namespace chip;
using namespace run;
using namespace bitline::test;
namespace fs = std::filesystem;

namespace {

const ConfigPath shipped{{source / "configs"}};

LoadedConfig with(const std::vector<Override>& overrides) {
  return load(source / "configs/fashion-mlp.yaml", overrides, shipped);
}

// Keys as of a process that has read no file yet.
Key key_of(const Config& config, const RunOptions& options = run_options()) {
  FileKeys files;
  return result_key(config, options, files);
}
Key key_with(const std::vector<Override>& overrides) { return key_of(with(overrides).config); }

}  // namespace

TEST_CASE("what changes a number changes the identity, what does not leaves it") {
  const Key plain = key_with({});
  for (const Override& same :
       std::vector<Override>{{"name", "other"},
                             {"keep", "conductances"},
                             {"published", "[]"},
                             {"budget", "[{name: x, power: 1 mW}]"},
                             {"seed", "1"},
                             {"device.g_max", "{value: 20 uS, source: a book}"},
                             {"device.g_max", "0.02 mS"},
                             {"layers", "{fc1: {adc.bits: 8}}"},
                             {"workload.network", (source / "models/fashion-mlp.onnx").string()}}) {
    INFO(same.path, " = ", same.value);
    const Config config = with({same}).config;
    if (same.path.starts_with("device")) REQUIRE(config.device.g_max_S == with({}).config.device.g_max_S);
    CHECK(key_of(config) == plain);
  }
  std::set<Key> keys{plain};
  const std::vector<Override> changes{{"seed", "2"},
                                      {"instances", "3"},
                                      {"device.g_max", "21 uS"},
                                      {"device.read_noise.relative", "1.5 %"},
                                      {"adc.bits", "7"},
                                      {"input.v_read", "0.11 V"},
                                      {"wires.row", "1 ohm"},
                                      {"age", "1 h"},
                                      {"use", "{type: in-time, span: 1 day}"},
                                      {"use", "{type: in-time, span: 1 day, time_per_image: 1 s}"},
                                      {"compensate", "global"},
                                      {"technology", "65nm"},
                                      {"technology.vdd", "1.25 V"},
                                      {"periphery.bus_bits", "128"},
                                      {"programming.parallel", "2"},
                                      {"mapping.schedule", "pipelined"},
                                      {"calibrate", "per-chip"},
                                      {"correct", "offset"},
                                      {"quantization.rescale", "smooth"},
                                      {"workload.images", "100"},
                                      {"quantization.weight_bits", "3"},
                                      {"layers", "{fc1: {adc.bits: 7}}"},
                                      {"layers", "{fc2: {adc.bits: 7}}"},
                                      {"layers", "{fc2: {digital: true}}"}};
  for (const Override& change : changes) {
    INFO(change.path, " = ", change.value);
    CHECK(keys.insert(key_with({change})).second);
  }
}

TEST_CASE("layers count by what they mean, not by how or in which order they are written") {
  CHECK(key_with({{"layers", "{fc1: {adc.bits: 7}, fc2: {digital: true}}"}}) ==
        key_with({{"layers", "{fc2: {digital: true, duplicate: 1}, fc1: {adc: {bits: 7}}, fc3: {}}"}}));
  // What a layer overrides stays, whatever the chip has.
  CHECK(key_with({{"layers", "{fc1: {adc.bits: 7}}"}, {"adc.bits", "6"}}) !=
        key_with({{"layers", "{fc1: {adc.bits: 7}}"}, {"adc.bits", "5"}}));
}

TEST_CASE(
    "files count by what they hold: a retrained network of the same name is another, the same one elsewhere is not") {
  const TemporaryFolder folder;
  const fs::path model = folder.path / "net.onnx";
  fs::copy_file(source / "models/fashion-mlp.onnx", model);
  const Config config = with({{"workload.network", model.string()}}).config;
  const Key before = key_of(config);
  CHECK(before == key_with({}));
  std::ofstream(model, std::ios::binary | std::ios::app) << "retrained";
  CHECK(key_of(config) != before);
  fs::remove(model);
  const Key missing = key_of(config);
  CHECK(missing != before);
}

TEST_CASE("weights in a file beside the network count by what they hold") {
  const TemporaryFolder folder;
  // The messages of onnx.proto: field number, length, content.
  const auto field = [](int number, const std::string& content) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
  };
  const std::string place = field(1, "location") + field(2, "net.bin"), tensor = field(8, "w") + field(13, place),
                    graph = field(1, field(4, "MatMul")) + field(5, tensor);
  write_file(folder.path / "net.onnx", field(7, graph) + field(8, std::string{2 << 3, 13}));
  write_file(folder.path / "net.bin", "weights");
  const Config config = with({{"workload.network", (folder.path / "net.onnx").string()}}).config;
  const auto files = input_files(config, run_options());
  REQUIRE(files.size() > 2);
  CHECK(files[1].key == "workload.network");
  CHECK(files[1].file.filename() == "net.bin");
  const Key before = key_of(config);
  write_file(folder.path / "net.bin", "others!");
  CHECK(key_of(config) != before);
  fs::remove(folder.path / "net.bin");
  CHECK(key_of(config) != before);
}

TEST_CASE("data sets and measured conductances count by what they hold") {
  const TemporaryFolder folder;
  const auto set = folder.path / "mnist";
  fs::create_directories(set);
  const auto write = [&](const char* name, const std::string& content) { write_file(set / name, content); };
  for (const char* name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    write(name, name);
  RunOptions options = run_options();
  options.data.folders = {folder.path};
  const Config config = with({{"workload.dataset", "mnist"}}).config;
  std::set<Key> keys{key_of(config, options)};
  CHECK_FALSE(keys.insert(key_of(config, options)).second);
  for (const char* name : {"t10k-labels-idx1-ubyte", "train-images-idx3-ubyte"}) {
    write(name, "changed");
    CHECK(keys.insert(key_of(config, options)).second);
  }
  fs::remove(set / "train-labels-idx1-ubyte");
  CHECK(keys.insert(key_of(config, options)).second);

  const auto measured = folder.path / "measured";
  write_file(measured / "0_written.npy", "1");
  Config chip = with({}).config;
  chip.conductances = measured.string();
  CHECK(keys.insert(key_of(chip)).second);
  CHECK_FALSE(keys.insert(key_of(chip)).second);
  write_file(measured / "0_written.npy", "2");
  CHECK(keys.insert(key_of(chip)).second);
  fs::rename(measured / "0_written.npy", measured / "1_written.npy");
  CHECK(keys.insert(key_of(chip)).second);
}

TEST_CASE("every key of a config is in one group, or a label") {
  std::set<std::string> keys;
  for (const KeyGroup& group : key_groups())
    for (const std::string& key : group) CHECK(keys.insert(key).second);
  for (const char* label : {"name", "published", "budget", "keep"}) {
    CHECK(keys.count(label) == 0);
    CHECK_FALSE(key_group_of(label));
  }
  CHECK_FALSE(key_group_of("devices.g_min"));
  CHECK(key_group_of("device.g_min") == key_group_of("device"));
  CHECK(key_group_of("adc.bits") == key_group_of("layers.fc1.adc.bits"));
  CHECK(key_group_of("bias") != key_group_of("reload"));
  for (const char* key : {"seed", "instances", "array", "wires", "technology", "conductances", "workload"})
    CHECK(keys.count(key) == 1);
}

TEST_CASE("what the document shows beyond numbers has a key of its own") {
  FileKeys files;
  const RunOptions options = run_options();
  const auto key = [&](const std::vector<Override>& overrides) {
    return document_key(with(overrides), options, files);
  };
  const std::string figure = "what: a, published: 1, ours: quality.value, source: b";
  const Key plain = key({{"published", "[]"}});
  CHECK(plain == key({{"published", "[]"}, {"adc.bits", "6"}}));
  CHECK(plain != key({{"published", "[{" + figure + "}]"}}));
  // Ours is that of other settings, whose result depends on the rest of the config.
  CHECK(key({{"published", "[{" + figure + ", with: {adc.bits: 6}}]"}}) !=
        key({{"published", "[{" + figure + ", with: {adc.bits: 6}}]"}, {"device.g_max", "21 uS"}}));
}

// Costs and codes of an ideal product and an aged one. Where these move, numbers_version must rise.
TEST_CASE("the version of the numbers is raised when numbers change") {
  static_assert(numbers_version == 4, "write down the figures of the new version below");
  const LoadedConfig costs = load(source / "configs/vgg8-cost.yaml", {}, shipped);
  const Result r = run::run(costs, run_options());
  const Config noisy = config_of(
      "device: {write: {type: gaussian, sigma: [1 uS]}, read_noise: {relative: 2 %}, drift: {type: power-law, t0: 1 s, "
      "nu_mean: 0.03, nu_sigma: 0.01}}\nage: 1 day\nadc: {type: sar, bits: 8, range: {type: full-scale}}");
  NpyArray w{{8, 4}, {}, "<f8"}, x{{4, 8}, {}, "<f8"};
  for (int i = 0; i < 32; ++i) w.data.push_back(i * 7 % 15 - 7), x.data.push_back(i * 37 % 256);
  const std::vector<float> y = mvm(noisy, w, x, {});
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(i + 1) * static_cast<double>(y[i]);
  CHECK(r.costs.energy_per_inference_J == doctest::Approx(0.013644576980814564).epsilon(1e-9).scale(1e-30));
  CHECK(r.costs.latency_per_inference_s == doctest::Approx(0.022863833048896366).epsilon(1e-9).scale(1e-30));
  CHECK(r.costs.area_m2 == doctest::Approx(0.004460419378311472).epsilon(1e-9).scale(1e-30));
  CHECK(sum == doctest::Approx(-41750.7076).epsilon(1e-6));
}

}  // namespace bitline::identity_test
