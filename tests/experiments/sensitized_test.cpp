// SPDX-License-Identifier: Apache-2.0
// Neurons that sensitize: for each pixel of a picture, and in networks on chips.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "experiments/experiment.h"
#include "experiments/systems/edge_neurons.h"
#include "run/result_document.h"
#include "workloads/vehicles.h"

namespace bitline::sensitized_test {
using namespace experiments;

namespace {

const std::filesystem::path source(BITLINE_SOURCE_DIR);

run::Result run_config(const char* file, const std::vector<Override>& overrides, int threads = 0) {
  arch::LoadedConfig loaded = arch::load(source / "configs" / file, overrides, {{source / "configs"}});
  if (auto* classify = std::get_if<arch::SensitizedClassify>(&loaded.config.experiment)) classify->vehicles.reset();
  run::RunOptions options;
  options.model_folders = {source / "models"};
  options.threads = threads;
  return experiments::run(loaded, options);
}

const run::ExperimentClaim& claim_of(const run::Result& result, const std::string& id) {
  const auto& claims = result.experiment->claims;
  const auto found = std::ranges::find(claims, id, &run::ExperimentClaim::id);
  REQUIRE(found != claims.end());
  return *found;
}

const std::vector<Override> small_edges{
    {"experiment.generated", "3"}, {"experiment.generated_size", "96"}, {"experiment.seeds", "2"}};
const std::vector<Override> small_networks{{"workload.dataset", "vehicles"},
                                           {"workload.images", "60"},
                                           {"experiment.networks", "[sensitized-vehicles-2.onnx]"},
                                           {"workload.network", "sensitized-vehicles-1.onnx"},
                                           {"experiment.brightness", "[1, 0.4]"},
                                           {"experiment.dark", "0.4"},
                                           {"experiment.adaptation", "40"},
                                           {"experiment.margin", "0.1"}};

std::string document(const run::Result& result) {
  run::Json all = run::result_document(result);
  all.erase("timing");
  all.erase("provenance");
  return all.dump();
}

}  // namespace

TEST_CASE("a pixel's neuron settles at its probability between the floor and half, and is fixed outside") {
  arch::SensitizedEdges e;
  const EdgeNeuron fixed = fixed_neuron(e), sensitized = sensitized_neuron(e, 0.35);
  CHECK(sensitized.probability(0.3) == doctest::Approx(e.neuron.settled));
  CHECK(sensitized.probability(0.05) == 0);
  CHECK(fixed.probability(0.05) > 0);  // no floor
  CHECK(sensitized.probability(0.7) == doctest::Approx(fixed.probability(0.7)));
  CHECK(fixed.probability(0.3) < 1e-3);
  // 0.1 further than half: the device's own limit leaves it a tenth of what it would settle at.
  CHECK(sensitized_neuron(e, 0.1).probability(0.3) < 0.01);
}

TEST_CASE("edges of a step are found by fixed neurons in bright light, and by sensitized ones alone in the dark") {
  arch::SensitizedEdges e;
  workloads::GreyPicture step{8, 8, {}};
  for (int i = 0; i < 64; ++i) step.values.push_back(i % 8 < 4 ? 0.f : 1.f);
  const Random random(1, 0);
  const double reference = workloads::sobel(step).magnitude()[3];  // 4 / (4 sqrt 2) on both sides of the step
  const auto edge_pixels = [&](const EdgeNeuron& neuron, double brightness) {
    const workloads::Gradients g = workloads::sobel(seen(step, brightness, 0, random, 0));
    const workloads::EdgeMap map = spiked_edges(e, neuron, g, amplitudes(g, reference), random, 0);
    return std::ranges::count(map.edge, 1);
  };
  CHECK(edge_pixels(fixed_neuron(e), 1) == 16);
  CHECK(edge_pixels(sensitized_neuron(e, 0.35), 1) == 16);
  CHECK(edge_pixels(fixed_neuron(e), 0.3) == 0);
  CHECK(edge_pixels(sensitized_neuron(e, 0.35), 0.3) == 16);
  CHECK(edge_pixels(sensitized_neuron(e, 0.35), 0.05) == 0);  // below the floor
}

TEST_CASE("without photographs, edges are those of generated pictures, which is said first; threads change nothing") {
  const run::Result one = run_config("sensitized-edges.yaml", small_edges, 1);
  CHECK(one.experiment->notes.front().find("stand in") != std::string::npos);
  CHECK(claim_of(one, "more-information").value > 0);
  CHECK(one.costs.energy_per_inference_J > 0);
  CHECK(document(one) == document(run_config("sensitized-edges.yaml", small_edges, 2)));
  std::vector<Override> wrong = small_edges;
  wrong.push_back({"experiment.dark", "0.55"});
  CHECK_THROWS_AS(run_config("sensitized-edges.yaml", wrong), ConfigError);
}

TEST_CASE("a network trained bright keeps its accuracy in the dark where its neurons sensitize") {
  const run::Result one = run_config("sensitized-classify.yaml", small_networks, 1);
  const run::ExperimentClaim& dark = claim_of(one, "better-in-the-dark");
  CHECK(dark.share == 1);
  CHECK(dark.value > 0.2);  // fixed neurons guess one of four
  CHECK(std::abs(claim_of(one, "same-when-bright").value) < 0.1);
  CHECK(one.costs.latency_per_inference_s > 3 * 20 * 2e-4);  // three layers of 20 pulses and resets of 100 us
  CHECK(document(one) == document(run_config("sensitized-classify.yaml", small_networks, 2)));
}

}  // namespace bitline::sensitized_test
