// SPDX-License-Identifier: Apache-2.0
// Activations made by diodes against closed forms, and their draws against the laws they are drawn from.
#include "workloads/diode.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/statistics.h"
#include "tests/workloads/graph_models.h"
#include "workloads/integer_weights.h"
#include "workloads/interpret.h"
#include "workloads/neuron.h"
#include "workloads/operations.h"
#include "workloads/split.h"

namespace bitline::diode_test {
using namespace workloads;
using namespace bitline::test;

namespace {

std::vector<double> on_chip(const Diode& d, int devices, const std::vector<double>& values, std::uint32_t chip,
                            std::size_t first_sample = 0) {
  const Shape shape{{devices}};
  std::vector<double> out(values.size());
  compute(d, values.size() / static_cast<std::size_t>(devices), Operand<double>{values.data(), &shape, false},
          DeviceDraws{Random(7, chip), first_sample}, 0, out.data());
  return out;
}

}  // namespace

TEST_CASE(
    "a diode's curve: slope 1 from 0, closed forms of small powers, and the end of the linear region as its limit") {
  CHECK(diode_curve(2, 4, 0.1, 0) == 0);
  CHECK(diode_curve(2, 4, 0.1, -3) == doctest::Approx(-0.3).epsilon(1e-14));
  // f(h) / h = 1 - (h / linear)^4 / 4 + ...: 1.6e-18 at h = 1e-4.
  CHECK(diode_curve(2, 4, 0.1, 1e-4) / 1e-4 == doctest::Approx(1).epsilon(1e-14));
  CHECK(diode_curve(2, 4, 0.1, 2) == doctest::Approx(2 * std::pow(2, -0.25)).epsilon(1e-14));
  CHECK(diode_curve(4, 2, 0, 3) == doctest::Approx(3 / std::sqrt(1 + 9.0 / 16)).epsilon(1e-14));
  CHECK(diode_curve(2, 1, 0, 2) == doctest::Approx(1).epsilon(1e-14));
  CHECK(diode_curve(2, 4, 0, 1e12) == doctest::Approx(2).epsilon(1e-14));
  CHECK(diode_curve(2, 100, 0, 1e300) == 2);  // no power overflows
  // Continuous across 0 and where the two forms of the formula meet.
  CHECK(std::abs(diode_curve(2, 4, 0.1, 1e-300) - diode_curve(2, 4, 0.1, -1e-300)) < 1e-299);
  CHECK(std::abs(diode_curve(2, 4, 0.1, std::nextafter(2.0, 3.0)) - diode_curve(2, 4, 0.1, 2)) < 1e-14);
  double last = -1;
  for (double v = -1; v < 20; v += 0.01) {
    const double f = diode_curve(2, 4, 0.05, v);
    CHECK(f > last - 1e-15);
    CHECK(f <= std::max(v * 0.05, v));
    last = f;
  }
}

TEST_CASE("a diode's curve stretches with its scale") {
  GraphMaker n({3});
  n.add(Diode{.linear = 2, .power = 2, .slope = 0.5, .scale = 10});
  const auto graph = n.finish();
  const std::vector<float> x{-4, 20, 5};
  const std::vector<float> y = interpret_float(*graph, x);
  CHECK(y[0] == doctest::Approx(-2));
  CHECK(y[1] == doctest::Approx(10 * std::sqrt(2.0)).epsilon(1e-6));
  CHECK(y[2] == doctest::Approx(10 * 0.5 / std::sqrt(1 + 0.0625)).epsilon(1e-6));
}

TEST_CASE("the diodes of a chip differ by their spread, from chip to chip, and stay the same from sample to sample") {
  constexpr int devices = 4096;
  const Diode d{.linear = 2, .power = 4, .slope = 0.1, .spread = 0.05, .number = 3};
  std::vector<double> v(2 * devices, -1);
  const std::vector<double> reverse = on_chip(d, devices, v, 0);
  CHECK(std::equal(reverse.begin(), reverse.begin() + devices, reverse.begin() + devices));
  CHECK(reverse != on_chip(d, devices, v, 1));
  std::fill(v.begin(), v.end(), 1e9);
  const std::vector<double> limits = on_chip(d, devices, v, 0);
  const std::span first(limits.data(), devices), slopes(reverse.data(), devices);
  // Five standard errors: sigma / sqrt(n) of a mean, sigma / sqrt(2 n) of a deviation.
  CHECK(std::abs(mean(first) - 2) < 5 * 0.1 / std::sqrt(devices));
  CHECK(std::abs(standard_deviation(first) - 0.1) < 5 * 0.1 / std::sqrt(2.0 * devices));
  CHECK(std::abs(mean(slopes) + 0.1) < 5 * 0.005 / std::sqrt(devices));
  CHECK(std::abs(standard_deviation(slopes) - 0.005) < 5 * 0.005 / std::sqrt(2.0 * devices));
  double together = 0;  // the two parameters are drawn apart: their correlation is 0 within 5 / sqrt(n)
  for (std::size_t i = 0; i < devices; ++i) together += (first[i] - 2) / 0.1 * (-slopes[i] - 0.1) / 0.005 / devices;
  CHECK(std::abs(together) < 5 / std::sqrt(devices));
}

TEST_CASE("the positions of a channel share its diode, wherever ones stand in the shape") {
  const Diode d{.linear = 2, .power = 4, .slope = 0.1, .spread = 0.05};
  const std::vector<double> of_neurons = on_chip(d, 3, {-1, -1, -1}, 0);
  const Shape maps{{1, 3, 1, 2}};
  const std::vector<double> v(6, -1);
  std::vector<double> out(6);
  compute(d, 1, Operand<double>{v.data(), &maps, false}, DeviceDraws{Random(7, 0), 0}, 0, out.data());
  for (std::size_t i = 0; i < 6; ++i) CHECK(out[i] == of_neurons[i / 2]);
  CHECK(out[0] != out[2]);
}

TEST_CASE("a diode's noise is that of its sample's number, however samples are batched") {
  constexpr int devices = 30, samples = 200;
  const Diode d{.linear = 2, .power = 4, .slope = 0.1, .scale = 3, .noise = 0.05};
  const std::vector<double> v(devices * samples, -1);
  const std::vector<double> all = on_chip(d, devices, v, 0);
  CHECK(std::abs(mean(all) + 0.1) < 5 * 0.15 / std::sqrt(devices * samples));
  CHECK(std::abs(standard_deviation(all) - 0.15) < 5 * 0.15 / std::sqrt(2.0 * devices * samples));
  const std::vector<double> part = on_chip(d, devices, {v.begin(), v.begin() + 10 * devices}, 0, 60);
  CHECK(std::equal(part.begin(), part.end(), all.begin() + 60 * devices));
}

TEST_CASE("a chip's draws reach the diodes of its network; references see the nominal curve") {
  GraphMaker n({2});
  n.product(dense(2, 4, {1, 1, 1, 1, 1, 1, 1, 1}));
  n.add(Diode{.linear = 2, .power = 4, .slope = 0.1, .noise = 0.1, .spread = 0.05});
  const auto graph = n.finish();
  const std::vector<float> x{1, 0.5f, -1, -0.5f};
  const IntegerGraph network = quantize(graph, {x, false, false}, code_bits(4, 8));
  const std::vector<double> nominal = interpret(network, x, 0, multiply_exactly);
  CHECK(nominal[0] == nominal[3]);
  // Codes 127 and 64 (63.5 to even) of 1 / 127, all weights 7 of 1 / 7.
  CHECK(nominal[0] == doctest::Approx(diode_curve(2, 4, 0.1, 191.0 / 127)).epsilon(1e-12));
  CHECK(nominal[4] == doctest::Approx(-0.1 * 191.0 / 127).epsilon(1e-12));
  const Random random(1, 0);
  const NeuronPass chip{.random = &random};
  const std::vector<double> noisy = interpret(network, x, 0, multiply_exactly, nullptr, &chip);
  CHECK(noisy[0] != noisy[1]);
  CHECK(std::abs(noisy[0] - nominal[0]) < 1);
  const std::vector<double> second = interpret(network, std::span(x).subspan(2), 1, multiply_exactly, nullptr, &chip);
  CHECK(std::equal(second.begin(), second.end(), noisy.begin() + 4));
}

TEST_CASE(
    "diodes take the place of leaky ReLUs with their slopes, times the gain, and leave the digital unit nothing") {
  GraphMaker n({4});
  n.add(Activate{.kind = Activate::Kind::leaky_relu, .alpha = 0.25f});
  n.activate(Activate::Kind::tanh);
  n.activate(Activate::Kind::relu);
  const auto graph = n.finish();
  const Graph own = with_activation(*graph, DiodeActivation{.linear = 3, .slope = {}, .gain = 2, .noise = 0.1});
  const auto& first = std::get<Diode>(own.nodes[0].op);
  CHECK(first.slope == 0.5);
  CHECK(first.linear == 3);
  CHECK(first.noise == 0.1);
  CHECK(std::holds_alternative<Activate>(own.nodes[1].op));
  CHECK(std::get<Diode>(own.nodes[2].op).slope == 0);
  CHECK(std::get<Diode>(own.nodes[2].op).number != first.number);
  CHECK(std::get<Diode>(with_activation(*graph, DiodeActivation{.slope = 0.05, .gain = 4}).nodes[0].op).slope == 0.2);
  CHECK(std::holds_alternative<Activate>(with_activation(*graph, TrainedActivation{}).nodes[0].op));
  const Operations work = operations(own, own.nodes[0]);
  CHECK(work.comparisons + work.multiplications + work.additions + work.lookups + work.macs == 0);
  CHECK(name_of(own.nodes[0].op) == "diode");

  GraphMaker none({4});
  none.activate(Activate::Kind::tanh);
  CHECK(refusal_of([&] { with_activation(*none.finish(), DiodeActivation{}); }) ==
        "network 'test' has no ReLU or leaky ReLU that diodes could make");
}

TEST_CASE("a network in two gives what it gives in one") {
  Numbers numbers(3);
  GraphMaker n({1, 6, 6});
  n.product(dense(numbers, 9, 3), Window{.kernel_height = 3, .kernel_width = 3});
  n.activate(Activate::Kind::tanh);
  n.add(Reshape{{{48}}});
  n.product(dense(numbers, 48, 5));
  const auto graph = n.finish();
  const SplitGraph split = split_after_first_product(*graph);
  CHECK(split.front.weights.size() == 1);
  CHECK(split.rest.weights.size() == 1);
  CHECK(split.rest.weights[0].rows == 48);
  const std::vector<float> x = numbers.reals(72);
  CHECK(interpret_float(split.rest, interpret_float(split.front, x)) == interpret_float(*graph, x));

  GraphMaker again({4});
  const int made = again.product(dense(numbers, 4, 4));
  again.add(Arithmetic{}, {made, 0});
  CHECK(refusal_of([&] { split_after_first_product(*again.finish()); }) ==
        "network 'test': node 'node1' reads what comes before the first product");
  GraphMaker none({4});
  none.activate(Activate::Kind::tanh);
  CHECK(refusal_of([&] { split_after_first_product(*none.finish()); }) ==
        "network 'test' has no product outside of loops");
}

}  // namespace bitline::diode_test
