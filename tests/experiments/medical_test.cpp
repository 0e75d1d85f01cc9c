// SPDX-License-Identifier: Apache-2.0
// Parts of the medical experiment: responsivities of the sensor, packs of networks, and what it asks for.
#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "experiments/systems/medical_runs.h"
#include "experiments/systems/optical_layer.h"

namespace bitline::medical_test {
using namespace experiments;

namespace {

workloads::Graph front_of(int rows, int columns, std::vector<float> weights) {
  workloads::Graph graph;
  graph.weights.push_back({"fc1", rows, columns, {{0, 0, rows, columns, std::move(weights)}}, {}});
  return graph;
}

}  // namespace

TEST_CASE("weights of a sensor are differences of two responsivities, one of which is 0, in steps of each output") {
  // Two outputs; steps 0.15 / 3 and 3 / 3 with 2 bits.
  const workloads::Graph made =
      with_responsivities(front_of(3, 2, {0.15f, -3, 0.08f, 1.4f, -0.02f, 0.6f}), {.bits = 2, .spread = 0.5}, nullptr);
  const std::vector<float>& w = made.weights[0].panels[0].weights;
  CHECK(w[0] == doctest::Approx(0.15));
  CHECK(w[2] == doctest::Approx(0.1));
  CHECK(w[4] == 0);
  CHECK(w[1] == doctest::Approx(-3));
  CHECK(w[3] == doctest::Approx(1));
  CHECK(w[5] == doctest::Approx(1));
}

TEST_CASE("responsivities of a chip scatter by their spread, relative to their own; one of 0 stays 0") {
  constexpr std::size_t n = 10000;
  std::vector<float> weights(2 * n, -1.f);
  for (std::size_t i = 0; i < n; ++i) weights[2 * i + 1] = i == 0 ? 1.f : 0.f;
  const Random chip(1, 0), other(1, 1);
  const arch::OpticalLayer layer{.bits = 4, .spread = 0.05};
  const auto graph = front_of(n, 2, weights);
  const std::vector<float> w = with_responsivities(graph, layer, &chip).weights[0].panels[0].weights;
  std::vector<double> spread;
  for (std::size_t i = 0; i < n; ++i) spread.push_back(w[2 * i]);
  CHECK(std::abs(mean(spread) + 1) < 5 * 0.05 / std::sqrt(n));
  CHECK(std::abs(standard_deviation(spread) - 0.05) < 5 * 0.05 / std::sqrt(2.0 * n));
  for (std::size_t i = 1; i < n; ++i) CHECK(w[2 * i + 1] == 0);
  CHECK(w != with_responsivities(graph, layer, &other).weights[0].panels[0].weights);
}

TEST_CASE("networks of a pack are named by kind, curve, slope and seed") {
  CHECK(NetworkName{"cnn", "device", 0.05 * 0.4, 3}.file() == "cnn-device-0.02-3.onnx");
  CHECK(NetworkName{"mlp", "ideal", 0.4, 12}.file() == "mlp-ideal-0.4-12.onnx");
  CHECK(published_accuracy("breastmnist") == 0.863);
  CHECK(!published_accuracy("fashion-mnist"));
}

TEST_CASE("the shipped networks of BreastMNIST are all there, in pairs") {
  const NetworkPack pack(std::filesystem::path(BITLINE_SOURCE_DIR) / "models/medical/breastmnist.zip");
  CHECK(seeds_with(pack, "cnn", {"device"}, {0.02, 0.05, 0.1, 0.2, 0.4}, 100).size() >= 3);
  CHECK(seeds_with(pack, "cnn", {"device", "ideal"}, {0.1}, 100).size() >= 15);
  CHECK(seeds_with(pack, "mlp", {"device", "ideal"}, {0.1}, 100).size() >= 10);
  CHECK(!seeds_with(pack, "cnn-pooled", {"device", "ideal"}, {0.1}, 100).empty());
  const workloads::Graph graph = pack.read({"cnn", "device", 0.1, 1});
  CHECK(graph.weights.size() == 4);
  CHECK(graph.weights[2].rows == 1568);
  CHECK_THROWS_AS(pack.read({"cnn", "device", 0.3, 1}), InputError);
}

}  // namespace bitline::medical_test
