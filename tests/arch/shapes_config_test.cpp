// SPDX-License-Identifier: Apache-2.0
// Workloads of layer shapes: what is read, and one diagnostic for each mistake.
#include <doctest/doctest.h>

#include "tests/arch/helpers.h"

namespace bitline::shapes_config_test {
using namespace workloads;
using namespace arch;
using namespace bitline::test;

namespace {

void check_one(const std::string& more, const std::string& path, const std::string& message) {
  CAPTURE(more);
  const ConfigFolder f;
  const auto found = f.wrong(more);
  std::string all;
  for (const auto& d : found) all += to_string(d) + "\n";
  CAPTURE(all);
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == path);
  CHECK(has(found[0].message, message));
  CHECK(found[0].where.line > 0);
}

std::string shape(const std::string& keys) { return "workload: {shapes: [{name: a, " + keys + "}]}\n"; }

}  // namespace

TEST_CASE("shapes are read, with files beside the config") {
  const ConfigFolder f;
  f.file("w.npy", "x");
  const Config c = f.with(R"(
workload:
  shapes:
    - {name: conv1, channels: 3, height: 32, width: 32, kernel: 3, padding: 1, stride: 2, outputs: 128}
    - {name: fc1, channels: 8192, outputs: 1024, weights: w.npy, signed_inputs: true}
  activity: {type: bits, ones: 30 %}
  weights: {type: normal, sigma: 0.25}
  statistics: drawn
)")
                       .config;
  REQUIRE(c.workload.shapes.size() == 2);
  CHECK(c.workload.shapes[0].rows() == 27);
  CHECK(c.workload.shapes[0].positions() == 16 * 16);
  CHECK(c.workload.shapes[1].positions() == 1);
  CHECK(c.workload.shapes[1].weights == (f.path / "w.npy").string());
  CHECK(std::get<BitInputs>(c.workload.activity).ones == 0.3);
  CHECK(std::get<NormalWeights>(c.workload.weights).sigma == 0.25);
  CHECK(c.workload.statistics == ShapeStatistics::drawn);
}

TEST_CASE("each mistake in shapes is told once, where it is") {
  check_one(shape("channels: 0, outputs: 1"), "workload.shapes.0.channels", "must be from 1");
  check_one(shape("channels: 4, outputs: -2"), "workload.shapes.0.outputs", "must be from 1");
  check_one(shape("channels: 4, outputs: 2, padding: -1"), "workload.shapes.0.padding", "must be from 0");
  check_one(shape("channels: 4"), "workload.shapes.0.outputs", "missing");
  check_one(shape("channels: 4, outputs: 2, kernel: 3"), "workload.shapes.0.kernel", "padding is 1 x 1");
  check_one(shape("channels: 1000000, outputs: 1000000"), "workload.shapes.0.outputs", "weights");
  check_one(shape("channels: 4, outputs: 2, weights: none.npy"), "workload.shapes.0.weights", "no file 'none.npy'");
  check_one(shape("channels: 4, outputs: 2, inputs: none.npy"), "workload.shapes.0.inputs", "no file 'none.npy'");
  check_one("workload: {network: fashion-mlp.onnx, shapes: [{name: a, channels: 4, outputs: 2}]}\n", "workload.shapes",
            "exclude each other");
  check_one("workload: {images: 3}\n", "workload.network", "no shapes of layers either");
  check_one("workload: {shapes: []}\n", "workload.network", "no shapes of layers either");
  check_one("workload: {shapes: [{name: a, channels: 4, outputs: 2}, {name: a, channels: 2, outputs: 2}]}\n",
            "workload.shapes.1.name", "earlier layer");
  check_one("workload: {shapes: [{name: \"\", channels: 4, outputs: 2}]}\n", "workload.shapes.0.name", "empty");
  check_one("input: {bits: 1}\n" + shape("channels: 4, outputs: 2, signed_inputs: true"),
            "workload.shapes.0.signed_inputs", "two bits");
  check_one(
      "quantization: {weight_bits: 1}\nworkload: {weights: {type: ternary, zero: 0.5}, shapes: [{name: a, "
      "channels: 4, outputs: 2}]}\n",
      "workload.weights.zero", "never zero");
  check_one("wires: {row: 1 ohm, column: 1 ohm}\n" + shape("channels: 4, outputs: 2"), "wires", "need devices");
  check_one("keep: conductances\n" + shape("channels: 4, outputs: 2"), "keep", "no written conductances");
  check_one("workload: {activity: {type: bits, ones: 130 %}, shapes: [{name: a, channels: 4, outputs: 2}]}\n",
            "workload.activity.ones", "must be from");
}

TEST_CASE("a ternary encoding takes signed inputs whatever its bits, and shapes survive the resolved text") {
  const ConfigFolder f;
  f.with("input: {encoding: ternary, bits: 1}\n" + shape("channels: 4, outputs: 2, signed_inputs: true"));
  const LoadedConfig one = f.with(shape("channels: 4, height: 6, kernel: 1, outputs: 2"));
  const ConfigFolder other;
  const LoadedConfig two = other.loaded(resolved_yaml(one));
  CHECK(config_hash(one.config) == config_hash(two.config));
  CHECK(two.config.workload.shapes[0].height == 6);
}

}  // namespace bitline::shapes_config_test
