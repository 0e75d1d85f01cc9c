// SPDX-License-Identifier: Apache-2.0
// What users write of data and scores: by name, by path, as files; what is done to values; how outputs are judged.
#include <doctest/doctest.h>

#include "base/config_writer.h"
#include "tests/arch/helpers.h"

namespace bitline::data_config_test {
using namespace device;
using namespace workloads;
using namespace array;
using namespace arch;
using namespace bitline::test;
namespace fs = std::filesystem;

namespace {

Workload workload(const ConfigFolder& f, const std::string& keys, const std::vector<Override>& overrides = {}) {
  f.file("net.onnx", "x");
  return f.with("workload: {network: net.onnx, " + keys + "}\n", overrides).config.workload;
}

std::string resolved(const ConfigFolder& f, const std::string& keys) {
  f.file("net.onnx", "x");
  return resolved_yaml(f.with("workload: {network: net.onnx, " + keys + "}\n"));
}

void check_wrong(const std::string& keys, const std::string& path, const std::string& message) {
  CAPTURE(keys);
  const ConfigFolder f;
  f.file("net.onnx", "x");
  const auto found = f.wrong("workload: {network: net.onnx, " + keys + "}\n");
  std::string all;
  for (const auto& d : found) all += to_string(d) + "\n";
  CAPTURE(all);
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == path);
  CHECK(has(found[0].message, message));
  CHECK(found[0].where.line > 0);
}

}  // namespace

TEST_CASE("a data set is a name, and is written back as one") {
  const ConfigFolder f;
  CHECK(workload(f, "dataset: mnist").dataset.name == "mnist");
  CHECK(has(resolved(f, "dataset: mnist"), "dataset: \"mnist\""));
  CHECK(workload(f, "images: 1").dataset.name == "fashion-mnist");
  CHECK(workload(f, "dataset: {name: mnist}").dataset.name == "mnist");
  CHECK(workload(f, "dataset: {value: mnist, source: a table}").dataset.name == "mnist");
  CHECK(has(resolved(f, "dataset: {value: mnist, assumed: a guess}"), "a guess"));
  CHECK(workload(f, "dataset: mnist", {{"workload.dataset", "cifar10"}}).dataset.name == "cifar10");
}

TEST_CASE("a folder or archive beside the config is found from anywhere; a known name is no folder") {
  const ConfigFolder f;
  f.file("own/cat/a.png", "x");
  f.file("mnist/cat/a.png", "x");
  f.file("set.npz", "x");
  CHECK(workload(f, "dataset: own").dataset.name == fs::weakly_canonical(f.path / "own").string());
  CHECK(workload(f, "dataset: set.npz").dataset.name == fs::weakly_canonical(f.path / "set.npz").string());
  CHECK(workload(f, "dataset: mnist").dataset.name == "mnist");
  CHECK(workload(f, "dataset: elsewhere.npz").dataset.name == "elsewhere.npz");  // sought where data sets are
}

TEST_CASE("files of inputs and labels replace a name, also over a base that has one") {
  const ConfigFolder f;
  for (const char* file : {"x.npy", "y.npy", "cx.npy", "cy.npy"}) f.file(file, "x");
  const std::string files =
      "dataset: {inputs: x.npy, labels: y.npy, calibration_inputs: cx.npy, calibration_labels: cy.npy}";
  const auto check = [&](const workloads::DataSource& d) {
    CHECK(d.name.empty());
    CHECK(d.inputs == fs::weakly_canonical(f.path / "x.npy").string());
    CHECK(d.labels == fs::weakly_canonical(f.path / "y.npy").string());
    CHECK(d.calibration_inputs == fs::weakly_canonical(f.path / "cx.npy").string());
    CHECK(d.calibration_labels == fs::weakly_canonical(f.path / "cy.npy").string());
  };
  check(workload(f, files).dataset);
  f.file("base.yaml", std::string(complete) + "workload: {network: net.onnx, dataset: mnist}\n");
  const LoadedConfig over = f.loaded("base: base.yaml\nworkload: {" + files + "}\n");
  check(over.config.workload.dataset);
  check(f.loaded(resolved_yaml(over)).config.workload.dataset);
  f.file("base2.yaml", std::string(complete) + "workload: {network: net.onnx, " + files + "}\n");
  CHECK(f.loaded("base: base2.yaml\nworkload: {dataset: mnist}\n").config.workload.dataset.inputs.empty());
}

TEST_CASE("inputs are normalised by one number or one per channel") {
  const ConfigFolder f;
  CHECK_FALSE(workload(f, "images: 1").normalize);
  const auto one = workload(f, "normalize: {mean: 0.286, std: 0.353}").normalize;
  REQUIRE(one);
  CHECK(one->mean == std::vector<double>{0.286});
  CHECK(one->std == std::vector<double>{0.353});
  const auto three = workload(f, "normalize: {mean: [0.1, 0.2, 0.3], std: {value: 0.5, source: a paper}}").normalize;
  CHECK(three->mean == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(three->std == std::vector<double>{0.5});
  CHECK(workload(f, "normalize: {mean: 0.5}").normalize->std == std::vector<double>{1});
  CHECK(workload(f, "first_class: 1").first_class == 1);
}

TEST_CASE("scores are a list of words and maps, or one of them") {
  const ConfigFolder f;
  CHECK(workload(f, "images: 1").scores.empty());
  const auto scores =
      workload(f, "scores: [accuracy, {type: top-k, k: 3}, mean-square-error, cross-entropy, perplexity, auc, frechet]")
          .scores;
  REQUIRE(scores.size() == 7);
  std::string names;
  for (const auto& s : scores) names += workloads::metric_name(s) + " ";
  CHECK(names == "accuracy top-3 mean-square-error cross-entropy perplexity auc frechet ");
  REQUIRE(workload(f, "scores: auc").scores.size() == 1);
  CHECK(std::get<workloads::TopK>(workload(f, "scores: {type: top-k, k: 2}").scores.at(0)).k == 2);
  CHECK(std::get<workloads::Accuracy>(workload(f, "scores: {type: accuracy, threshold: 0.5}").scores.at(0)).threshold ==
        0.5);
  const LoadedConfig loaded = f.with(
      "workload: {network: net.onnx, scores: [{type: top-k, k: 3}, {type: auc, outputs: logits}]}\nkeep: outputs\n");
  CHECK(loaded.config.keep == Keep::outputs);
  CHECK(config_hash(f.loaded(resolved_yaml(loaded)).config) == config_hash(loaded.config));
}

TEST_CASE("mistakes of data and scores have one diagnostic each") {
  check_wrong("dataset: \"\"", "workload.dataset", "names no data");
  check_wrong("dataset: {labels: y.npy}", "workload.dataset.labels", "without inputs");
  check_wrong("dataset: {name: mnist, inputs: x.npy}", "workload.dataset.name", "exclude each other");
  check_wrong("dataset: {inputs: x.npy, calibration_labels: y.npy}", "workload.dataset.calibration_labels",
              "without calibration_inputs");
  check_wrong("dataset: {input: x.npy}", "workload.dataset.input", "unknown key");
  check_wrong("dataset: [mnist]", "workload.dataset", "a list where a map of keys is expected");
  check_wrong("normalize: {std: 0}", "workload.normalize.std.0", "greater than zero");
  check_wrong("normalize: {mean: half}", "workload.normalize.mean.0", "'half'");
  check_wrong("first_class: -1", "workload.first_class", "at least 0");
  check_wrong("scores: [acuracy]", "workload.scores.0", "is not one of accuracy, top-k");
  check_wrong("scores: [{type: top-k, k: 0}]", "workload.scores.0.k", "at least 1");
}

}  // namespace bitline::data_config_test
