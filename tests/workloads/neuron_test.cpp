// SPDX-License-Identifier: Apache-2.0
// Stochastic neurons: their closed forms, and layers of them in a graph.
#include "workloads/neuron.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "base/statistics.h"
#include "tests/workloads/graph_models.h"
#include "workloads/facts.h"
#include "workloads/interpret.h"

namespace bitline::neuron_test {
using namespace workloads;
using namespace bitline::test;

namespace {

constexpr StochasticNeuron paper{.half = 0.5, .slope = 0.02, .floor = 0.1, .largest_shift = 0.35};

}  // namespace

TEST_CASE("a pulse of the paper's threshold spikes one time in ten, wherever the sigmoid is shifted to") {
  for (const double shift : {0.0, 0.05, 0.2})
    CHECK(spike_probability(paper, 0.5 - shift - 0.02 * std::log(9.0), shift) == doctest::Approx(0.1));
  CHECK(spike_probability(paper, 0.5) == doctest::Approx(0.5));
}

TEST_CASE("weak pulses sensitize until they spike as often as the neuron settles at, very weak ones never do") {
  CHECK(spike_probability(paper, 0.3, settled_shift(paper, 0.3)) == doctest::Approx(0.8));
  CHECK(settled_shift(paper, 0.12) == doctest::Approx(0.35));  // no further than the device goes
  CHECK(settled_shift(paper, 0.1) == 0);
  CHECK(settled_shift(paper, 0.6) == 0);
  CHECK(spike_probability(paper, 0.1, 0.35) == 0);  // never spikes, however far the sigmoid is shifted
}

TEST_CASE("a neuron in the light it was trained in does not shift, in half the light by half of its range at most") {
  CHECK(environment_shift(paper, 0.2, 0.2) == 0);
  CHECK(environment_shift(paper, 0.3, 0.2) == 0);  // brighter
  CHECK(environment_shift(paper, 0.25 * 0.2, 0.2) == doctest::Approx(0.25));
  CHECK(environment_shift(paper, 0.0, 0.2) == doctest::Approx(0.35));
  CHECK(environment_shift(paper, 0.1, 0.0) == 0);  // nothing to compare with
  CHECK(energy_of(paper, 0.1) == 0);
  CHECK(energy_of(paper, 0.4) == doctest::Approx(0.16));
}

TEST_CASE("the equilibrium without a stored number is that of the geometric run of weak pulses") {
  const double none[] = {0.05, 0.9, 1.0};
  CHECK(equilibrium_shift(paper, none) < 1e-9);
  // Amplitudes of 0.15 never spike at any reachable shift (0.15 + 0.1 is 12 slopes below half), so that a share r of
  // silent pulses gives D at once.
  StochasticNeuron narrow = paper;
  narrow.largest_shift = 0.1;
  const double mixed[] = {0.15, 0.15, 0.15, 0.9};
  const double r = 0.75, e = std::exp(-1 / 5.0);
  CHECK(equilibrium_shift(narrow, mixed) == doctest::Approx(0.1 * (1 - (1 - r) / (1 - r * e))).epsilon(1e-4));
  const double silent[] = {0.15};
  CHECK(equilibrium_shift(narrow, silent) == doctest::Approx(0.1).epsilon(1e-4));
}

TEST_CASE("counts of spikes follow the binomial distribution exactly") {
  // The share of uniforms that give k is the k-th binomial probability: the edges of equal counts tell.
  const double p = 0.3;
  const double cdf[] = {0.16807, 0.52822, 0.83692, 0.96922, 0.99757, 1.0};  // of 5 with 0.3, by hand
  for (int k = 0; k < 5; ++k) {
    CHECK(count_spikes(5, p, cdf[k] - 1e-9) == k);
    CHECK(count_spikes(5, p, cdf[k] + 1e-9) == k + 1);
  }
  CHECK(count_spikes(5, 1 - p, cdf[0] - 1e-9) == 5);
  CHECK(count_spikes(20, 0, 1 - 1e-12) == 0);
  CHECK(count_spikes(20, 1, 1e-12) == 20);
  CHECK(count_spikes(1000, 0.5, 0.5) == 500);
}

namespace {

// Four channels of 2 x 2, a sigmoid, a mean over the map.
Graph spiking_graph(int pulses) {
  GraphMaker maker({4, 2, 2});
  const int rates = maker.add(Activate{Activate::Kind::sigmoid}, {0});
  maker.add(Pool{Pool::Kind::average, {.kernel_height = 2, .kernel_width = 2, .stride_y = 2, .stride_x = 2}}, {rates});
  maker.finish();
  return with_neurons(maker.graph, {paper, pulses, {}, {}});
}

}  // namespace

TEST_CASE("a sigmoid's place is taken by neurons whose expected rate is its value") {
  const Graph graph = spiking_graph(20);
  CHECK(name_of(graph.nodes[0].op) == "neuron");
  const std::vector<float> x(16, 0.5f);  // amplitude 0.5 + 0.02 x 0.5
  for (float v : interpret_float(graph, x)) CHECK(v == doctest::Approx(1 / (1 + std::exp(-0.5))));
  GraphMaker plain({4});
  plain.add(Activate{}, {0});
  plain.finish();
  CHECK_THROWS_AS(with_neurons(plain.graph, {}), InputError);
}

TEST_CASE("means of counts are known to be multiples of a step") {
  const Graph graph = spiking_graph(20);
  const Facts after = facts_of(graph, {Facts{}}).back();
  REQUIRE(after.steps);
  CHECK(after.steps->step == doctest::Approx(1.0 / 80));
  CHECK(after.steps->highest == 80);
  CHECK(after.nonnegative);
}

TEST_CASE("drawn rates scatter as counts do, each sample and channel by its own draws and shift, in any batch") {
  const auto graph = std::make_shared<const Graph>(spiking_graph(20));
  const IntegerGraph network{graph, {}};
  const Random random(3, 1);
  const std::vector<std::vector<double>> shifts{{0, 0.01, 0.02, 0.03}};
  const NeuronPass pass{.random = &random, .shifts = shifts};
  constexpr std::size_t samples = 500;
  const std::vector<float> x(samples * 16, -0.25f);  // amplitude 0.495
  const std::vector<double> y = interpret(network, x, 0, multiply_exactly, nullptr, &pass);
  for (std::size_t c = 0; c < 4; ++c) {
    std::vector<double> rates;
    for (std::size_t s = 0; s < samples; ++s) rates.push_back(y[s * 4 + c]);
    const double p = spike_probability(paper, 0.495, shifts[0][c]), variance = p * (1 - p) / 80;  // 4 x 20 pulses
    CHECK(std::abs(mean(rates) - p) < 4 * std::sqrt(variance / samples));
    const double ratio = std::pow(standard_deviation(rates), 2) / variance;
    CHECK(std::abs(ratio - 1) < 4 * std::sqrt(2.0 / samples));
  }
  const std::vector<double> later =
      interpret(network, std::span(x).first(16 * 10), 300, multiply_exactly, nullptr, &pass);
  for (std::size_t i = 0; i < later.size(); ++i) CHECK(later[i] == y[300 * 4 + i]);
}

}  // namespace bitline::neuron_test
